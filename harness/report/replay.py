"""The one command that plays a case again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

VERIFY = ("verify", "--case")
RUN = ("run",)


def replay_command(
    case: str,
    *,
    seed: str,
    controller: str,
    switches: Mapping[str, str | None] | None = None,
    by: tuple[str, ...] = VERIFY,
) -> str:
    """Return the shell command that plays a case again, as it was played.

    `case`: the id of a case for `VERIFY`, a scenario's id or file for `RUN`. `seed`: that of the whole run, as
    `--seed` had it. `switches`: each further option of the run, with its value; None: the option is a flag.
    """
    words = ["hanbench", *by, case, "--seed", seed, "--controller", controller]
    for option, value in (switches or {}).items():
        words += [option] if value is None else [option, value]
    return shlex.join(words)

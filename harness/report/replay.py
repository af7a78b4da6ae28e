"""The one command that plays a case again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

VERIFY = ("verify", "--case")
RUN = ("run",)


def replay_command(
    case: str,
    *,
    seed: str,
    controller: str,
    switches: Mapping[str, str | None] | None = None,
    by: tuple[str, ...] = VERIFY,
    before: Sequence[str] = (),
) -> str:
    """Return the shell command that plays a case again, as it was played.

    `case`: the id of a case for `VERIFY`, a scenario's id or file for `RUN`. `seed`: that of the whole run, as
    `--seed` had it. `switches`: each further option of the run, with its value; None: the option is a flag.
    `before`: for `VERIFY`, the ids of cases that must be played before it, in their order.
    """
    command, *option = by
    words = ["hanbench", command, *(word for each in before for word in (*option, each)), *option, case]
    words += ["--seed", seed, "--controller", controller]
    for name, value in (switches or {}).items():
        words += [name] if value is None else [name, value]
    return shlex.join(words)

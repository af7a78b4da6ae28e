"""`hanbench scenarios from-capture`: a scenario that tells the story of a capture."""

from __future__ import annotations

import re
from pathlib import Path

from hanbench.harness.cli.apart import must_be_apart
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.field_input import diagnosis_of
from hanbench.harness.cli.output import log, print_verbatim, unbroken
from hanbench.harness.field.as_scenario import NoStoryError, other_classes, scenario_text
from hanbench.harness.files import write_whole

LONGEST_ID = 60


def from_capture(
    capture: Path,
    key_files: tuple[Path, ...],
    keys: tuple[str, ...],
    install_codes: tuple[str, ...],
    gsme: str | None,
    wake: int | None,
    id: str | None,
    to: Path | None,
) -> int:
    """Write a scenario that tells the story of CAPTURE."""
    must_be_apart("--to", to, [("CAPTURE", capture), *(("--keys", each) for each in key_files)])
    diagnosis = diagnosis_of(capture, key_files, keys, install_codes, gsme, wake)
    try:
        text = scenario_text(diagnosis, id or _id_of(capture))
    except NoStoryError as error:
        log(f"hanbench scenarios from-capture: {capture}: {error}")
        return ExitStatus.UNKNOWN
    for other in other_classes(diagnosis):
        log(f"hanbench scenarios from-capture: fits too, and is not told: {other}")
    if to is None:
        print_verbatim(text.rstrip())
    else:
        write_whole(to, text)
        log(f"hanbench scenarios from-capture: {unbroken(to)}; `hanbench run {to}` tells it")
    return ExitStatus.EXPECTED


def _id_of(capture: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", capture.stem.lower()).strip("-")[:LONGEST_ID] or "capture"

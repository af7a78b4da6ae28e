"""A capture and its keys from the command line, for the commands that diagnose."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hanbench.emulator.clock import SECOND
from hanbench.harness.capture import CaptureError
from hanbench.harness.capture.foreign import read_foreign
from hanbench.harness.cli.errors import BadInput
from hanbench.harness.field import Diagnosis, diagnose, gather
from hanbench.harness.field.keys import KeyInputError, eui64


def diagnosis_of(
    capture: Path,
    key_files: Sequence[Path],
    keys: Sequence[str],
    install_codes: Sequence[str],
    gsme: str | None,
    wake: int | None,
) -> Diagnosis:
    """Read a capture with its keys, and diagnose it. `wake`: seconds between two wakes. Raises BadInput."""
    try:
        told = None if gsme is None else eui64(gsme)
    except ValueError as error:
        raise BadInput(None, "--gsme", str(error)) from None
    try:
        read = read_foreign(capture)
        found = gather(capture, read.secrets, files=key_files, keys=keys, install_codes=install_codes)
    except CaptureError as error:
        raise BadInput(error.path, error.place, error.problem) from None
    except KeyInputError as error:
        raise BadInput(None, "--key or --install-code", str(error)) from None
    return diagnose(read, found, gsme=told, wake=None if wake is None else wake * SECOND)

"""The run that an earlier bench left in a folder: it is kept until the next but one."""

from __future__ import annotations

from pathlib import Path

from hanbench.harness.bench.kept_capture import is_of_capture
from hanbench.harness.control.event_file import NAME, file_name
from hanbench.harness.files import OutputError, make_folder

EARLIER = "earlier"


def set_aside(folder: Path, stem: str) -> Path | None:
    """Move the run in a folder, its journal and captures, into `earlier` there, in place of what that has.

    `stem`: how the names of captures begin. Returns `earlier`, or None if there is no run. Raises OutputError.
    """
    if not (folder / file_name(1)).is_file():
        return None
    earlier = folder / EARLIER
    if earlier.is_symlink():
        raise OutputError(earlier, "expected a folder, found a link")
    make_folder(earlier)
    try:
        for path in _run(earlier, stem):
            path.unlink()
        for path in _run(folder, stem):
            path.replace(earlier / path.name)
    except OSError as error:
        raise OutputError(earlier, f"cannot be written: {error.strerror or error}") from None
    return earlier


def _run(folder: Path, stem: str) -> list[Path]:
    return [path for path in folder.iterdir() if NAME.fullmatch(path.name) or is_of_capture(path.name, stem)]

"""Which folder a bench may take for its state, and how that folder becomes its owner's alone.

A bench file names a folder (`state`), and may name a wrong one: one with other files, or a link to a folder of the
system. A bench takes a folder that it makes itself, an empty one of this user, or one that has the flash of this bench.
It follows no symbolic link, and takes no rights away from a folder that has other files.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable
from pathlib import Path

from hanbench.harness.files import PRIVATE

FILE = "flash.json"
OWNER_ONLY = 0o700
EXPECTED = "expected a new folder, an empty one of yours, or one that has the state of this bench"
_UNFINISHED = re.compile(r"\.(flash\.json|writable)(\.[0-9a-f]{8})?\.new")
"""A file that a killed run left before it had its name (`files.write_whole`)."""


class UnfitPlaceError(ValueError):
    """A folder that no bench may take. The text says what was found and what was expected."""


def check_place(base: Path, state: str) -> Path:
    """Return the folder `state`, relative to `base`, if a bench may take it; it need not exist.

    It changes nothing. Raises UnfitPlaceError.
    """
    path = base / state
    link = next((each for each in _below(base, path) if each.is_symlink()), None)
    if link is not None:
        raise UnfitPlaceError(f"{link} is a symbolic link; {EXPECTED}")
    try:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode):
            raise UnfitPlaceError(f"{path} is no folder; {EXPECTED}")
        if found.st_uid != os.getuid():
            raise UnfitPlaceError(f"{path} belongs to another user; {EXPECTED}")
        has_flash = FILE in (names := _names(path))
    except FileNotFoundError:
        return path
    except OSError as error:
        raise UnfitPlaceError(f"{path} cannot be read: {error.strerror}; {EXPECTED}") from None
    if names and not has_flash:
        raise UnfitPlaceError(f"{path} has other files, such as {min(names)}; {EXPECTED}")
    if has_flash and not stat.S_ISREG((path / FILE).lstat().st_mode):
        raise UnfitPlaceError(f"{path / FILE} is no plain file; {EXPECTED}")
    return path


def _below(base: Path, path: Path) -> list[Path]:
    """Return the folders that the text of the bench file names; of an absolute path, the last one."""
    if base not in path.parents:
        return [path]
    return [path, *path.parents[: path.parents.index(base)]]


def _names(path: Path) -> set[str]:
    return {each.name for each in path.iterdir() if not _UNFINISHED.fullmatch(each.name)}


def keep_private(path: Path, log: Callable[[str], None]) -> None:
    """Take the rights of others to a checked folder and to its file away, and say so.

    Raises UnfitPlaceError if others have rights to a folder with other files: those may need them.
    """
    others = _names(path) - {FILE}
    mode = stat.S_IMODE(path.lstat().st_mode)
    if mode & 0o077 and others:
        problem = (
            f"{path} has keys, others may read it (mode {mode:03o}), and it has other files, such as {min(others)}"
        )
        raise UnfitPlaceError(f"{problem}; expected the mode 700, or a folder without other files")
    _take_rights(path, OWNER_ONLY, log)
    if FILE in _names(path):
        _take_rights(path / FILE, PRIVATE, log)


def _take_rights(path: Path, mode: int, log: Callable[[str], None]) -> None:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            found = os.fstat(handle)
            if found.st_uid != os.getuid():
                raise UnfitPlaceError(f"{path} belongs to another user; {EXPECTED}")
            if not found.st_mode & 0o077:
                return
            os.fchmod(handle, mode)
        finally:
            os.close(handle)
    except OSError as error:
        raise UnfitPlaceError(f"{path} cannot be kept from others: {error.strerror}; {EXPECTED}") from None
    log(f"{path}: others could read it (mode {stat.S_IMODE(found.st_mode):03o}); its mode is {mode:03o} now")

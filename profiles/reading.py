"""How a file of the user is read: whole, up to a bound, with one error whatever is wrong with it.

A byte order mark, which some editors write before UTF-8, is welcome and is not part of the text.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path

from hanbench.profiles.errors import ProfileError


def read_octets(path: Path, most: int, what: str = "file") -> bytes:
    """Return the octets of a file, at most `most` of them, without a byte order mark. Raises ProfileError.

    `what`: what is expected there. Never more than `most` octets are read: the file may be a device or a pipe.
    """
    try:
        with path.open("rb") as file:
            octets = file.read(most + 1)
    except IsADirectoryError:
        raise ProfileError(path, f"is a folder; expected a {what}") from None
    except OSError as error:
        raise ProfileError(path, f"cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a file name with a null octet
        raise ProfileError(path, f"cannot be read: {error}") from None
    if len(octets) > most:
        raise ProfileError(path, f"expected at most {most} octets")
    return octets.removeprefix(BOM_UTF8)


def read_text(path: Path, most: int, what: str = "file") -> str:
    """Return the text of a file as `read_octets` does. Raises ProfileError, also for what is no UTF-8."""
    try:
        return read_octets(path, most, what).decode()
    except UnicodeDecodeError as error:
        raise ProfileError(path, f"expected UTF-8 text; octet {error.start} is invalid") from None

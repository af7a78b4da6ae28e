"""Octets as people paste them: digits with any separators, hex dumps with offsets, C arrays, several frames at once.

A line is a frame. A line that ends with a comma or a backslash goes on in the next one, and so does a hex dump: its
offsets say where a frame begins. Empty lines, headings of `tshark -x`, and what follows a `#`, are skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hanbench.harness.foreign_text import cleaned

LONGEST = 2048
"""Maximum octets of a frame: a PSDU has 127, a message of the cluster library may have come in fragments."""
MOST = 10_000
"""Maximum number of frames."""

_DUMP = re.compile(r"\s*(?:0x)?(?P<offset>[0-9A-Fa-f]{4,8})(?P<colon>:?)(?:\s+(?P<rest>.*))?$")
_PAIR = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_WORDS_OFFSET = 7
"""Digits of an offset of `hexdump` without options, whose words of 16 bits have their octets swapped."""
_DUMP_WIDTH = 32
"""Most octets in a line of a hex dump."""
_PREFIX = re.compile(r"0x|\\x", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s,;:.\-_{}\[\]()\"'\\]+")
_DECLARATION = re.compile(r"^[^={}]*=\s*\{")
"""What stands before the octets of a C array."""
_HEADING = re.compile(r".{1,80}\(\d+ bytes?\):?")
"""What `tshark -x` prints above each dump of a frame that it decrypts."""
_SHOWN = 30


class Pasted(NamedTuple):
    """A frame, and the line on which it begins, from 1."""

    line: int
    octets: bytes


class PastedError(ValueError):
    """A text that is no octets; the line, from 1, and what was expected."""

    def __init__(self, line: int, expected: str) -> None:
        super().__init__(expected)
        self.line = line


def frames(text: str) -> list[Pasted]:
    """Return the frames of a text. Raises PastedError."""
    found: list[Pasted] = []
    for frame in _joined(text):
        if len(frame.octets) > LONGEST:
            raise PastedError(frame.line, f"expected at most {LONGEST} octets a frame, found {len(frame.octets)}")
        if len(found) == MOST:
            raise PastedError(frame.line, f"expected at most {MOST} frames")
        found.append(frame)
    return found


def _joined(text: str) -> Iterator[Pasted]:
    """Yield frames, the lines of each put together."""
    begun, octets, goes_on = 0, bytearray(), False
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].rstrip()
        if _HEADING.fullmatch(content.strip()):
            content = ""
        dumped = _dumped(content, 0 if goes_on else len(octets))
        if octets and not goes_on and (dumped is None or not dumped.follows):
            yield Pasted(begun, bytes(octets))
            octets.clear()
        if not content.strip():
            continue
        begun = begun if octets else number
        octets += _octets(content, number) if dumped is None else dumped.octets
        goes_on = dumped is None and content.endswith((",", "\\"))
    if octets:
        yield Pasted(begun, bytes(octets))


class _Line(NamedTuple):
    """A line of a hex dump."""

    octets: bytes
    follows: bool
    """Whether it goes on where the line before it ended."""


def _dumped(line: str, so_far: int) -> _Line | None:
    """Read a line of a hex dump; None: it is none, for its offset is neither 0 nor where the frame has come to."""
    match = _DUMP.fullmatch(line)
    if match is None or int(match["offset"], 16) not in (0, so_far):
        return None
    offset, rest = int(match["offset"], 16), match["rest"] or ""
    if match["colon"]:
        columns = re.split(r"\s{2,}", rest.strip(), maxsplit=1)[0].split()  # xxd: text follows two spaces
    else:
        columns = re.split(r"\s{3,}|\s*\|", rest.strip(), maxsplit=1)[0].split()
    digits: list[str] = []
    for column in columns:
        if not _PAIR.fullmatch(column) or len(digits) == _DUMP_WIDTH:
            break
        digits.append(column)
    if not digits:
        return _Line(b"", True) if so_far and offset == so_far else None
    if not match["colon"] and len(digits[0]) != 2:
        if len(match["offset"]) != _WORDS_OFFSET:
            return None
        digits = [column[2:] + column[:2] for column in digits]
    return _Line(bytes.fromhex("".join(digits)), bool(so_far) and offset == so_far)


def _octets(line: str, number: int) -> bytes:
    """Read a line of digits. Raises PastedError."""
    parts = [part for part in _SEPARATORS.split(_PREFIX.sub(" ", _DECLARATION.sub("", line))) if part]
    for part in parts:
        if not re.fullmatch("[0-9A-Fa-f]+", part):
            raise PastedError(number, f"expected hexadecimal octets, found {cleaned(part[:_SHOWN])!r}")
    digits = "".join(part.zfill(2) if len(parts) > 1 and len(part) == 1 else part for part in parts)
    if len(digits) % 2:
        raise PastedError(number, f"expected two digits an octet, found {len(digits)} digits")
    return bytes.fromhex(digits)

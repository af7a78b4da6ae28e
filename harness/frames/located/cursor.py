"""A cursor over the octets of one layer, which keeps each field that is read, with its offset."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.layout import FieldType
from hanbench.emulator.octets import Reader
from hanbench.harness.frames.located.tree import DecodedField, NotDecodedError

Said = Callable[[int], str]
"""The text of a number."""


def number(value: int) -> str:
    """Return a number as text, in hexadecimal too where that differs."""
    return str(value) if 0 <= value < 10 else f"{value} ({'-' if value < 0 else ''}0x{abs(value):02x})"


class Cursor:
    """Reads fields one after the other. What is not there raises NotDecodedError; fields read before it stay."""

    def __init__(self, octets: bytes, base: int) -> None:
        """`base`: the offset of the first octet in the whole frame."""
        self.octets = octets
        self.base = base
        self.at = 0
        self.end = len(octets)
        self._fields: list[DecodedField] = []

    @property
    def fields(self) -> tuple[DecodedField, ...]:
        """The fields so far."""
        return tuple(self._fields)

    @property
    def offset(self) -> int:
        """Offset of the next octet in the whole frame."""
        return self.base + self.at

    @property
    def remaining(self) -> int:
        return self.end - self.at

    def failure(self, expected: str, found: str, at: int | None = None) -> NotDecodedError:
        """Return the error to raise. `at`: offset in this layer; None: of the next octet."""
        return NotDecodedError(self.base + (self.at if at is None else at), expected, found)

    def take(self, name: str, count: int, value: str | None = None) -> bytes:
        """Read octets. `value`: their text; None: in hexadecimal."""
        if count > self.remaining:
            what = "1 octet" if count == 1 else f"{count} octets"
            raise self.failure(f"{name}: {what}", f"{self.remaining} left" if self.remaining else "the end")
        taken = self.octets[self.at : self.at + count]
        self._add(name, count, taken.hex(" ") if value is None else value)
        return taken

    def uint(self, name: str, width: int, said: Said = number) -> int:
        """Read a number of `width` octets, little-endian."""
        value = int.from_bytes(self.take(name, width, ""), "little")
        last = self._fields[-1]
        self._fields[-1] = DecodedField(name, last.offset, last.length, said(value))
        return value

    def decode(self, name: str, kind: FieldType, said: Callable[[object], str], expected: str) -> object:
        """Read a value with a codec. `expected`: in words, what should be there."""
        reader = Reader(self.octets[: self.end], DropReason.MALFORMED_ZCL, self.at)
        try:
            value = kind.decode(reader)
        except RemoteProtocolError as error:
            raise self.failure(f"{name}: {expected}" if expected else name, error.detail) from None
        self._add(name, reader.at - self.at, said(value))
        return value

    def parts(self, *named: tuple[str, str]) -> None:
        """Name the parts of the field that was read last: its bits."""
        last = self._fields[-1]
        parts = tuple(DecodedField(name, last.offset, last.length, value) for name, value in named)
        self._fields[-1] = DecodedField(last.name, last.offset, last.length, last.value, (*last.fields, *parts))

    @contextmanager
    def group(self, name: str, value: str = "") -> Iterator[None]:
        """Put the fields that are read within below a field of this name, also if the reading fails."""
        outer, self._fields, begun = self._fields, [], self.at
        try:
            yield
        finally:
            inner, self._fields = self._fields, outer
            length = self.at - begun
            if inner:
                self._fields.append(DecodedField(name, self.base + begun, length, value, tuple(inner)))

    @contextmanager
    def within(self, length: int) -> Iterator[None]:
        """Let what is read within end after so many octets. Raises NotDecodedError if there are not so many."""
        if length > self.remaining:
            raise self.failure(f"{length} octets, as the length before them says", f"{self.remaining} left")
        outer, self.end = self.end, self.at + length
        yield
        if self.remaining:
            raise self.failure("the end of the value", f"{self.remaining} octets more")
        self.end = outer

    def rest(self, name: str, *, hidden: bool = False) -> bytes:
        """Read what is left, if there is anything. `hidden`: say how much, and not what."""
        if not self.remaining:
            return b""
        return self.take(name, self.remaining, f"{self.remaining} octets" if hidden else None)

    def finish(self, what: str, *, hidden: bool = False) -> None:
        """Raise NotDecodedError if octets are left after the last field, which are kept as a field."""
        if self.remaining:
            at, left = self.at, self.remaining
            self.rest("octets after the last field", hidden=hidden)
            raise self.failure(f"the end of {what}", f"{left} octets more", at)

    def _add(self, name: str, length: int, value: str) -> None:
        self._fields.append(DecodedField(name, self.offset, length, value))
        self.at += length


def flags(value: int, named: Sequence[tuple[str, int]]) -> tuple[tuple[str, str], ...]:
    """Return the bits of a field as parts: `named` has each with its place."""
    return tuple((name, "yes" if value >> place & 1 else "no") for name, place in named)

"""One attempt to decode octets as a frame of a layer: what it found, and what it did not understand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from hanbench.emulator.radio.fcs import fcs
from hanbench.harness.frames.located.cursor import Cursor
from hanbench.harness.frames.located.tree import (
    DecodedField,
    DecodedLayer,
    NotDecodedError,
    Undecoded,
    WantedKey,
)

FCS_OCTETS = 2


class Hints(NamedTuple):
    """What is known of a frame beside its octets."""

    cluster: int | None = None
    direction: int | None = None
    """`TO_SERVER` or `TO_CLIENT`, whatever the ZCL header says; None: as it says."""
    has_fcs: bool | None = None
    """Of a MAC frame; None: it has one if the last two octets are the right one."""
    sender: int | None = None
    """EUI-64 of the sender, for the nonce of an APS frame without its NWK header."""


@dataclass
class Reading:
    """One attempt to decode octets."""

    hints: Hints
    layers: list[DecodedLayer] = field(default_factory=list)
    undecoded: list[Undecoded] = field(default_factory=list)
    wanted: list[WantedKey] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    """What is possible and unlikely: why the octets may be no frame of this layer."""
    right_fcs: bool = False
    opened: bool = False
    """Whether a key opened something: chance alone does not do that."""

    @property
    def proven(self) -> bool:
        """Whether more than chance says that the octets are a frame of this layer."""
        return self.right_fcs or self.opened

    @property
    def fits(self) -> bool:
        """Whether the octets are likely a frame of this layer."""
        return not self.undecoded and not self.doubts

    @property
    def reach(self) -> int:
        """Offset up to which octets were decoded without doubt."""
        if self.undecoded:
            return self.undecoded[0].offset
        return max((layer.offset + layer.length for layer in self.layers), default=0)


class LayerScope:
    """Keeps a layer's fields, also if it cannot be decoded to its end; `well` says afterwards whether it was."""

    def __init__(self, reading: Reading, cursor: Cursor, name: Callable[[], str]) -> None:
        self._reading = reading
        self._cursor = cursor
        self._name = name
        self.well = False

    def __enter__(self) -> LayerScope:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        name, cursor = self._name(), self._cursor
        self._reading.layers.append(DecodedLayer(name, cursor.base, cursor.at, cursor.fields))
        self.well = error is None
        if isinstance(error, NotDecodedError):
            self._reading.undecoded.append(Undecoded(name, error.offset, error.expected, error.found))
            return True
        return False


def read_message(reading: Reading, octets: bytes, base: int, layer: str, read: Callable[[Cursor], str]) -> bytes:
    """Decode a message; return the octets behind it, if there are any and the message is well-formed."""
    cursor = Cursor(octets, base)
    name = ""
    with LayerScope(reading, cursor, lambda: f"{layer}: {name}" if name else layer) as going:
        name = read(cursor)
    return octets[cursor.at :] if going.well else b""


def check_fcs(reading: Reading, octets: bytes, base: int, number: int) -> None:
    """Add the FCS to the MAC layer, which is the one of this number, and say if it is wrong."""
    at = max(0, len(octets) - FCS_OCTETS)
    given, right = octets[at:], fcs(octets[:at])
    if len(given) < FCS_OCTETS:
        reading.undecoded.append(Undecoded("MAC", base + at, "FCS: 2 octets", f"{len(given)} left"))
        return
    outer = reading.layers[number]
    said = given.hex(" ") + (" (right)" if given == right else " (wrong)")
    fields = (*outer.fields, DecodedField("FCS", base + at, FCS_OCTETS, said))
    reading.layers[number] = DecodedLayer(outer.name, outer.offset, outer.length + FCS_OCTETS, fields)
    if given != right:
        reading.undecoded.append(Undecoded("MAC", base + at, f"FCS {right.hex(' ')}", given.hex(" ")))

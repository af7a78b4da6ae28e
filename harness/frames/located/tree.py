"""A decoded frame as a tree: layers, their fields with offsets, what could not be decoded, and keys that are missing.

Offsets count octets from the first one of the frame as given, from 0. CCM* keeps the length of what it encrypts, so the
offsets of decrypted fields are those of their encrypted octets. Keys are redacted.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class DecodedField(Struct, frozen=True, omit_defaults=True):
    """One field, and the fields that it consists of."""

    name: str
    offset: int
    length: int
    """Octets; the bits of an octet have the offset and the length of that octet."""
    value: str = ""
    fields: tuple[DecodedField, ...] = ()


class DecodedLayer(Struct, frozen=True):
    """One layer of a frame."""

    name: str
    offset: int
    length: int
    """Octets of the layer's own: without the layers inside it."""
    fields: tuple[DecodedField, ...]


class Undecoded(Struct, frozen=True):
    """The place from which on a layer could not be decoded."""

    layer: str
    offset: int
    expected: str
    found: str


class WantedKey(Struct, frozen=True):
    """Octets that are encrypted, and the key that would open them."""

    layer: str
    offset: int
    length: int
    """Octets, with the integrity code."""
    key: str
    """In words."""


class DecodedFrame(Struct, frozen=True):
    """What the octets of one frame say."""

    octets: int
    layer: str
    """The outermost layer: `mac`, `nwk`, `aps`, `zdp` or `zcl`."""
    why: str
    """Why the octets were taken for that layer."""
    also: tuple[str, ...]
    """Other layers that fit as well."""
    layers: tuple[DecodedLayer, ...]
    undecoded: tuple[Undecoded, ...]
    wanted: tuple[WantedKey, ...]

    @property
    def is_whole(self) -> bool:
        """Whether all octets were decoded."""
        return not self.undecoded and not self.wanted


class DecodedFile(Struct, frozen=True):
    """The output of `hanbench decode --json`."""

    frames: tuple[DecodedFrame, ...]
    version: Literal[1] = 1
    """Increased when a reader of the version before could misread the output."""


class NotDecodedError(Exception):
    """The octets at an offset are not what the layer has there."""

    def __init__(self, offset: int, expected: str, found: str) -> None:
        super().__init__(f"octet {offset}: expected {expected}, found {found}")
        self.offset = offset
        self.expected = expected
        self.found = found

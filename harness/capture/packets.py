"""The packets of a capture file as they stand in it, whatever their link type, and the keys among them."""

from __future__ import annotations

from typing import NamedTuple


class Packet(NamedTuple):
    """One packet of a capture."""

    time: int | None
    """Microseconds since 1970; None: the file has no time for it."""
    link_type: int
    octets: bytes
    comment: str = ""
    """The comment; empty if there is none."""


class Secrets(NamedTuple):
    """The content of a Decryption Secrets Block."""

    kind: int
    octets: bytes


class SnappedError(ValueError):
    """A packet that the sniffer cut short. The packets after it can be read."""


Item = Packet | Secrets

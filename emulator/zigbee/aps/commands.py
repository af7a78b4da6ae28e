"""APS commands (Zigbee PRO R22, 4.4.10): what the Trust Centre and its devices say to each other about keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

from emulator.errors import Drop, RemoteProtocolError
from emulator.octets import Reader
from emulator.zigbee.security.ccm import KEY_LENGTH

STANDARD_NETWORK_KEY, APPLICATION_LINK_KEY, TRUST_CENTER_LINK_KEY = 0x01, 0x03, 0x04
"""Key types of Transport-Key (table 4-9)."""


class ApsCommand(Protocol):
    """Any APS command."""

    ID: ClassVar[int]

    def encode(self) -> bytes:
        """Command identifier and fields."""


def _ieee(address: int) -> bytes:
    return address.to_bytes(8, "little")


@dataclass(frozen=True, slots=True)
class TransportNetworkKey:
    """Transport-Key with a network key (4.4.10.1.3.2)."""

    ID: ClassVar[int] = 0x05
    key: bytes
    sequence: int
    destination: int
    """EUI-64; 0 for everybody."""
    source: int
    """EUI-64 of the Trust Centre."""

    def encode(self) -> bytes:
        head = bytes((self.ID, STANDARD_NETWORK_KEY)) + self.key + bytes((self.sequence,))
        return head + _ieee(self.destination) + _ieee(self.source)


@dataclass(frozen=True, slots=True)
class TransportLinkKey:
    """Transport-Key with a Trust Centre link key (4.4.10.1.3.1)."""

    ID: ClassVar[int] = 0x05
    key: bytes
    destination: int
    source: int

    def encode(self) -> bytes:
        return bytes((self.ID, TRUST_CENTER_LINK_KEY)) + self.key + _ieee(self.destination) + _ieee(self.source)


@dataclass(frozen=True, slots=True)
class TransportApplicationKey:
    """Transport-Key with a link key for two partners (4.4.10.1.3.3)."""

    ID: ClassVar[int] = 0x05
    key: bytes
    partner: int
    initiator: bool

    def encode(self) -> bytes:
        return bytes((self.ID, APPLICATION_LINK_KEY)) + self.key + _ieee(self.partner) + bytes((self.initiator,))


def _read_transport_key(reader: Reader) -> ApsCommand:
    kind, key = reader.u8(), reader.take(KEY_LENGTH)
    if kind == STANDARD_NETWORK_KEY:
        return TransportNetworkKey(key, reader.u8(), reader.u64(), reader.u64())
    if kind == TRUST_CENTER_LINK_KEY:
        return TransportLinkKey(key, reader.u64(), reader.u64())
    if kind == APPLICATION_LINK_KEY:
        return TransportApplicationKey(key, reader.u64(), bool(reader.u8()))
    raise RemoteProtocolError(Drop.UNSUPPORTED, f"key type {kind:#04x}")


@dataclass(frozen=True, slots=True)
class UpdateDevice:
    """A router tells the Trust Centre of a child (4.4.10.2)."""

    ID: ClassVar[int] = 0x06
    device: int
    short: int
    status: int
    """0 secured rejoin, 1 unsecured join, 2 left, 3 Trust Centre rejoin."""

    def encode(self) -> bytes:
        return bytes((self.ID,)) + _ieee(self.device) + self.short.to_bytes(2, "little") + bytes((self.status,))

    @classmethod
    def read(cls, reader: Reader) -> UpdateDevice:
        return cls(reader.u64(), reader.u16(), reader.u8())


@dataclass(frozen=True, slots=True)
class RemoveDevice:
    """The Trust Centre tells a router to remove a child (4.4.10.3)."""

    ID: ClassVar[int] = 0x07
    target: int

    def encode(self) -> bytes:
        return bytes((self.ID,)) + _ieee(self.target)

    @classmethod
    def read(cls, reader: Reader) -> RemoveDevice:
        return cls(reader.u64())


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A device asks for a key (4.4.10.4); the partner is named for application keys only."""

    ID: ClassVar[int] = 0x08
    key_type: int
    """2 application link key, 4 Trust Centre link key."""
    partner: int | None = None

    def encode(self) -> bytes:
        return bytes((self.ID, self.key_type)) + (b"" if self.partner is None else _ieee(self.partner))

    @classmethod
    def read(cls, reader: Reader) -> RequestKey:
        key_type = reader.u8()
        return cls(key_type, reader.u64() if key_type == 0x02 else None)


@dataclass(frozen=True, slots=True)
class SwitchKey:
    """From now on the network key with this sequence number (4.4.10.5)."""

    ID: ClassVar[int] = 0x09
    sequence: int

    def encode(self) -> bytes:
        return bytes((self.ID, self.sequence))

    @classmethod
    def read(cls, reader: Reader) -> SwitchKey:
        return cls(reader.u8())


@dataclass(frozen=True, slots=True)
class Tunnel:
    """The Trust Centre's frame for a child of the receiver, which passes it on unread (4.4.10.6)."""

    ID: ClassVar[int] = 0x0E
    destination: int
    frame: bytes
    """A secured APS command frame."""

    def encode(self) -> bytes:
        return bytes((self.ID,)) + _ieee(self.destination) + self.frame

    @classmethod
    def read(cls, reader: Reader) -> Tunnel:
        return cls(reader.u64(), reader.rest())


@dataclass(frozen=True, slots=True)
class VerifyKey:
    """A device proves that it holds its new Trust Centre link key (4.4.10.7)."""

    ID: ClassVar[int] = 0x0F
    key_type: int
    source: int
    digest: bytes

    def encode(self) -> bytes:
        return bytes((self.ID, self.key_type)) + _ieee(self.source) + self.digest

    @classmethod
    def read(cls, reader: Reader) -> VerifyKey:
        return cls(reader.u8(), reader.u64(), reader.take(KEY_LENGTH))


@dataclass(frozen=True, slots=True)
class ConfirmKey:
    """The Trust Centre's answer to Verify-Key (4.4.10.8)."""

    ID: ClassVar[int] = 0x10
    status: int
    key_type: int
    destination: int

    def encode(self) -> bytes:
        return bytes((self.ID, self.status, self.key_type)) + _ieee(self.destination)

    @classmethod
    def read(cls, reader: Reader) -> ConfirmKey:
        return cls(reader.u8(), reader.u8(), reader.u64())


_READERS: dict[int, Callable[[Reader], ApsCommand]] = {
    TransportNetworkKey.ID: _read_transport_key,
    **{
        command.ID: command.read
        for command in (UpdateDevice, RemoveDevice, RequestKey, SwitchKey, Tunnel, VerifyKey, ConfirmKey)
    },
}


def decode(payload: bytes) -> ApsCommand:
    """Read a command frame's payload. Raises MALFORMED_APS, or UNSUPPORTED for other commands and key types."""
    reader = Reader(payload, Drop.MALFORMED_APS)
    identifier = reader.u8()
    read = _READERS.get(identifier)
    if read is None:
        raise RemoteProtocolError(Drop.UNSUPPORTED, f"APS command {identifier:#04x}")
    command = read(reader)
    reader.end()
    return command

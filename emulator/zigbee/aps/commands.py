"""APS commands (Zigbee PRO R22, 4.4.10): the messages about keys between the Trust Centre and its devices.

Encoding a value that does not fit raises LocalProtocolError.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from hanbench.emulator.errors import DropReason, LocalProtocolError, RemoteProtocolError
from hanbench.emulator.message import Message
from hanbench.emulator.octets import Reader, le
from hanbench.emulator.zigbee.security.ccm import KEY_LENGTH

STANDARD_NETWORK_KEY, APPLICATION_LINK_KEY, TRUST_CENTER_LINK_KEY = 0x01, 0x03, 0x04
"""Key types of Transport-Key (table 4-9)."""
REQUEST_APPLICATION_KEY, REQUEST_TRUST_CENTER_KEY = 0x02, 0x04
"""Key types of Request-Key (table 4-19)."""


class ApsCommand(Protocol):
    """Any APS command."""

    ID: ClassVar[int]

    def encode(self) -> bytes:
        """Command identifier and fields."""


def _key(octets: bytes) -> bytes:
    """Check the length of a key or a digest."""
    if len(octets) != KEY_LENGTH:
        raise LocalProtocolError(f"a key has {KEY_LENGTH} octets, not {len(octets)}")
    return octets


class TransportNetworkKey(Message):
    """Transport-Key with a network key (4.4.10.1.3.2)."""

    ID: ClassVar[int] = 0x05
    key: bytes
    sequence: int
    destination: int
    """EUI-64; 0: all devices."""
    source: int
    """EUI-64 of the Trust Centre."""

    def encode(self) -> bytes:
        head = bytes((self.ID, STANDARD_NETWORK_KEY)) + _key(self.key) + le(self.sequence, 1)
        return head + le(self.destination, 8) + le(self.source, 8)


class TransportLinkKey(Message):
    """Transport-Key with a Trust Centre link key (4.4.10.1.3.1)."""

    ID: ClassVar[int] = 0x05
    key: bytes
    destination: int
    source: int

    def encode(self) -> bytes:
        head = bytes((self.ID, TRUST_CENTER_LINK_KEY)) + _key(self.key)
        return head + le(self.destination, 8) + le(self.source, 8)


class TransportApplicationKey(Message):
    """Transport-Key with a link key for two partners (4.4.10.1.3.3)."""

    ID: ClassVar[int] = 0x05
    key: bytes
    partner: int
    initiator: bool

    def encode(self) -> bytes:
        head = bytes((self.ID, APPLICATION_LINK_KEY)) + _key(self.key)
        return head + le(self.partner, 8) + bytes((self.initiator,))


def _decode_transport_key(reader: Reader) -> ApsCommand:
    kind, key = reader.u8(), reader.take(KEY_LENGTH)
    if kind == STANDARD_NETWORK_KEY:
        return TransportNetworkKey(key, reader.u8(), reader.u64(), reader.u64())
    if kind == TRUST_CENTER_LINK_KEY:
        return TransportLinkKey(key, reader.u64(), reader.u64())
    if kind == APPLICATION_LINK_KEY:
        partner, initiator = reader.u64(), reader.u8()
        if initiator > 1:
            raise reader.fail(f"initiator flag {initiator}")
        return TransportApplicationKey(key, partner, initiator == 1)
    raise RemoteProtocolError(DropReason.UNSUPPORTED, f"key type {kind:#04x}")


class UpdateDevice(Message):
    """A router tells the Trust Centre of a child (4.4.10.2)."""

    ID: ClassVar[int] = 0x06
    device: int
    short: int
    status: int
    """0 secured rejoin, 1 unsecured join, 2 left, 3 Trust Centre rejoin."""

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.device, 8) + le(self.short, 2) + le(self.status, 1)

    @classmethod
    def decode(cls, reader: Reader) -> UpdateDevice:
        return cls(reader.u64(), reader.u16(), reader.u8())


class RemoveDevice(Message):
    """The Trust Centre tells a router to remove a child (4.4.10.3)."""

    ID: ClassVar[int] = 0x07
    target: int

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.target, 8)

    @classmethod
    def decode(cls, reader: Reader) -> RemoveDevice:
        return cls(reader.u64())


class RequestKey(Message):
    """A device asks for a key (4.4.10.4); the partner is named for application keys only."""

    ID: ClassVar[int] = 0x08
    key_type: int
    """REQUEST_APPLICATION_KEY or REQUEST_TRUST_CENTER_KEY."""
    partner: int | None = None

    def encode(self) -> bytes:
        if (self.partner is not None) != (self.key_type == REQUEST_APPLICATION_KEY):
            raise LocalProtocolError("a partner goes with application link keys, and with them only")
        return bytes((self.ID,)) + le(self.key_type, 1) + (b"" if self.partner is None else le(self.partner, 8))

    @classmethod
    def decode(cls, reader: Reader) -> RequestKey:
        key_type = reader.u8()
        return cls(key_type, reader.u64() if key_type == REQUEST_APPLICATION_KEY else None)


class SwitchKey(Message):
    """Use the network key with this sequence number from now on (4.4.10.5)."""

    ID: ClassVar[int] = 0x09
    sequence: int

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.sequence, 1)

    @classmethod
    def decode(cls, reader: Reader) -> SwitchKey:
        return cls(reader.u8())


class Tunnel(Message):
    """The Trust Centre's frame for a child of the receiver, which passes it on unread (4.4.10.6)."""

    ID: ClassVar[int] = 0x0E
    destination: int
    frame: bytes
    """A secured APS command frame."""

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.destination, 8) + self.frame

    @classmethod
    def decode(cls, reader: Reader) -> Tunnel:
        return cls(reader.u64(), reader.rest())


class VerifyKey(Message):
    """A device proves that it holds its new Trust Centre link key (4.4.10.7)."""

    ID: ClassVar[int] = 0x0F
    key_type: int
    source: int
    digest: bytes

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.key_type, 1) + le(self.source, 8) + _key(self.digest)

    @classmethod
    def decode(cls, reader: Reader) -> VerifyKey:
        return cls(reader.u8(), reader.u64(), reader.take(KEY_LENGTH))


class ConfirmKey(Message):
    """The Trust Centre's answer to Verify-Key (4.4.10.8)."""

    ID: ClassVar[int] = 0x10
    status: int
    key_type: int
    destination: int

    def encode(self) -> bytes:
        return bytes((self.ID,)) + le(self.status, 1) + le(self.key_type, 1) + le(self.destination, 8)

    @classmethod
    def decode(cls, reader: Reader) -> ConfirmKey:
        return cls(reader.u8(), reader.u8(), reader.u64())


_READERS: dict[int, Callable[[Reader], ApsCommand]] = {
    TransportNetworkKey.ID: _decode_transport_key,
    **{
        command.ID: command.decode
        for command in (UpdateDevice, RemoveDevice, RequestKey, SwitchKey, Tunnel, VerifyKey, ConfirmKey)
    },
}


def decode(payload: bytes) -> ApsCommand:
    """Read a command frame's payload. Raises MALFORMED_APS, or UNSUPPORTED for other commands and key types."""
    reader = Reader(payload, DropReason.MALFORMED_APS)
    identifier = reader.u8()
    read = _READERS.get(identifier)
    if read is None:
        raise RemoteProtocolError(DropReason.UNSUPPORTED, f"APS command {identifier:#04x}")
    command = read(reader)
    reader.end()
    return command

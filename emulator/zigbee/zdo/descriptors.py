"""Node, power and simple descriptors (Zigbee PRO R22, 2.3.2), and neighbour table entries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple

from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.layout import U8, U16, U64, Bits, Counted, RecordType
from hanbench.emulator.octets import Reader

COORDINATOR, ROUTER, END_DEVICE = 0, 1, 2
"""Logical types, and device types in the neighbour table."""

ALTERNATE_COORDINATOR, FULL_FUNCTION, MAINS_POWERED, RX_ON_WHEN_IDLE, SECURITY, ALLOCATE_ADDRESS = (
    0x01,
    0x02,
    0x04,
    0x08,
    0x40,
    0x80,
)
"""Bits of the MAC capability flags."""

PRIMARY_TRUST_CENTER = 0x0001
"""Bit of the server mask; its highest seven bits are the revision of the stack."""
STACK_REVISION_22 = 22 << 9

BAND_2400_MHZ = 8

Octet = Annotated[int, U8]
Short = Annotated[int, U16]
Word = Annotated[int, U16]
Ieee = Annotated[int, U64]


class TypeFlags(NamedTuple):
    """First octet of the node descriptor."""

    logical_type: int
    complex_descriptor: int = 0
    user_descriptor: int = 0


class BandFlags(NamedTuple):
    """Second octet of the node descriptor."""

    aps_flags: int = 0
    frequency_band: int = BAND_2400_MHZ


@dataclass(frozen=True, slots=True)
class NodeDescriptor:
    """R22, 2.3.2.3."""

    type: Annotated[TypeFlags, Bits(TypeFlags, 3, 1, 1)]
    bands: Annotated[BandFlags, Bits(BandFlags, 3, 5)]
    capability: Octet
    """MAC capability flags."""
    manufacturer: Word
    maximum_buffer: Octet = 82
    """Largest NSDU, octets."""
    maximum_incoming: Word = 128
    """Largest APS message accepted, octets; 128 is what Smart Energy asks for."""
    server_mask: Word = STACK_REVISION_22
    maximum_outgoing: Word = 128
    descriptor_capability: Octet = 0

    @classmethod
    def of(cls, logical_type: int, capability: int, manufacturer: int, server_mask: int = 0) -> NodeDescriptor:
        """A 2.4 GHz device's descriptor."""
        mask = server_mask | STACK_REVISION_22
        return cls(TypeFlags(logical_type), BandFlags(), capability, manufacturer, server_mask=mask)


class _Nibble:
    """A number in the low half of an octet; the high half is reserved."""

    def encode(self, value: Any) -> bytes:
        if not 0 <= value <= 0x0F:
            raise LocalProtocolError(f"{value} does not fit in 4 bits")
        return U8.encode(value)

    def decode(self, reader: Reader) -> int:
        return reader.u8() & 0x0F


class PowerMode(NamedTuple):
    """First octet of the power descriptor."""

    mode: int = 0
    """0: the receiver follows the node descriptor; 1: on periodically; 2: on when the user asks for it."""
    available: int = 1
    """Sources there are: bit 0 mains, 1 rechargeable battery, 2 disposable battery."""


class PowerSource(NamedTuple):
    """Second octet of the power descriptor."""

    current: int = 1
    """The source in use, as in `PowerMode.available`."""
    level: int = 12
    """0 critical, 4 33 %, 8 66 %, 12 full."""


_MAINS_MODE, _MAINS_SOURCE = PowerMode(), PowerSource()


@dataclass(frozen=True, slots=True)
class PowerDescriptor:
    """R22, 2.3.2.4."""

    mode: Annotated[PowerMode, Bits(PowerMode, 4, 4)] = _MAINS_MODE
    source: Annotated[PowerSource, Bits(PowerSource, 4, 4)] = _MAINS_SOURCE


@dataclass(frozen=True, slots=True)
class SimpleDescriptor:
    """R22, 2.3.2.5: one endpoint."""

    endpoint: Octet
    profile: Word
    device: Word
    version: Annotated[int, _Nibble()]
    inputs: Annotated[tuple[int, ...], Counted(U16)]
    """Clusters of which the endpoint is a server."""
    outputs: Annotated[tuple[int, ...], Counted(U16)]
    """Clusters of which the endpoint is a client."""


class NeighborFlags(NamedTuple):
    """Type and relationship of a neighbour."""

    device_type: int
    """`COORDINATOR`, `ROUTER`, `END_DEVICE`; 3 unknown."""
    rx_on_when_idle: int = 2
    """0 no, 1 yes, 2 unknown."""
    relationship: int = 3
    """0 parent, 1 child, 2 sibling, 3 none, 4 previous child."""


@dataclass(frozen=True, slots=True)
class NeighborEntry:
    """One neighbour (R22, table 2-130)."""

    extended_pan_id: Ieee
    ieee: Ieee
    short: Short
    flags: Annotated[NeighborFlags, Bits(NeighborFlags, 2, 2, 3)]
    permit_joining: Octet
    """0 no, 1 yes, 2 unknown."""
    depth: Octet
    lqi: Octet


NODE, POWER, SIMPLE, NEIGHBOR = map(RecordType, (NodeDescriptor, PowerDescriptor, SimpleDescriptor, NeighborEntry))

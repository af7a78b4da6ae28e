"""The beacon payload of a Zigbee PRO network (R22, table 3-58): 15 octets."""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.octets import Reader, bits, le

PROTOCOL_ID = 0
STACK_PROFILE_PRO = 2
PROTOCOL_VERSION = 2
NO_TX_OFFSET = b"\xff\xff\xff"
"""The value where beacons are not scheduled."""


@dataclass(frozen=True, slots=True)
class BeaconPayload:
    """A router's network, and its capacity for children."""

    router_capacity: bool
    depth: int
    """Hops to the coordinator, 0 to 15."""
    end_device_capacity: bool
    extended_pan_id: int
    update_id: int

    def encode(self) -> bytes:
        """The 15 octets."""
        flags = self.router_capacity << 2 | bits(self.depth, 4) << 3 | self.end_device_capacity << 7
        return b"".join(
            (
                bytes((PROTOCOL_ID, STACK_PROFILE_PRO | PROTOCOL_VERSION << 4, flags)),
                le(self.extended_pan_id, 8),
                NO_TX_OFFSET,
                le(self.update_id, 1),
            )
        )


def decode(payload: bytes) -> BeaconPayload:
    """Read a payload. Raises UNSUPPORTED for another protocol or stack profile, MALFORMED_NWK for another length."""
    reader = Reader(payload, DropReason.MALFORMED_NWK)
    if reader.u8() != PROTOCOL_ID or reader.u8() != (STACK_PROFILE_PRO | PROTOCOL_VERSION << 4):
        raise RemoteProtocolError(DropReason.UNSUPPORTED, "not a Zigbee PRO beacon")
    flags = reader.u8()
    extended_pan_id = reader.u64()
    reader.take(len(NO_TX_OFFSET))
    update_id = reader.u8()
    reader.end()
    return BeaconPayload(bool(flags & 0x04), flags >> 3 & 0x0F, bool(flags & 0x80), extended_pan_id, update_id)

"""Messages that may lawfully part a device from its network or from its keys, if their sender knows the keys.

A device that obeys one has no fault, so the fuzzer sends none of them under a key. Cut short they are malformed, and it
sends those. Without keys it sends all of them: a device must not obey (Zigbee PRO R22, 4.4 and 4.6).
"""

from __future__ import annotations

from typing import NamedTuple

from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.harness.conform.fuzz.frame import FuzzFrame, Knowledge

ZDO_PROFILE = 0x0000


class Farewells(NamedTuple):
    """The messages that a kind of device may part at, each with its shortest length in octets."""

    nwk: dict[int, int]
    """NWK commands, with the identifier (R22, 3.4)."""
    aps: dict[int, int]
    """APS commands, with the identifier (R22, 4.4.10)."""
    zdp: dict[int, int]
    """Requests of the device profile, with the transaction number (R22, 2.4.3)."""


_MANAGEMENT = {0x0034: 10, 0x0038: 6, 0x0039: 6}
"""Mgmt_Leave_req, Mgmt_NWK_Update_req and its enhanced form."""
OF_A_DEVICE = Farewells({0x04: 2, 0x07: 4, 0x0A: 12}, {0x05: 18, 0x07: 9, 0x09: 2, 0x0E: 17}, _MANAGEMENT)
"""Leave, Rejoin Response, Network Update; Transport-Key, Remove-Device, Switch-Key, Tunnel."""
OF_A_HUB = Farewells({0x04: 2, 0x06: 2, 0x09: 12, 0x0A: 12}, {0x06: 12, 0x08: 2, 0x0F: 10}, {0x0013: 12, **_MANAGEMENT})
"""From a router: Leave, Rejoin Request, Network Report, Network Update; Update-Device, Request-Key, Verify-Key;
Device_annce. With them a router tells that it or a child of it leaves or moves, or asks for another key."""


def is_farewell(frame: FuzzFrame, listed: Farewells = OF_A_DEVICE) -> bool:
    """Return whether a device that receives this frame may lawfully leave, move, or change its keys."""
    if frame.knowledge is Knowledge.OUTSIDE:
        return False
    octets = frame.content
    if frame.knowledge is Knowledge.LINK_KEY:
        return bytes.fromhex(frame.header)[0] & 3 == aps.COMMAND and _listed(listed.aps, octets)
    nwk_command = bool(bytes.fromhex(frame.header)[0] & 1) if frame.header else frame.command
    return _listed(listed.nwk, octets) if nwk_command else _in_aps(octets, listed)


def _in_aps(apdu: bytes, listed: Farewells) -> bool:
    try:
        found = aps.decode(apdu)
    except RemoteProtocolError:
        return False
    if found.type == aps.COMMAND:
        return _listed(listed.aps, found.payload)
    shortest = listed.zdp.get(found.cluster)
    return found.profile == ZDO_PROFILE and shortest is not None and len(found.payload) >= shortest


def _listed(shortest: dict[int, int], octets: bytes) -> bool:
    return bool(octets) and len(octets) >= shortest.get(octets[0], len(octets) + 1)

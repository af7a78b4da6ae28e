"""Third-level filtering (IEEE 802.15.4-2011, 5.1.6.2) once more, in the host: firmware lets more through.

OpenThread's RCP of January 2025 takes, and acknowledges, frames to short address 0x0000 in every role beside those to
its own: its second short address is 0 until a host sets one, and no Zigbee host does. 0x0000 is the coordinator's
address. A router that took its neighbour's frames to the coordinator for its own would relay each of them once more.
"""

from __future__ import annotations

from hanbench.emulator.radio.interface import BROADCAST_PAN, RadioConfig

_NONE, _SHORT, _EXTENDED = 0, 2, 3
_BROADCAST = 0xFFFF
_VERSION_2015 = 2


def addressed_to(psdu: bytes, config: RadioConfig) -> bool:
    """Return whether a radio with this configuration is meant to receive a frame of at least five octets.

    Frames without a destination, and those of version 2015, whose headers are others, are left to the layer above.
    """
    control = int.from_bytes(psdu[:2], "little")
    mode = control >> 10 & 3
    if config.promiscuous or mode == _NONE or control >> 12 & 3 >= _VERSION_2015:
        return True
    octets = {_SHORT: 2, _EXTENDED: 8}.get(mode, 0)
    pan_id, address = psdu[3:5], psdu[5 : 5 + octets]
    if not octets or len(address) < octets:
        return False
    if int.from_bytes(pan_id, "little") not in (BROADCAST_PAN, config.pan_id):
        return False
    own = config.short_address if mode == _SHORT else config.extended_address
    destination = int.from_bytes(address, "little")
    return destination == own or (mode == _SHORT and destination == _BROADCAST)

"""Keys and counters on the frames of the fuzzer, at the moment in which they are sent."""

from __future__ import annotations

from hanbench.emulator.devices import AnyDevice
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId
from hanbench.harness.conform.fuzz.frame import FuzzFrame, Knowledge
from hanbench.harness.conform.sides import Side


def sealed(frame: FuzzFrame, sender: AnyDevice, side: Side, ieee: int) -> bytes:
    """Return the NWK frame of a frame with keys, under the sender's keys and counters.

    `ieee`: of the device that gets it. Raises LocalProtocolError, or KeyError without a link key.
    """
    header, octets = bytes.fromhex(frame.header), frame.content
    if frame.knowledge is Knowledge.LINK_KEY:
        storage = sender.storage
        link = storage.link_keys[ieee]
        number = link.outgoing.next()
        octets = aps.secure(header, octets, cipher(link.key), KeyId.DATA, number, storage.ieee, extended_nonce=False)
        return side.npdu(octets)
    if header:
        return nwk.seal(header, octets, sender.stack.nwk.security.outgoing())
    return side.npdu(octets, type=nwk.COMMAND if frame.command else nwk.DATA)

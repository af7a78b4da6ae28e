"""Three nodes on paper: frames between them, built by hanbench's codecs without any stack."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.security.keys import KeyId, key_load_key, key_transport_key
from hanbench.harness.capture import KeyRing, PcapngWriter, keyfile, tap

PAN, EXTENDED_PAN, CHANNEL = 0x1A62, 0x00124B0000000001, 15
SMART_ENERGY = 0x0109
NETWORK_KEY = bytes.fromhex("a5a4a3a2a1a0afaeadacabaa99887766")
LINK_KEY = bytes.fromhex("66b6900981e1ee3ca4206b6b861c02bb")
"""Of the install code in zigbee.md 3.1."""


class Node(NamedTuple):
    """A node's addresses."""

    short: int
    ieee: int


HUB, ESME, GSME = Node(0, EXTENDED_PAN), Node(0x1111, 0x00124B0000000002), Node(0x2222, 0x00124B0000000003)


class Sample(NamedTuple):
    """A frame and what it is meant to show."""

    name: str
    psdu: bytes


class Han:
    """Counts what has to be counted: each call gives a frame that no other call gives."""

    def __init__(self) -> None:
        self._count = 0

    def number(self) -> int:
        self._count += 1
        return self._count

    def carry(self, npdu: bytes, src: Node = HUB, dst: Node = GSME, *, broadcast: bool = False) -> bytes:
        """A NWK frame in a MAC data frame."""
        to = mac.BROADCAST if broadcast else dst.short
        return mac.data(self.number() & 0xFF, PAN, to, src.short, npdu, ack=not broadcast)

    def nwk_header(self, type: int, src: Node, dst: int, *, secured: bool = True, **options: Any) -> bytes:
        return nwk.header(type, dst, src.short, self.number() & 0xFF, radius=30, secured=secured, **options)

    def security(self, src: Node) -> nwk.FrameSecurity:
        return nwk.FrameSecurity(cipher(NETWORK_KEY), self.number(), 0, src.ieee)

    def seal(self, header: bytes, payload: bytes, src: Node) -> bytes:
        """Under the network key."""
        return nwk.seal(header, payload, self.security(src))

    def data(self, apdu: bytes, src: Node = HUB, dst: Node = GSME) -> bytes:
        """An APS frame in a secured NWK data frame without options, as most are."""
        npdu = nwk.secured_data(dst.short, src.short, self.number() & 0xFF, apdu, self.security(src), 30)
        return self.carry(npdu, src, dst)

    def message(
        self, cluster: int, payload: bytes, src: Node = HUB, dst: Node = GSME, *, profile: int = SMART_ENERGY
    ) -> bytes:
        """An application message; profile 0 goes to the device profile's endpoint."""
        endpoint = 1 if profile else 0
        header = aps.data_header(endpoint, cluster, profile, endpoint, self.number() & 0xFF, ack_request=True)
        return self.data(header + payload, src, dst)

    def under_link_key(self, header: bytes, payload: bytes, key_id: KeyId, src: Node, *, extended_nonce: bool) -> bytes:
        """An APS frame under the Trust Centre link key or a key made from it."""
        make = {KeyId.KEY_TRANSPORT: key_transport_key, KeyId.KEY_LOAD: key_load_key}.get(key_id, bytes)
        key = cipher(make(LINK_KEY))
        return aps.secure(header, payload, key, key_id, self.number(), src.ieee, extended_nonce=extended_nonce)


def save(samples: Iterable[Sample], path: Path) -> Path:
    """Write samples as a capture, each frame with its name as comment, and the key file beside it."""
    with path.open("wb") as stream:
        writer = PcapngWriter(stream)
        for number, (name, psdu) in enumerate(samples):
            writer.write(number * 10_000, psdu, tap.encode(-60.0, 170, CHANNEL), name)
    keys = KeyRing()
    keys.add("network", NETWORK_KEY)
    keys.add("link", LINK_KEY)
    keyfile.write(keyfile.beside(path), keys)
    return path

"""Bare Zigbee stacks in one network, on an Air on which two nodes hear each other only if the test says so."""

from __future__ import annotations

from typing import NamedTuple

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Air, AirRadio, Transmission
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.nwk import commands, frames
from hanbench.emulator.zigbee.nwk.commands import NwkCommand
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.nwk.layer import NwkIndication
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.stack import CoordinatorStack, EndDeviceStack, RouterStack, SleepyStack, Stack
from hanbench.emulator.zigbee.storage import ChildEntry, Network, NonVolatile

CHANNEL, PAN, KEY = 15, 0x1A62, bytes(range(16))
APART = 200.0
"""Decibels between nodes that do not hear each other."""
CONFIGS: dict[type[Stack], NodeConfig] = {
    CoordinatorStack: NodeConfig(LogicalType.COORDINATOR),
    RouterStack: NodeConfig(LogicalType.ROUTER),
    EndDeviceStack: NodeConfig(LogicalType.END_DEVICE),
    SleepyStack: NodeConfig(LogicalType.END_DEVICE, rx_on=False),
}


class Heard(NamedTuple):
    """One NWK frame on the air, decrypted."""

    sender: str
    receiver: int
    frame: NwkFrame

    @property
    def command(self) -> NwkCommand | None:
        return commands.decode(self.frame.payload) if self.frame.type == frames.COMMAND else None


class Mesh:
    """Nodes by name. Each is a member already; a child stands in its parent's table."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split("mesh", "air"))
        self.air.observers.append(self._observe)
        self.nodes: dict[str, Stack] = {}
        self.delivered: list[tuple[str, NwkIndication]] = []
        self.heard: list[Heard] = []
        self._radios: dict[str, AirRadio] = {}

    def add(self, name: str, kind: type[Stack], short: int, parent: str | None = None) -> None:
        """Add a node, which hears its parent and nobody else."""
        above = None if parent is None else self.nodes[parent]
        storage = NonVolatile(0xA0000 + short)
        storage.network_keys[0] = KEY
        depth = 0 if above is None else above.nwk.network.depth + 1
        up = 0xFFFF if above is None else above.mac.short
        storage.network = Network(PAN, 0xE0, CHANNEL, short, parent=up, depth=depth, trust_center=0xA0000)
        radio = AirRadio(self.air, self.clock, split("mesh", name, "radio"), name, (float(len(self.nodes)), 0.0))
        for other in self._radios.values():
            self.air.attenuate(radio, other, APART)
        self._radios[name] = radio
        self.nodes[name] = node = kind(radio, self.clock, split("mesh", name), storage, CONFIGS[kind])
        node.nwk.on_data = lambda indication: self.delivered.append((name, indication))
        if above is not None and parent is not None:
            entry = ChildEntry(storage.ieee, short, CONFIGS[kind].rx_on, kind is RouterStack, 0, authenticated=True)
            above.storage.children[short] = entry
            self.link(name, parent)

    def link(self, one: str, other: str, attenuation: float = 0.0) -> None:
        """Let two nodes hear each other; `attenuation`: decibels more than between neighbours."""
        self.air.attenuate(self._radios[one], self._radios[other], attenuation)

    def part(self, one: str, other: str) -> None:
        self.link(one, other, APART)

    def run(self, seconds: float) -> None:
        self.clock.run_for(round(seconds * SECOND))

    def commands(self, kind: type[NwkCommand]) -> list[Heard]:
        """Return the commands of one kind that were on the air."""
        return [each for each in self.heard if isinstance(each.command, kind)]

    def broadcast(self, name: str, command: bytes, *, src: int, sequence: int = 1, radius: int = 30) -> None:
        """Have a node broadcast octets as a NWK command in the name of `src`."""
        node = self.nodes[name]
        header = frames.header(frames.COMMAND, 0xFFFC, src, sequence, radius=radius, secured=True, src_ieee=0xB0 + src)
        node.mac.send(0xFFFF, frames.seal(header, command, node.nwk.security.outgoing()))

    def _observe(self, transmission: Transmission) -> None:
        try:
            carried = mac.decode(transmission.psdu)
            if carried.type != mac.DATA or carried.dst is None:
                return
            frame = frames.decode(carried.payload)
            if frame.secured:
                frame.decrypt(cipher(KEY))
            self.heard.append(Heard(transmission.sender.name, carried.dst, frame))
        except RemoteProtocolError:
            return

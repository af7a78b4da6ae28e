"""A hub, an electricity meter and a sleepy gas meter: bare stacks on an Air, recorded from the first frame on."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.aps.data import ApsRequest, ApsStatus
from hanbench.emulator.zigbee.aps.layer import UNKNOWN_TRUST_CENTER
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.security.install_code import InstallCode
from hanbench.emulator.zigbee.stack import CoordinatorStack, RouterStack, SleepyStack, Stack
from hanbench.emulator.zigbee.storage import LinkKey, NonVolatile
from hanbench.harness.capture import KeyRing, Recorder, keyfile

CHANNEL, PAN, EXTENDED_PAN = 15, 0x1A62, 0x00124B0000000001
METERING, SMART_ENERGY = 0x0702, 0x0109
REPORT = bytes.fromhex("18010a 0000 25 15cd5b070000")
"""Report Attributes: CurrentSummationDelivered 123456789."""
READ = bytes.fromhex("000200 0000 0003")
"""Read Attributes: CurrentSummationDelivered, UnitOfMeasure."""

S = TypeVar("S", bound=Stack)


class Home:
    """Three nodes, their capture and its keys."""

    def __init__(self, capture: Path, *, routing: bool = False, seed: int = 1) -> None:
        """`routing`: the electricity meter takes children."""
        self._seed = seed
        self._capture = capture
        self._stream = capture.open("wb")
        self._keys = KeyRing()
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(seed, "air"))
        self.recorder = Recorder(self.air, self._stream)
        self.hub = self._node(
            CoordinatorStack, "hub", 0x00124B0000000001, (0.0, 0.0), NodeConfig(LogicalType.COORDINATOR)
        )
        router = NodeConfig(LogicalType.ROUTER, max_children=32 if routing else 0)
        self.esme = self._node(RouterStack, "esme", 0x00124B0000000002, (1.0, 0.0), router)
        sleepy = NodeConfig(LogicalType.END_DEVICE, rx_on=False, battery=True)
        self.gsme = self._node(SleepyStack, "gsme", 0x00124B0000000003, (8.0, 3.0), sleepy)
        for name, stack in zip(("hub", "esme", "gsme"), self.stacks, strict=True):
            self._keys.follow(name, stack.storage)
        for number, meter in enumerate((self.esme, self.gsme)):
            key = InstallCode.with_crc(bytes(range(number, number + 16))).link_key
            meter.storage.link_keys[UNKNOWN_TRUST_CENTER] = LinkKey(key)
            self.hub.trust_center.add(meter.storage.ieee, key)

    def _node(self, kind: type[S], name: str, ieee: int, place: tuple[float, float], config: NodeConfig) -> S:
        radio = AirRadio(self.air, self.clock, split(self._seed, name, "radio"), name, place)
        return kind(radio, self.clock, split(self._seed, name), NonVolatile(ieee), config)

    @property
    def stacks(self) -> tuple[CoordinatorStack, RouterStack, SleepyStack]:
        return self.hub, self.esme, self.gsme

    def run(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.run_for(round(seconds * SECOND))

    def close(self) -> None:
        """Finish the capture and write its key file."""
        self._stream.close()
        keyfile.write(keyfile.beside(self._capture), self._keys)


def formation(home: Home) -> None:
    home.hub.form(channel=CHANNEL, pan_id=PAN, extended_pan_id=EXTENDED_PAN)
    home.run(60)
    assert home.hub.joined


def join(home: Home) -> None:
    formation(home)
    home.hub.parent.permit(254)
    home.esme.joiner.join()
    home.run(10)
    home.gsme.joiner.join()
    home.run(20)
    assert home.esme.joined
    assert home.gsme.joined


def application(home: Home) -> None:
    """A report of the sleeper, a question to it, a message in blocks: each acknowledged at the APS."""
    join(home)
    report(home, home.gsme, REPORT)
    assert home.gsme.storage.network is not None
    home.gsme.poller.hold()
    send(home, home.hub, home.gsme.storage.network.short, READ)
    long = REPORT[:3] + b"".join(bytes((n, 0)) + REPORT[5:] for n in range(20))
    send(home, home.hub, home.gsme.storage.network.short, long)
    home.gsme.poller.release()
    home.run(5)


def report(home: Home, meter: Stack, payload: bytes) -> None:
    send(home, meter, 0, payload)


def send(home: Home, sender: Stack, dst: int, payload: bytes) -> None:
    """Send on Metering and wait until it is acknowledged."""
    assert attempt(home, sender, payload, dst) is ApsStatus.SUCCESS


def attempt(home: Home, sender: Stack, payload: bytes, dst: int = 0) -> ApsStatus:
    """Send on Metering and wait for what becomes of it."""
    statuses: list[ApsStatus] = []
    request = ApsRequest(dst, METERING, payload, SMART_ENERGY, src_endpoint=1, dst_endpoint=1)
    sender.aps.send(request, statuses.append)
    home.run(30)
    (status,) = statuses
    return status


def key_rotation(home: Home) -> None:
    join(home)
    home.hub.trust_center.distribute()
    home.run(5)
    # The first poll tells the hub that the sleeper is awake, the second one fetches the key.
    for _ in range(2):
        home.gsme.poller.kick()
        home.run(1)
    home.hub.trust_center.switch()
    home.run(5)
    report(home, home.gsme, REPORT)
    assert {stack.storage.active_key for stack in home.stacks} == {1}


def network_key_lost(home: Home) -> None:
    """Two rotations while the sleeper sleeps: it comes back by a Trust Centre rejoin."""
    join(home)
    for _ in range(2):
        home.hub.trust_center.distribute()
        home.run(5)
        home.hub.trust_center.switch()
        home.run(20)
    attempt(home, home.gsme, REPORT)
    home.gsme.joiner.event(JoinEvent.LOST)
    home.run(60)
    report(home, home.gsme, REPORT)
    assert home.gsme.storage.active_key == 2


def channel_change(home: Home) -> None:
    join(home)
    for stack in (home.hub, home.esme):
        stack.maintenance.change_channel(20, 1)
    home.run(30)
    rejoin_by_itself(home)
    assert {stack.radio.config.channel for stack in home.stacks} == {20}


def rejoin_by_itself(home: Home) -> None:
    """The sleeper polls until it has noticed that its parent does not hear it, and found it again."""
    home.gsme.poller.hold()
    home.run(180)
    home.gsme.poller.release()
    report(home, home.gsme, REPORT)


def pan_id_change(home: Home) -> None:
    join(home)
    home.hub.maintenance.change_pan_id()
    home.run(30)
    rejoin_by_itself(home)
    assert len({stack.storage.network.pan_id for stack in home.stacks if stack.storage.network} - {PAN}) == 1


def join_through_router(home: Home) -> None:
    """The gas meter is out of the hub's range: the key comes through the electricity meter's tunnel."""
    home.air.attenuate(home.hub.radio, home.gsme.radio, 100.0)  # type: ignore[arg-type]
    formation(home)
    for joiner in (home.esme.joiner, home.gsme.joiner):
        permit(home)
        joiner.join()
        home.run(20)
    report(home, home.gsme, REPORT)


def permit(home: Home) -> None:
    home.hub.parent.permit(254)
    if home.esme.joined:
        home.esme.parent.permit(254)


def told_to_rejoin(home: Home) -> None:
    join(home)
    assert home.esme.storage.network is not None
    home.hub.maintenance.request_leave(home.esme.storage.network.short, rejoin=True)
    home.run(30)
    report(home, home.esme, REPORT)


def leave(home: Home) -> None:
    join(home)
    home.esme.maintenance.announce_leave()
    home.run(10)
    assert home.gsme.storage.network is not None
    home.hub.maintenance.request_leave(home.gsme.storage.network.short)
    home.gsme.poller.kick()
    home.run(10)
    assert not home.gsme.joined


def power_cut(home: Home) -> None:
    """The gas meter loses its power and comes back with its flash."""
    join(home)
    storage, radio, config = home.gsme.storage, home.gsme.radio, home.gsme.config
    home.gsme.power_off()
    home.run(60)
    home.gsme = SleepyStack(radio, home.clock, split("again"), storage, config)
    report(home, home.gsme, REPORT)


STACK_SCENARIOS: dict[str, tuple[Callable[[Home], None], str]] = {
    "formation": (formation, "zbee_nwk.cmd.id == 8"),
    "join": (join, "zbee_aps.cmd.id == 5"),
    "application": (application, "zbee_aps.reassembled.length"),
    "key-rotation": (key_rotation, "zbee_aps.cmd.id == 9"),
    "network-key-lost": (network_key_lost, "zbee_nwk.cmd.id == 6 && zbee_nwk.security == 0"),
    "channel-change": (channel_change, "zbee_nwk.cmd.id == 7"),
    "pan-id-change": (pan_id_change, "zbee_nwk.cmd.id == 10"),
    "join-through-router": (join_through_router, "zbee_aps.cmd.id == 14"),
    "told-to-rejoin": (told_to_rejoin, "zbee_nwk.cmd.id == 4"),
    "leave": (leave, "zbee_nwk.cmd.id == 4"),
    "power-cut": (power_cut, "zbee_zcl"),
}
"""What happens, and what tshark must find at least once in its capture."""


def record(name: str, capture: Path) -> Path:
    """Run a scenario; its capture, with the key file beside it."""
    scenario, _ = STACK_SCENARIOS[name]
    with closing(Home(capture, routing=scenario is join_through_router)) as home:
        scenario(home)
    return capture

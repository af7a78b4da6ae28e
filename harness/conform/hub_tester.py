"""What a case about a hub may do: as any tester, with meters in the place of the hub."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hanbench.emulator.devices import AnyJoiningDevice, Esme, Gsme
from hanbench.emulator.devices.ids import HUB
from hanbench.emulator.mac.frames import COMMAND, SHORT, BeaconContent, MacCommand, MacFrame, decode_beacon
from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.mac.scan import Scanner
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.emulator.zigbee.storage import ChildEntry
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.emulator.zigbee.zdo.messages import ZdpMessage
from hanbench.harness.conform.dut.interface import HubUnderTest
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.hub_bench import HubBench
from hanbench.harness.conform.sides import MeterSide
from hanbench.harness.conform.tester import Tester

SCAN_EXPONENT = 3
SCAN_S = 10.0
RADIUS = 30
ASKS_FOR_BEACONS = bytes((MacCommand.BEACON_REQUEST,))
ANY = 0xFFFF
"""PAN ID and short address of all."""
BEACON_S = 2.0


class HubTester(Tester):
    """One case about a hub. `side` is the electricity meter, which always listens."""

    def __init__(self, bench: HubBench) -> None:
        super().__init__(bench)
        self._hub_bench = bench
        endpoint = self.pixit.endpoint
        self.side: MeterSide = MeterSide(lambda: bench.han.esme, self.ieee, endpoint)
        self.sleeper = MeterSide(lambda: bench.han.gsme, self.ieee, endpoint)
        """The gas meter, for requests and for crafted frames."""

    @property
    def bench(self) -> HubBench:
        return self._hub_bench

    @property
    def head_end(self) -> HubUnderTest:
        """The hub, with what its head end can have it do."""
        return self._hub_bench.head_end

    @property
    def esme(self) -> Esme:
        """The bench's electricity meter."""
        return self._hub_bench.han.esme

    @property
    def gsme(self) -> Gsme:
        """The bench's gas meter."""
        return self._hub_bench.han.gsme

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Keep the gas meter polling."""
        self.gsme.stack.poller.hold()
        yield
        self.gsme.stack.poller.release()

    def beacons(self, meter: AnyJoiningDevice) -> list[Beacon]:
        """Have a meter that is in no network scan the channels of the PIXIT; return the beacons that it heard."""
        found: list[list[Beacon]] = []
        meter.power_on()
        Scanner(meter.stack.mac).networks(self.pixit.channels, SCAN_EXPONENT, found.append)
        self.bench_must(self.wait_until(lambda: bool(found), SCAN_S * len(self.pixit.channels)), "the scan did not end")
        return found[0]

    def own_beacon(self) -> Beacon:
        """Return the hub's beacon as the electricity meter hears it; the case fails if it is not the only one."""
        heard = self.beacons(self.esme)
        self.require(len(heard) == 1, "its beacon is not heard", expected="one beacon", seen=len(heard))
        return heard[0]

    def beacon_now(self) -> tuple[Frame, BeaconContent]:
        """Have the electricity meter, wherever it is, ask for beacons; return the hub's. The case fails without one."""
        mac = self.esme.stack.mac
        before = len(self.every_frame())
        asked = MacFrame(COMMAND, mac.next_sequence(), ASKS_FOR_BEACONS, dst_pan=ANY, dst=ANY, dst_mode=SHORT)
        mac.transmit(asked.encode())
        self.wait(BEACON_S)
        found = [f for f in self.frames("beacon") if f.number > before]
        self.require(bool(found), "it sends no beacon", expected="a beacon")
        shown = found[0].mac
        assert shown is not None
        return found[0], decode_beacon(shown.payload)

    # --- devices behind the electricity meter, which is a router ------------------------------------------------------

    def put_behind(self, ieee: int, short: int) -> None:
        """Make a device that is not there a child of the electricity meter, which answers for it."""
        self.esme.storage.children[short] = ChildEntry(ieee, short, True, False, 0, authenticated=True)

    def from_behind(self, short: int, message: ZdpMessage) -> None:
        """Have a device behind the electricity meter send a message of the device profile to the hub, over it."""
        tsn = self.side.next_tsn()
        frame = NwkFrame.__new__(NwkFrame)
        frame.type, frame.dst, frame.src, frame.radius, frame.sequence = nwk.DATA, HUB, short, RADIUS, tsn
        frame.header = nwk.header(nwk.DATA, HUB, short, tsn, radius=RADIUS, secured=True, discover_route=1)
        frame.discover_route, frame.end_device_initiator, frame.secured = 1, False, True
        frame.dst_ieee = frame.src_ieee = frame.relay_index = None
        frame.relays = ()
        header = aps.data_header(0, message.CLUSTER, 0, 0, tsn, ack_request=True, secured=False)
        frame.payload = header + zdp.encode(tsn, message)
        self.esme.stack.nwk.forwarding.relay(frame, short)

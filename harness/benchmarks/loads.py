"""The loads on the emulated Air, and other measurements in virtual time.

The network loads have the shape of ns-3's (`tests/bench/ns3`): every node but the first sends it one acknowledged frame
of about 60 octets every T seconds. Here each frame is a Metering report: the ZCL encodes it, APS and NWK carry it and
encrypt it under link key and network key, CSMA-CA sends it, the MAC acknowledges it, and the hub's endpoint checks,
decrypts and decodes it.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.devices.key_establishment.session import KeyEstablishmentSession
from hanbench.emulator.devices.key_establishment.states import KeyEvent
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl import ClusterServer, Endpoint
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.key_establishment import SUITE_1
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.nwk.config import NodeConfig
from hanbench.emulator.zigbee.security.cbke import Authority, implementation
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.emulator.zigbee.stack import CoordinatorStack, RouterStack, Stack
from hanbench.emulator.zigbee.storage import ChildEntry, KeyOrigin, LinkKey, Network, NonVolatile
from hanbench.harness.campaign import Campaign, Result, execute, matrix
from hanbench.harness.capture.recorder import recording
from hanbench.profiles.benches import StartingState

PROFILE, ESI, METER = 0x0109, 0x0500, 0x0501
REPORTED = (
    MeteringAttributes.CurrentSummationDelivered,
    MeteringAttributes.Status,
    MeteringAttributes.UnitOfMeasure,
    MeteringAttributes.Multiplier,
)
_KEYS = tuple(row.key for row in REPORTED)
KEY = bytes(range(16))
CODEC_ROUNDS = 50_000
VERIFY_STEP = 6
"""Interval between the scenarios of the matrix that are run."""
AGREEMENTS = 50
REPEATS = 3
"""The best run counts, because other processes on a shared machine slow the others down."""


class Load:
    """Nodes that are in the network already and send reports."""

    def __init__(self, nodes: int, period: int) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(1, "air"))
        self.delivered = 0
        self._places = split(1, "places")
        hub = self._stack(0, nodes)
        endpoint = Endpoint(hub.aps, hub.clock, 1, PROFILE, ESI, clients=(METERING.id,))
        endpoint.on_report = self._reported
        for number in range(1, nodes):
            stack = self._stack(number, nodes)
            server = ClusterServer(METERING, dict.fromkeys(REPORTED, number))
            meter = Endpoint(stack.aps, stack.clock, 1, PROFILE, METER, servers=(server,))
            first = int(self._places.random() * period * SECOND)
            self.clock.call_later(first, self._report, meter, stack, server, period)

    def _stack(self, number: int, nodes: int) -> Stack:
        network = Network(0x1234, 0xAA, 15, number, parent=0 if number else 0xFFFF, trust_center=0x1000)
        storage = NonVolatile(0x1000 + number, network)
        storage.network_keys[0] = KEY
        partners = (0x1000,) if number else [0x1000 + n for n in range(1, nodes)]
        for partner in partners:
            storage.link_keys[partner] = LinkKey(KEY[::-1], KeyOrigin.ESTABLISHED)
            storage.short_addresses[partner] = partner - 0x1000
        if not number:
            storage.children = {n: ChildEntry(0x1000 + n, n, True, True, 0, True) for n in range(1, nodes)}
        place = (self._places.random() * 10, self._places.random() * 10)
        radio = AirRadio(self.air, self.clock, split(1, str(number), "radio"), str(number), place)
        kind = RouterStack if number else CoordinatorStack
        config = NodeConfig(kind.role, link_status_period=0)
        return kind(radio, self.clock, split(1, str(number)), storage, config)

    def _report(self, meter: Endpoint, stack: Stack, server: ClusterServer, period: int) -> None:
        self.clock.call_later(period * SECOND, self._report, meter, stack, server, period)
        # Acknowledged at the MAC, as in ns-3's load: an APS acknowledgement would double the frames.
        payload = bytes((0x18, meter.next_tsn(), 0x0A)) + server.attributes.report(_KEYS)
        stack.aps.send(ApsRequest(0, METERING.id, payload, PROFILE, 1, 1, ack=False, secured=True))

    def _reported(self, *_: object) -> None:
        self.delivered += 1

    def run(self, seconds: int) -> float:
        """Run for `seconds` of virtual time; return the real seconds that it took."""
        start = time.perf_counter()
        self.clock.run_until(seconds * SECOND)
        return time.perf_counter() - start


def network(nodes: int, period: int, seconds: int) -> dict[str, Any]:
    """Run one of ns-3's loads."""
    load = Load(nodes, period)
    took = load.run(seconds)
    return {
        "seconds": round(took, 3),
        "frames": load.air.frames,
        "delivered": load.delivered,
        "frames_per_second": round(load.air.frames / took),
        "times_real_time": round(seconds / took),
    }


def codec() -> dict[str, Any]:
    """Encode a secured frame from ZCL octets to PSDU, and decode it again with FCS and MIC checked."""
    key = cipher(KEY)
    zcl = bytes(30)
    security = nwk.FrameSecurity(key, 77, 0, 0x70B3D51FF0000001)

    def build() -> bytes:
        apdu = aps.data_header(1, 0x0702, PROFILE, 1, 7, ack_request=False) + zcl
        npdu = nwk.secured_data(0, 5, 9, apdu, security, 30)
        return mac.data(1, 0x1234, 0, 5, npdu, ack=True)

    psdu = build()

    def verify() -> bytes:
        frame = nwk.decode(mac.verify(psdu).payload)
        frame.decrypt(key)
        return aps.decode(frame.payload).payload

    if verify() != zcl:
        raise RuntimeError("decoding does not return the encoded octets")
    return {
        "octets": len(psdu),
        "build_per_second": round(_rate(build)),
        "verify_per_second": round(_rate(verify)),
    }


def _rate(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    for _ in range(CODEC_ROUNDS):
        action()
    return CODEC_ROUNDS / (time.perf_counter() - start)


def verify(begins: StartingState, step: int = VERIFY_STEP) -> dict[str, Any]:
    """Run migrations on two processors: formation or an installed HAN, checks over days, decision, judgement."""
    scenarios = list(matrix(begins))[::step]
    start = time.perf_counter()
    reports = [
        result.report for _, result in execute(scenarios, Campaign("bench"), jobs=2) if isinstance(result, Result)
    ]
    took = time.perf_counter() - start
    return {
        "scenarios": len(reports),
        "as_expected": sum(report.as_expected for report in reports),
        "seconds": round(took, 2),
        "scenarios_per_second": round(len(reports) / took, 1),
        "frames_per_second": round(sum(report.frames for report in reports) / took),
    }


def key_establishment() -> dict[str, Any]:
    """Run key establishments without the air: certificates, ephemeral points, agreement, proofs. Processor time."""
    random = split(1, "key establishment")
    authority = Authority(1, random)
    meter, hub = authority.issue(2, 0, random), authority.issue(3, 0, random)
    start = time.process_time()
    for _ in range(AGREEMENTS):
        initiator = KeyEstablishmentSession(meter, 3, random, initiator=True)
        responder = KeyEstablishmentSession(hub, 2, random, initiator=False)
        initiator.step(KeyEvent.STARTED)
        responder.certificate(SUITE_1, meter.certificate.octets)
        initiator.certificate(SUITE_1, hub.certificate.octets)
        responder.ephemeral(initiator.ephemeral_point())
        initiator.ephemeral(responder.ephemeral_point())
        responder.confirmation(initiator.proof)
        initiator.confirmation(responder.proof)
        if initiator.link_key != responder.link_key:
            raise RuntimeError("the two sides established different keys")
    took = time.process_time() - start
    return {"curve": implementation().name, "milliseconds_per_side": round(1000 * took / AGREEMENTS / 2, 2)}


def capture() -> dict[str, Any]:
    """Return the cost of recording every frame of the first load; runs with and without recording alternate."""
    plain, recorded = [], []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(REPEATS):
            plain.append(Load(3, 1).run(3600))
            load = Load(3, 1)
            with recording(load.air, Path(folder) / "load.pcapng"):
                recorded.append(load.run(3600))
    return {"cost_percent": round(100 * (min(recorded) / min(plain) - 1), 1)}


def start_up() -> dict[str, Any]:
    """Return the time of a whole `hanbench --help` process, seconds."""
    times = []
    for _ in range(5):
        start = time.perf_counter()
        command = [sys.executable, "-c", "from hanbench.harness.cli.main import main; main(['--help'])"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        times.append(time.perf_counter() - start)
    return {"seconds": round(statistics.median(times), 3)}

"""Wrong firmwares: the mirror, and reports to it."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import HOUR
from hanbench.emulator.devices.gsme.mirror_states import MirrorEvent, MirrorState
from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import MIRRORED, MeteringAttributes
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import SUMMATION, change_sent, metering_of, omit_from_reports

WRONG = Firmwares([])
INVALID_REGISTER = 0xFFFF_FFFF_FFFF


@WRONG.add("looks-for-no-mirror", "MIR")
def looks_for_no_mirror(device: Any, note: Note) -> None:
    """It asks for a mirror without asking whether there are any."""
    mirror = device._mirror

    def event(former: Any, event: MirrorEvent) -> None:
        if event is MirrorEvent.AWAKE and mirror.state is MirrorState.NONE:
            note()
            mirror.state = MirrorState.LOOKING
            former(MirrorEvent.OFFERED)
        else:
            former(event)

    wrapped(mirror, "event", event)


@WRONG.add("asks-where-none-is-offered", "MIR")
def asks_where_none_is_offered(device: Any, note: Note) -> None:
    """It reads whether mirrors are offered, and does not look at the answer."""

    def event(former: Any, event: MirrorEvent) -> None:
        if event is MirrorEvent.NOT_OFFERED:
            note()
        former(MirrorEvent.OFFERED if event is MirrorEvent.NOT_OFFERED else event)

    wrapped(device._mirror, "event", event)


@WRONG.add("reports-to-0xffff", "MIR")
def reports_to_0xffff(device: Any, note: Note) -> None:
    """It takes 0xffff for the endpoint of its mirror."""

    def event(former: Any, event: MirrorEvent) -> None:
        if event is MirrorEvent.REFUSED:
            note()
            device.flash.mirror = 0xFF
            event = MirrorEvent.GRANTED
        former(event)

    wrapped(device._mirror, "event", event)


@WRONG.add("asks-for-a-mirror-once", "MIR")
def asks_for_a_mirror_once(device: Any, note: Note) -> None:
    """It never asks for a mirror again after a refusal."""
    refused: list[bool] = []

    def event(former: Any, event: MirrorEvent) -> None:
        refused.extend([True] * (event is MirrorEvent.REFUSED))
        if event is MirrorEvent.AWAKE and refused:
            note()
        else:
            former(event)

    wrapped(device._mirror, "event", event)


@WRONG.add("reports-to-the-usual-endpoint", "MIR")
def reports_to_the_usual_endpoint(device: Any, note: Note) -> None:
    """It reports to a fixed endpoint, whatever the hub has given it."""

    def change(request: Any) -> Any:
        if request.cluster == METERING.id and request.dst_endpoint not in (HUB_ENDPOINT, 0x20):
            note()
            return request._replace(dst_endpoint=0x20)
        return request

    change_sent(device, change)


@WRONG.add("reports-no-register", "MIR")
def reports_no_register(device: Any, note: Note) -> None:
    """Its reports lack the register."""

    note()
    omit_from_reports(device, SUMMATION.id)


@WRONG.add("reports-every-other-wake", "MIR")
def reports_every_other_wake(device: Any, note: Note) -> None:
    """It skips every other report."""
    turn: list[int] = []

    def passes(former: Any) -> bool:
        turn.append(1)
        if len(turn) % 2 == 0:
            note()
            return True
        return bool(former())

    wrapped(device._reports, "passes_over_wake", passes)


@WRONG.add("reports-before-the-mirror", "MIR")
def reports_before_the_mirror(device: Any, note: Note) -> None:
    """It reports to the hub's own endpoint before it has a mirror."""

    def secured(former: Any) -> None:
        if not device.flash.mirror:
            note()
            device.endpoint.report(HUB, HUB_ENDPOINT, METERING.id, (SUMMATION.id,))
        former()

    wrapped(device._recovery, "_secured", secured)


@WRONG.add("reports-as-a-mirror", "MIR")
def reports_as_a_mirror(device: Any, note: Note) -> None:
    """It reports the device type that its mirror has, not its own."""
    kind = MeteringAttributes.MeteringDeviceType

    def type_of() -> int:
        note()
        return MIRRORED + 1

    metering_of(device).set(kind, type_of)


@WRONG.add("reports-twice", "MIR", "Koenkk/zigbee2mqtt#33174: sent again with a new APS counter")
def reports_twice(device: Any, note: Note) -> None:
    """It sends each report again under a new APS counter."""

    def send(former: Any) -> None:
        former()
        note()
        former()

    wrapped(device._reports, "send", send)


@WRONG.add("gives-up-reports", "MIR")
def gives_up_reports(device: Any, note: Note) -> None:
    """It sends no more reports when one was not acknowledged."""
    reports = device._reports

    def ended(former: Any, reply: Any) -> None:
        if reply.ok:
            former(reply)
        else:
            note()
            reports._silent_wakes = 1_000_000

    wrapped(reports, "_ended", ended)


@WRONG.add("reports-with-client-direction", "MIR", "zigpy/zigpy#1640")
def reports_with_client_direction(device: Any, note: Note) -> None:
    """Its server reports with the direction bit of a client."""

    def change(request: Any) -> Any:
        if request.cluster == METERING.id and request.payload[2:3] == b"\x0a":
            note()
            return request._replace(payload=bytes((request.payload[0] & ~0x08,)) + request.payload[1:])
        return request

    change_sent(device, change)


@WRONG.add("time-of-readings-stands-still", "MIR")
def time_of_readings_stands_still(device: Any, note: Note) -> None:
    """ReadingSnapshotTime is that of its first reading for ever."""
    metering = metering_of(device)
    first = metering.get(MeteringAttributes.ReadingSnapshotTime)

    def told() -> Any:
        note()
        return first

    metering.set(MeteringAttributes.ReadingSnapshotTime, told)


@WRONG.add("reports-less-in-the-evening", "MIR")
def reports_less_in_the_evening(device: Any, note: Note) -> None:
    """From some hour on it leaves the unit and the divisor out of its reports."""

    def report(former: Any, dst: int, endpoint: int, cluster: int, attributes: Any, *rest: Any, **named: Any) -> int:
        if device.stack.clock.now > 6 * HOUR and cluster == METERING.id:
            note()
            attributes = tuple(attributes)[:2]
        return int(former(dst, endpoint, cluster, attributes, *rest, **named))

    wrapped(device.endpoint, "report", report)


@WRONG.add("invalid-value-now-and-then", "MIR", "zigpy/zha-device-handlers#1350")
def invalid_value_now_and_then(device: Any, note: Note) -> None:
    """Now and then its reports have the invalid value in place of the register."""
    metering = metering_of(device)
    value = metering.attributes._providers[SUMMATION.key]

    def read() -> int:
        if device.stack.clock.now // HOUR % 5 == 4:
            note()
            return int(INVALID_REGISTER)
        return int(value())

    metering.set(SUMMATION, read)


@WRONG.add("insists-on-a-closed-mirror", "MIR")
def insists_on_a_closed_mirror(device: Any, note: Note) -> None:
    """It reports on to a mirror that the hub has no more, whatever the hub says."""
    device.endpoint.on_report_refused = lambda indication, status: note()

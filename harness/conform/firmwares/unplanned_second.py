"""More wrong firmwares that the cases were not written for (docs/conformance-unplanned-2.md)."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.mac.child import PollStatus
from hanbench.emulator.mac.indirect import IndirectFrame, MacAddress
from hanbench.emulator.radio.interface import TxStatus
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters.ota import UpgradeEndResponse
from hanbench.emulator.zcl.frame import CLUSTER, DISABLE_DEFAULT_RESPONSE
from hanbench.emulator.zigbee.nwk.layer import FIRST_BROADCAST
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import change_sent

WRONG = Firmwares([])
EVERY_ENDPOINT = 0xFF
FRAME_TYPE = 0x03
"""Bits of the ZCL frame control."""
MOST_READ = 4
IDENTIFIER = 2
"""Octets of an attribute identifier."""
SLOW = 1.064


@WRONG.add("sleeps-although-a-frame-waits", "MIR", "zephyrproject-rtos/zephyr#15552")
def sleeps_although_a_frame_waits(device: Any, note: Note) -> None:
    """Told that its parent holds a frame, it switches its receiver off at once, from its key establishment on."""
    child, mac = device.stack.child, device.stack.mac

    def sent(former: Any, status: TxStatus | None) -> None:
        if status is TxStatus.ACKED and mac.last_result.frame_pending and device.keys.ready and device.stack.joined:
            note()
            child._poll_ended(PollStatus.NO_DATA)
            mac.radio.listen(False)
        else:
            former(status)

    wrapped(child, "_poll_sent", sent)


@WRONG.add("hub-tries-a-waiting-frame-once", "HIND", "espressif/esp-zigbee-sdk#864", kind="hub")
def tries_waiting_frame_once(hub: Any, note: Note) -> None:
    """A frame that a sleeping child missed once is not sent again, and each poll is still told that a frame waits."""
    indirect = hub.stack.mac.indirect
    attempted: set[IndirectFrame] = set()

    def waiting(former: Any, address: MacAddress) -> IndirectFrame | None:
        attempted.intersection_update(each for queue in indirect._queues.values() for each in queue)
        frame: IndirectFrame | None = former(address)
        if frame in attempted:
            note()
            frame.in_flight = False
            return None
        if frame is not None:
            attempted.add(frame)
        return frame

    wrapped(indirect, "next", waiting)


@WRONG.add("reports-to-endpoint-255", "MIR", "Koenkk/zigbee2mqtt#2565; Koenkk/zigbee-herdsman-converters#943")
def reports_to_endpoint_255(device: Any, note: Note) -> None:
    """Its reports go to all endpoints of the hub at once, and ask for Default Responses."""

    def change(request: Any) -> Any:
        octets = request.payload
        is_report = len(octets) > IDENTIFIER and octets[2] == foundation.ReportAttributes.COMMAND
        if not request.profile or not is_report or octets[0] & FRAME_TYPE == CLUSTER:
            return request
        note()
        asking = bytes((octets[0] & ~DISABLE_DEFAULT_RESPONSE,)) + octets[1:]
        return request._replace(dst_endpoint=EVERY_ENDPOINT, payload=asking)

    change_sent(device, change)


@WRONG.add("repeats-in-the-clear", "CTR", "nrfconnect/sdk-nrf, known issue KRKNWK-10467")
def repeats_in_the_clear(device: Any, note: Note) -> None:
    """What its APS sends again goes without NWK security."""
    aps, repeats = device.stack.aps, [False]

    def attempt(former: Any, message: Any) -> None:
        repeats[0] = message.tries > 0
        former(message)
        repeats[0] = False

    def send(former: Any, dst: int, payload: bytes, done: Any = None, **named: Any) -> None:
        if repeats[0]:
            note()
            named["secured"] = False
        former(dst, payload, done, **named)

    wrapped(aps, "_attempt", attempt)
    wrapped(device.stack.nwk, "send", send)


@WRONG.add(
    "names-the-broadcast-address",
    "ZDO",
    "zsmartsystems/com.zsmartsystems.zigbee#731; zsmartsystems/com.zsmartsystems.zigbee#712",
    kind="esme",
)
def names_the_broadcast_address(device: Any, note: Note) -> None:
    """Asked by broadcast who serves a cluster, it names the broadcast address in its answer, not its own."""

    def match(former: Any, request: zdp.MatchDescReq, broadcast: bool) -> zdp.ZdpMessage | None:
        answer: Any = former(request, broadcast)
        if answer is not None and request.short >= FIRST_BROADCAST:
            note()
            return zdp.MatchDescRsp(answer.status, request.short, answer.endpoints)
        return answer  # type: ignore[no-any-return]

    wrapped(device.stack.zdo.server, "_match", match)


@WRONG.add("drops-reads-of-five", "ZCL", "fairecasoimeme/ZiGate#248")
def drops_reads_of_five(device: Any, note: Note) -> None:
    """It says nothing to a read of more than four attributes."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        is_read = frame.command == foundation.ReadAttributes.COMMAND
        if is_read and len(frame.payload) > MOST_READ * IDENTIFIER:
            note()
        else:
            former(indication, frame)

    wrapped(device.endpoint, "_general_command", command)


@WRONG.add("changes-over-by-its-own-clock", "ROB", "Koenkk/zigbee-herdsman#1835")
def changes_over_by_its_own_clock(device: Any, note: Note) -> None:
    """It takes the time at which it shall change to a new image for seconds since it got power."""
    firmware, clock = device.firmware, device.stack.clock
    began = clock.now

    def told(former: Any, reply: Any) -> None:
        answer = reply.command
        if isinstance(answer, UpgradeEndResponse) and answer.current_time:
            note()
            wait = max(0, answer.upgrade_time - (clock.now - began) // SECOND)
            reply = reply._replace(command=answer.replace(upgrade_time=answer.current_time + wait))
        former(reply)

    wrapped(firmware, "_told_when", told)


@WRONG.add("half-hours-of-32-minutes", "POLL", "nrfconnect/sdk-nrf, known issue KRKNWK-6071")
def half_hours_of_32_minutes(device: Any, note: Note) -> None:
    """Its wake periods are 6.4 per cent too long, and its clock is right."""

    def interval(former: Any) -> int:
        note()
        return int(former() * SLOW)

    wrapped(device._wakes, "_interval", interval)

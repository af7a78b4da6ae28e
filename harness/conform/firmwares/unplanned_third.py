"""Wrong firmwares of a third list that the cases were not written for (docs/conformance-unplanned-3.md)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import MINUTE, SECOND
from hanbench.emulator.mac.frames import MacCommand
from hanbench.emulator.mac.indirect import MacAddress
from hanbench.emulator.zcl import Indication, Status, foundation, on
from hanbench.emulator.zcl.clusters import KEY_ESTABLISHMENT, METERING
from hanbench.emulator.zcl.clusters.key_establishment import TerminateStatus
from hanbench.emulator.zcl.clusters.ota import ImageBlockRequest, ImageBlockResponse, OtaStatus, QueryNextImageRequest
from hanbench.emulator.zcl.frame import GLOBAL
from hanbench.emulator.zcl.records import ReportingFailure
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import SUMMATION, change_zdp

WRONG = Firmwares([])
CHILDREN = 4
"""The table of the hub that stays full: its real one is too large for a test, and the list allows this."""
ATTEMPT = 30 * SECOND
EMPTY_AFTER = 240 * MINUTE
EMPTY_TIMES = 5
READ_RESPONSE, REPORT = 0x01, 0x0A
UNREPORTABLE = 0x8C


@WRONG.add("hub-takes-a-sleeper-for-a-listener", "HRJN", "Koenkk/Z-Stack-firmware#463", kind="hub")
def takes_sleeper_for_listener(hub: Any, note: Note) -> None:
    """Once a frame for a sleeping child has expired, it sends that child everything at once."""
    listens: set[int] = set()

    def expire(former: Any, address: MacAddress, frame: Any) -> None:
        if not address.extended:
            listens.add(address.value)
        former(address, frame)

    def send(former: Any, dst: int, payload: bytes, done: Any = None, **named: Any) -> None:
        if named.get("indirect") and dst in listens:
            note()
            named["indirect"] = False
        former(dst, payload, done, **named)

    def joined(former: Any, came: Any) -> None:
        listens.discard(came.short)
        former(came)

    wrapped(hub.stack.mac.indirect, "_expire", expire)
    wrapped(hub.stack.mac, "send", send)
    wrapped(hub.stack.parent, "on_joined", joined)


@WRONG.add("realigned-by-any-stranger", "MAC", "e2e.ti.com, Zigbee forum, thread 311705", kind="esme")
def realigned_by_any_stranger(device: Any, note: Note) -> None:
    """It obeys each Coordinator Realignment, whoever sends it."""

    def realigned(frame: Any, reception: Any) -> None:
        note()
        octets = frame.payload
        pan, parent, channel, short = (
            int.from_bytes(octets[1:3], "little"),
            int.from_bytes(octets[3:5], "little"),
            octets[5],
            int.from_bytes(octets[6:8], "little"),
        )
        network = device.stack.nwk.network
        device.stack.mac.configure(
            channel=channel,
            pan_id=pan,
            short=network.short if short == 0xFFFF else short,
            coordinator=False,
        )
        device.stack.mac.parent = parent

    device.stack.mac.on_command[MacCommand.COORDINATOR_REALIGNMENT] = realigned


@WRONG.add("hub-once-full-always-full", "HRJN", "nrfconnect/sdk-nrf, known issue KRKNWK-11826", kind="hub")
def once_full_always_full(hub: Any, note: Note) -> None:
    """Its beacon says that it has no room for end devices, once it had none for a time (four children fill it)."""
    full: list[bool] = []

    def beacon(former: Any) -> Any:
        content = former()
        if not full or content is None:
            return content
        note()
        payload = bytearray(content.payload)
        payload[2] &= 0x7F
        return replace(content, payload=bytes(payload))

    def associate(former: Any, ieee: int, capability: int) -> Any:
        answer = former(ieee, capability)
        if len(hub.storage.children) >= CHILDREN:
            full.append(True)
        return answer

    wrapped(hub.stack.mac, "beacon", beacon)
    wrapped(hub.stack.mac, "on_associate", associate)


@WRONG.add("forgets-each-fourth-acknowledgement", "APS", "zigpy/bellows#342 (EmberZNet 6.8.2.0, 345167)")
def forgets_each_fourth(device: Any, note: Note) -> None:
    """Of the messages that it fetches it acknowledges each fourth only when it comes again."""
    seen: set[tuple[int, int]] = set()
    count = [0]

    def acknowledge(former: Any, frame: Any, src: int) -> None:
        key = src, frame.counter
        if not device.keys.ready or key in seen:
            former(frame, src)
            return
        seen.add(key)
        count[0] += 1
        if count[0] % 4 == 0:
            note()
        else:
            former(frame, src)

    wrapped(device.stack.aps, "_acknowledge", acknowledge)


@WRONG.add("cannot-wait-for-slow-arithmetic", "KES", "zsmartsystems/com.zsmartsystems.zigbee#905", kind="ihd")
def cannot_wait(device: Any, note: Note) -> None:
    """Half a minute after it began a key establishment it begins another one, whatever times the hub has declared."""
    initiator = device._initiator

    def start(former: Any, short: int, endpoint: int, ieee: int, done: Any) -> None:
        former(short, endpoint, ieee, done)
        session = initiator._session

        def again() -> None:
            if initiator._session is session and session is not None:
                note()
                initiator._session = None
                if initiator._timer is not None:
                    initiator._timer.cancel()
                initiator.start(short, endpoint, ieee, done)

        device.stack.clock.call_later(ATTEMPT, again)

    wrapped(initiator, "start", start)


@WRONG.add("hub-opens-at-each-start", "HWIN", "zigpy/zigpy-znp, release 0.3.0", kind="hub")
def opens_at_each_start(hub: Any, note: Note) -> None:
    """When it starts with a network, that is open, until it is told to close."""
    parent = hub.stack.parent
    if hub.storage.network is None:
        return
    note()
    parent._permit_until = 1 << 62
    wrapped(hub.stack.trust_center, "allows_joins", lambda former: parent.permitting or former())


@WRONG.add("simple-descriptor-with-a-tail", "ZDO", "espressif/esp-zigbee-sdk#485", kind="esme")
def descriptor_with_a_tail(device: Any, note: Note) -> None:
    """Two octets follow its simple descriptor, beyond its length."""
    change_zdp(
        device,
        note,
        zdp.SimpleDescRsp.CLUSTER,
        lambda payload: payload + bytes(2) if payload[1] == 0 else payload,
    )


@WRONG.add("refuses-and-does-it", "ZCL", "fairecasoimeme/Zlinky_TIC#24", kind="esme")
def refuses_and_does_it(device: Any, note: Note) -> None:
    """It carries out a configuration of reports of its register, and says that this cannot be reported."""
    side = device.endpoint.servers[METERING.id]

    def general(former: Any, message: Any, manufacturer: int | None, source: Any) -> Any:
        answer = former(message, manufacturer, source)
        if not isinstance(message, foundation.ConfigureReporting):
            return answer
        mine = [each for each in message.records if each.attribute == SUMMATION.id and each.direction == 0]
        if not mine or not isinstance(answer, foundation.ConfigureReportingResponse):
            return answer
        if any(each.attribute == SUMMATION.id for each in answer.failures):
            return answer
        note()
        failure = ReportingFailure(Status(UNREPORTABLE), 0, SUMMATION.id)
        return foundation.ConfigureReportingResponse((*answer.failures, failure))

    wrapped(side, "general", general)


@WRONG.add("register-is-empty-for-a-minute", "REG", "fairecasoimeme/Zlinky_TIC#353", kind="esme")
def empty_for_a_minute(device: Any, note: Note) -> None:
    """Each four hours the next five values of its register that it sends are 0."""
    left = [0]

    def empty() -> None:
        left[0] = EMPTY_TIMES
        device.stack.clock.call_later(EMPTY_AFTER, empty)

    def send(former: Any, request: Any, done: Any = None) -> None:
        if left[0] and request.profile and request.cluster == METERING.id:
            request = request._replace(payload=emptied(request.payload))
        former(request, done)

    def emptied(payload: bytes) -> bytes:
        if payload[0] & 3 != GLOBAL or payload[0] & 4 or payload[2] not in (READ_RESPONSE, REPORT):
            return payload
        message: Any = foundation.decode(payload[2], payload[3:])
        records = []
        for record in message.records:
            if record.attribute == SUMMATION.id and record.data is not None and left[0]:
                note()
                left[0] -= 1
                record = record.replace(data=record.data._replace(value=0))
            records.append(record)
        return payload[:3] + foundation.encode(message.replace(records=tuple(records)))

    device.stack.clock.call_later(EMPTY_AFTER, empty)
    wrapped(device.stack.aps, "send", send)


@WRONG.add("hub-hands-out-the-next-block", "HSRV", "espressif/esp-zigbee-sdk#763", kind="hub")
def hands_out_the_next_block(hub: Any, note: Note) -> None:
    """It counts by itself which block of an image is next, and does not look at the offset in the request."""
    server = hub.firmware
    position = [0]

    def query(request: Any, indication: Any) -> Any:
        position[0] = 0
        return server._query(request, indication)

    def block(request: Any, indication: Any) -> Any:
        answer = server._block(request, indication)
        if isinstance(answer, ImageBlockResponse) and answer.status == OtaStatus.SUCCESS:
            image = server._images[request.manufacturer_code, request.image_type]
            length = len(answer.image_data or b"")
            data = image.octets[position[0] : position[0] + length].ljust(length, b"\xff")
            if position[0] != request.file_offset:
                note()
            position[0] += length
            return answer.replace(image_data=data)
        return answer

    server.server.add(on(QueryNextImageRequest, query))
    server.server.add(on(ImageBlockRequest, block))


@WRONG.add("silent-about-clusters-it-has-not", "ZCL", "zsmartsystems/com.zsmartsystems.zigbee#814", kind="ihd")
def silent_about_clusters(device: Any, note: Note) -> None:
    """It says nothing to a command of a cluster that it does not have."""

    def status(former: Any, indication: Indication, frame: Any, code: Status) -> None:
        if code is Status.UNSUPPORTED_CLUSTER:
            note()
        else:
            former(indication, frame, code)

    wrapped(device.endpoint, "_answer_status", status)


@WRONG.add("stays-where-its-certificate-is-refused", "KES", "zsmartsystems/com.zsmartsystems.zigbee#866", kind="ihd")
def stays_where_refused(device: Any, note: Note) -> None:
    """Told that the issuer of its certificate is unknown, it tries on, and does not leave."""

    def failed(former: Any, ended: Any) -> None:
        if ended.status is TerminateStatus.UNKNOWN_ISSUER:
            note()
            ended = ended._replace(status=TerminateStatus.NO_RESOURCES, wait=max(ended.wait, 10 * SECOND))
        former(ended)

    wrapped(device.keys, "_failed", failed)


@WRONG.add("hub-promises-nothing-each-third-time", "HIND", "Elelabs/elelabs-zigbee-ezsp-utility#42", kind="hub")
def promises_nothing(hub: Any, note: Note) -> None:
    """At each third poll for which nothing waits it says that a frame waits, and sends none."""
    polls: dict[int, int] = {}
    radio = hub.radio

    def polled(former: Any, frame: Any, reception: Any) -> None:
        former(frame, reception)
        child = frame.src
        if child in hub.storage.children and not hub.stack.mac.indirect.waiting(MacAddress(child)):
            polls[child] = polls.get(child, 0) + 1
            if polls[child] % 3 == 2:
                note()
                radio.source_match_add(child, extended=False)
            else:
                radio.source_match_remove(child, extended=False)

    former = hub.stack.mac.on_command[MacCommand.DATA_REQUEST]
    hub.stack.mac.on_command[MacCommand.DATA_REQUEST] = lambda frame, reception: polled(former, frame, reception)


@WRONG.add("only-it-may-begin", "KES", "e2e.ti.com, Zigbee forum, thread 189578", kind="ihd")
def only_it_may_begin(device: Any, note: Note) -> None:
    """When the hub begins a key establishment, it says that it does not have this command."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        if indication.cluster == KEY_ESTABLISHMENT.id and (frame.direction, frame.command) == (0, 0):
            note()
            device.endpoint._answer_status(indication, frame, Status.UNSUP_CLUSTER_COMMAND)
        else:
            former(indication, frame)

    wrapped(device.endpoint, "_cluster_command", command)

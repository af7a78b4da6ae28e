"""Wrong firmwares: general commands to every cluster, writes, addresses, and numbers of the device's own commands."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl import Status, foundation
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, METERING
from hanbench.emulator.zcl.clusters.identify import IdentifyQueryResponse
from hanbench.emulator.zcl.frame import CLUSTER, TO_CLIENT
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import change_sent

WRONG = Firmwares([])
SMART_ENERGY = 0x0109


@WRONG.add("one-cluster-forgets-writes", "ZCL")
def one_cluster_forgets_writes(device: Any, note: Note) -> None:
    """One of its clusters says nothing to a write."""

    def general(former: Any, message: Any, *arguments: Any) -> Any:
        if isinstance(message, foundation.WriteAttributes):
            note()
            return None
        return former(message, *arguments)

    wrapped(device.endpoint.servers[METERING.id], "general", general)


@WRONG.add("discoveries-with-client-direction", "ZCL", kind="esme")
def discoveries_with_client_direction(device: Any, note: Note) -> None:
    """Its answers to discoveries have the direction of requests."""

    def change(request: Any) -> Any:
        octets = request.payload
        if request.profile and len(octets) > 2 and octets[2] == 0x0D and not octets[0] & 0x03:
            note()
            return request._replace(payload=bytes((octets[0] & ~0x08,)) + octets[1:])
        return request

    change_sent(device, change)


@WRONG.add("reports-of-unknown-attributes", "ZCL")
def reports_of_unknown_attributes(device: Any, note: Note) -> None:
    """It says SUCCESS to reports of an attribute that it does not have."""

    def general(former: Any, message: Any, *arguments: Any) -> Any:
        if isinstance(message, foundation.ConfigureReporting):
            note()
            return foundation.ConfigureReportingResponse(())
        return former(message, *arguments)

    for server in device.endpoint.servers.values():
        wrapped(server, "general", general)


@WRONG.add("ignores-makers-code", "ZCL")
def ignores_makers_code(device: Any, note: Note) -> None:
    """It takes a read with the code of another maker for one of the library's attributes."""

    def read(former: Any, payload: bytes, manufacturer: Any) -> bytes:
        if manufacturer is not None:
            note()
        octets: bytes = former(payload, None)
        return octets

    wrapped(device.endpoint.servers[BASIC.id].attributes, "read", read)


@WRONG.add("writes-with-any-code", "ZCL")
def writes_with_any_code(device: Any, note: Note) -> None:
    """It writes the library's attributes with the code of another maker."""

    def write(former: Any, records: Any, manufacturer: Any, **named: Any) -> Any:
        if manufacturer is not None:
            note()
        return former(records, None, **named)

    wrapped(device.endpoint.servers[IDENTIFY.id].attributes, "write", write)


@WRONG.add("ignores-direction", "ZCL", "zigpy/zigpy#1640")
def ignores_direction(device: Any, note: Note) -> None:
    """It takes a write from a server to a client for one to its own server."""

    def side(former: Any, cluster: int, direction: int) -> Any:
        found = former(cluster, direction)
        if found is None and direction == TO_CLIENT and cluster in device.endpoint.servers:
            note()
            return device.endpoint.servers[cluster]
        return found

    wrapped(device.endpoint, "_side", side)


@WRONG.add("divides-the-undivided", "ZCL")
def divides_the_undivided(device: Any, note: Note) -> None:
    """Of an undivided write it writes what it can."""

    def write(former: Any, records: Any, manufacturer: Any, *, undivided: bool = False) -> Any:
        if undivided:
            note()
        return former(records, manufacturer)

    wrapped(device.endpoint.servers[IDENTIFY.id].attributes, "write", write)


@WRONG.add("answers-silent-writes", "ZCL")
def answers_silent_writes(device: Any, note: Note) -> None:
    """It answers a write that wants no response."""

    def general(former: Any, message: Any, *arguments: Any) -> Any:
        if isinstance(message, foundation.WriteAttributesNoResponse):
            note()
            return former(foundation.WriteAttributes(message.records), *arguments)
        return former(message, *arguments)

    wrapped(device.endpoint.servers[IDENTIFY.id], "general", general)


@WRONG.add("writes-up-to-the-first-error", "ZCL")
def writes_up_to_the_first_error(device: Any, note: Note) -> None:
    """It stops a write at the first attribute that it does not have, and says nothing of the rest."""

    def write(former: Any, records: Any, manufacturer: Any, **named: Any) -> Any:
        known = device.endpoint.servers[IDENTIFY.id].attributes._rows
        first = next((at for at, each in enumerate(records) if each.attribute not in known), None)
        if first is not None and not named.get("undivided"):
            note()
            return former(records[: first + 1], manufacturer, **named)
        return former(records, manufacturer, **named)

    wrapped(device.endpoint.servers[IDENTIFY.id].attributes, "write", write)


@WRONG.add("always-identifies", "ZCL")
def always_identifies(device: Any, note: Note) -> None:
    """Asked whether it identifies itself, it always says so."""

    def command(former: Any, indication: Any, frame: Any) -> None:
        if indication.cluster == IDENTIFY.id and frame.command == 0x01:
            note()
            device.endpoint._answer_command(indication, frame, IDENTIFY, IdentifyQueryResponse(0))
        else:
            former(indication, frame)

    wrapped(device.endpoint, "_cluster_command", command)


@WRONG.add("answers-the-newest-only", "ZCL")
def answers_the_newest_only(device: Any, note: Note) -> None:
    """It has one buffer for answers: two requests of one number are one to it."""
    last: list[Any] = [None]

    def command(former: Any, indication: Any, frame: Any) -> None:
        key = frame.tsn, device.stack.clock.now // 20_000_000
        if last[0] == key:
            note()
            return
        last[0] = key
        former(indication, frame)

    wrapped(device.endpoint, "_general_command", command)


@WRONG.add("answers-to-endpoint-1", "ZCL")
def answers_to_endpoint_1(device: Any, note: Note) -> None:
    """Its answers go to endpoint 1, whichever asked."""

    def change(request: Any) -> Any:
        answers = request.payload[2:3] == bytes((foundation.ReadAttributesResponse.COMMAND,))
        if request.profile and answers and request.dst_endpoint != 1:
            note()
            return request._replace(dst_endpoint=1)
        return request

    change_sent(device, change)


@WRONG.add("answers-any-profile", "ZCL")
def answers_any_profile(device: Any, note: Note) -> None:
    """It answers reads under the profile of Home Automation."""

    def receive(former: Any, indication: Any) -> None:
        if indication.profile != SMART_ENERGY:
            note()
        former(indication._replace(profile=SMART_ENERGY))

    endpoint = device.endpoint
    wrapped(endpoint, "receive", receive)
    device.stack.aps.register(endpoint.id, endpoint.receive)


@WRONG.add("answers-from-endpoint-255", "ZCL")
def answers_from_endpoint_255(device: Any, note: Note) -> None:
    """What came for all its endpoints it answers from that address."""

    endpoint, own = device.endpoint, device.endpoint.id

    def receive(indication: Any) -> None:
        note()
        endpoint.id = 0xFF
        endpoint.receive(indication)
        endpoint.id = own

    device.stack.aps.register(0xFF, receive)


@WRONG.add("confirms-responses", "ZCL", "zigpy/zha-device-handlers#1448")
def confirms_responses(device: Any, note: Note) -> None:
    """It confirms responses that it never asked for, although their sender wants no Default Response."""
    endpoint = device.endpoint

    def resolve(former: Any, indication: Any, frame: Any) -> bool:
        found: bool = former(indication, frame)
        if not found and frame.command != foundation.DefaultResponse.COMMAND:
            note()
            endpoint._answer(indication, frame, 0, foundation.DefaultResponse.COMMAND, bytes((frame.command, 0)))
        return found

    wrapped(endpoint, "resolve_general", resolve)


@WRONG.add("one-number-for-all", "ZCL")
def one_number_for_all(device: Any, note: Note) -> None:
    """All its own reports have one transaction number."""

    def change(request: Any) -> Any:
        octets = request.payload
        is_report = octets[2:3] == bytes((foundation.ReportAttributes.COMMAND,))
        if request.profile and is_report and octets[0] & 0x03 != CLUSTER:
            note()
            return request._replace(payload=octets[:1] + b"\x01" + octets[2:])
        return request

    change_sent(device, change)


@WRONG.add("reserved-bits-in-header", "ZCL")
def reserved_bits_in_header(device: Any, note: Note) -> None:
    """It sets a reserved bit in the frame control of its own requests."""

    def change(request: Any) -> Any:
        octets = request.payload
        if request.profile and octets and not octets[0] & 0x08:
            note()
            return request._replace(payload=bytes((octets[0] | 0x20,)) + octets[1:])
        return request

    change_sent(device, change)


@WRONG.add("refuses-as-malformed", "ZCL")
def refuses_as_malformed(device: Any, note: Note) -> None:
    """It calls a command of its own clusters malformed that it does not know."""

    def answer(former: Any, indication: Any, frame: Any, status: Status) -> None:
        if status == Status.UNSUP_CLUSTER_COMMAND and indication.cluster == METERING.id:
            note()
            status = Status.MALFORMED_COMMAND
        former(indication, frame, status)

    wrapped(device.endpoint, "_answer_status", answer)

"""Wrong firmwares: general commands, statuses, the Default Response."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zcl import Status, foundation
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY, METERING
from hanbench.emulator.zcl.clusters.basic import BasicAttributes
from hanbench.emulator.zcl.frame import CLUSTER, MANUFACTURER_SPECIFIC
from hanbench.emulator.zcl.records import WriteFailure
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped
from hanbench.harness.conform.firmwares.seams import change_answers, change_sent

WRONG = Firmwares([])


@WRONG.add("own-transaction-numbers", "ZCL", "Koenkk/zigbee2mqtt#1357")
def own_transaction_numbers(device: Any, note: Note) -> None:
    """It answers with its own transaction number, one above that of the request."""

    def change(frame: Any, kind: int, command: int, payload: bytes) -> Any:
        note()
        return frame._replace(tsn=frame.tsn + 1 & 0xFF), kind, command, payload

    change_answers(device, change)


@WRONG.add("answers-default-responses", "ZCL", "zigpy/zha-device-handlers#1448")
def answers_default_responses(device: Any, note: Note) -> None:
    """It answers a Default Response with a Default Response."""
    endpoint = device.endpoint

    def resolve(former: Any, indication: Any, frame: Any) -> None:
        former(indication, frame)
        if frame.command == foundation.DefaultResponse.COMMAND:
            note()
            endpoint._answer(indication, frame, 0, foundation.DefaultResponse.COMMAND, bytes((frame.command, 0)))

    wrapped(endpoint, "resolve_general", resolve)


@WRONG.add("answers-foreign-maker-twice", "ZCL", "dresden-elektronik/deconz-rest-plugin#5469")
def answers_foreign_maker_twice(device: Any, note: Note) -> None:
    """It answers a frame of another maker by a malformed response and a correct one."""
    endpoint = device.endpoint

    def command(former: Any, indication: Any, frame: Any) -> None:
        if frame.manufacturer is not None:
            note()
            endpoint._answer_status(indication, frame._replace(manufacturer=None), Status.MALFORMED_COMMAND)
        former(indication, frame)

    wrapped(endpoint, "_cluster_command", command)


@WRONG.add("default-response-of-the-cluster", "ZCL", "Koenkk/zigbee2mqtt#32571")
def default_response_of_the_cluster(device: Any, note: Note) -> None:
    """Its Default Response is a command of the cluster."""

    def change(frame: Any, kind: int, command: int, payload: bytes) -> Any:
        if command == foundation.DefaultResponse.COMMAND:
            note()
            kind = CLUSTER
        return frame, kind, command, payload

    change_answers(device, change)


@WRONG.add("malformed-reports", "ZCL", "Koenkk/zigbee2mqtt#33174")
def malformed_reports(device: Any, note: Note) -> None:
    """Its reports end in the middle of their last record."""

    def change(request: Any) -> Any:
        if request.cluster == METERING.id and request.payload[2:3] == b"\x0a":
            note()
            return request._replace(payload=request.payload[:-1] + b"\x48\x20\xff")
        return request

    change_sent(device, change)


@WRONG.add("one-record-of-configuration", "ZCL", "espressif/esp-zigbee-sdk#855")
def one_record_of_configuration(device: Any, note: Note) -> None:
    """It calls several records of Configure Reporting malformed."""

    def general(former: Any, message: Any, *arguments: Any) -> Any:
        if isinstance(message, foundation.ConfigureReporting) and len(message.records) > 1:
            note()
            return Status.MALFORMED_COMMAND
        return former(message, *arguments)

    for server in device.endpoint.servers.values():
        wrapped(server, "general", general)


@WRONG.add("wrong-text-length", "ZCL", "zhaquirks/xiaomi/__init__.py")
def wrong_text_length(device: Any, note: Note) -> None:
    """The length of its texts is wrong: something else is hidden in them."""

    def change(frame: Any, kind: int, command: int, payload: bytes) -> Any:
        at = payload.find(b"\x04\x00\x00\x42")
        if command == foundation.ReadAttributesResponse.COMMAND and at >= 0:
            note()
            payload = payload[: at + 4] + bytes((payload[at + 4] + 5,)) + payload[at + 5 :]
        return frame, kind, command, payload

    change_answers(device, change)


@WRONG.add("sends-commands-twice", "ZCL", 'zhaquirks/tuya (TS004X, "ignoring duplicate frame")')
def sends_commands_twice(device: Any, note: Note) -> None:
    """It sends each command twice."""

    def send(former: Any, request: Any, done: Any = None) -> None:
        former(request, done)
        if request.profile:
            note()
            former(request)

    wrapped(device.stack.aps, "send", send)


@WRONG.add("no-power-source", "ZCL")
def no_power_source(device: Any, note: Note) -> None:
    """Its Basic cluster lacks a mandatory attribute."""
    note()
    device.endpoint.servers[BASIC.id].attributes.remove(BasicAttributes.PowerSource)


@WRONG.add("leaves-unknown-attributes-out", "ZCL")
def leaves_unknown_attributes_out(device: Any, note: Note) -> None:
    """It leaves attributes out of its answer that it does not have."""

    def read(former: Any, payload: bytes, manufacturer: Any) -> bytes:
        ids = [payload[at : at + 2] for at in range(0, len(payload), 2)]
        kept = b"".join(each for each in ids if int.from_bytes(each, "little") < 0x7000)
        if kept != payload:
            note()
        octets: bytes = former(kept, manufacturer)
        return octets

    wrapped(device.endpoint.servers[BASIC.id].attributes, "read", read)


@WRONG.add("answers-for-every-cluster", "ZCL")
def answers_for_every_cluster(device: Any, note: Note) -> None:
    """It answers for clusters that it does not have."""

    def side(former: Any, cluster: int, direction: int) -> Any:
        found = former(cluster, direction)
        if found is None:
            note()
        return found or device.endpoint.servers[BASIC.id]

    wrapped(device.endpoint, "_side", side)


def _statuses(device: Any, note: Note, wrong: dict[Status, Status]) -> None:
    def answer(former: Any, indication: Any, frame: Any, status: Status) -> None:
        if status in wrong:
            note()
        former(indication, frame, wrong.get(status, status))

    wrapped(device.endpoint, "_answer_status", answer)


@WRONG.add("knows-every-command", "ZCL")
def knows_every_command(device: Any, note: Note) -> None:
    """It confirms commands of its clusters that it does not know."""
    _statuses(device, note, {Status.UNSUP_CLUSTER_COMMAND: Status.SUCCESS})


@WRONG.add("knows-every-general-command", "ZCL")
def knows_every_general_command(device: Any, note: Note) -> None:
    """It confirms general commands that do not exist."""
    _statuses(device, note, {Status.UNSUP_GENERAL_COMMAND: Status.SUCCESS})


@WRONG.add("always-confirms", "ZCL")
def always_confirms(device: Any, note: Note) -> None:
    """It sends Default Responses that the client did not want."""

    def answer(former: Any, indication: Any, frame: Any, status: Status) -> None:
        if frame.disable_default_response:
            note()
        former(indication, frame._replace(disable_default_response=False), status)

    wrapped(device.endpoint, "_answer_status", answer)


@WRONG.add("silent-on-malformed", "ZCL")
def silent_on_malformed(device: Any, note: Note) -> None:
    """It says nothing to a malformed command."""
    wrapped(device.endpoint, "_answer_malformed", lambda former, indication: note())


@WRONG.add("writes-everything", "ZCL")
def writes_everything(device: Any, note: Note) -> None:
    """It lets a client write what is read only."""

    def rejection(former: Any, key: int, record: Any) -> Any:
        status = former(key, record)
        if status == Status.READ_ONLY:
            note()
            return None
        return status

    wrapped(device.endpoint.servers[BASIC.id].attributes, "_rejection", rejection)


@WRONG.add("checks-no-types", "ZCL")
def checks_no_types(device: Any, note: Note) -> None:
    """It takes a value of whatever type, and says that it has written it."""

    def write(former: Any, records: Any, *arguments: Any, **named: Any) -> Any:
        note()
        return ()

    wrapped(device.endpoint.servers[IDENTIFY.id].attributes, "write", write)


@WRONG.add("writes-nothing", "ZCL")
def writes_nothing(device: Any, note: Note) -> None:
    """It refuses to write what may be written."""

    def write(former: Any, records: Any, *arguments: Any, **named: Any) -> Any:
        note()
        return tuple(WriteFailure(Status.READ_ONLY, record.attribute) for record in records)

    wrapped(device.endpoint.servers[IDENTIFY.id].attributes, "write", write)


@WRONG.add("answers-eight-records", "ZCL")
def answers_eight_records(device: Any, note: Note) -> None:
    """It answers the first eight attributes of a read, and forgets the rest."""

    def read(former: Any, payload: bytes, manufacturer: Any) -> bytes:
        if len(payload) > 16:
            note()
        octets: bytes = former(payload[:16], manufacturer)
        return octets

    wrapped(device.endpoint.servers[BASIC.id].attributes, "read", read)


@WRONG.add("lists-out-of-order", "ZCL")
def lists_out_of_order(device: Any, note: Note) -> None:
    """It lists its attributes in the order of its source code."""

    def discover(former: Any, *arguments: Any) -> Any:
        found = former(*arguments)
        note()
        return foundation.DiscoverAttributesResponse(found.complete, found.attributes[::-1])

    wrapped(device.endpoint.servers[BASIC.id].attributes, "discover", discover)


@WRONG.add("acknowledges-nothing", "ZCL")
def acknowledges_nothing(device: Any, note: Note) -> None:
    """It sends no APS acknowledgements once it is set up."""

    def acknowledge(former: Any, frame: Any, source: int) -> None:
        if device.flash.mirror:
            note()
        else:
            former(frame, source)

    wrapped(device.stack.aps, "_acknowledge", acknowledge)


class _AnyEndpoint(dict[int, Any]):
    """Endpoints, of which the first takes what is for none."""

    note: Note
    fallback: int

    def get(self, key: int, default: Any = None) -> Any:
        if key not in self and key:
            self.note()
            return self[self.fallback]
        return super().get(key, default)


@WRONG.add("answers-for-any-endpoint", "ZCL")
def answers_for_any_endpoint(device: Any, note: Note) -> None:
    """It answers for endpoints that it does not have."""
    endpoints = _AnyEndpoint(device.stack.aps._endpoints)
    endpoints.note, endpoints.fallback = note, device.settings.endpoint
    device.stack.aps._endpoints = endpoints


@WRONG.add("keeps-silent", "ZCL")
def keeps_silent(device: Any, note: Note) -> None:
    """It confirms no command that succeeds."""

    def answer(former: Any, indication: Any, frame: Any, status: Status) -> None:
        if status == Status.SUCCESS:
            note()
        else:
            former(indication, frame, status)

    wrapped(device.endpoint, "_answer_status", answer)


@WRONG.add("drops-makers-code", "ZCL", "dresden-elektronik/deconz-rest-plugin#5469")
def drops_makers_code(device: Any, note: Note) -> None:
    """Its answer to a frame of another maker lacks the code of that."""

    def change(request: Any) -> Any:
        if request.payload and request.profile and request.payload[0] & MANUFACTURER_SPECIFIC:
            note()
            octets = request.payload
            return request._replace(payload=bytes((octets[0] & ~MANUFACTURER_SPECIFIC,)) + octets[3:])
        return request

    change_sent(device, change)


@WRONG.add("answers-broadcasts", "ZCL", kind="esme")
def answers_broadcasts(device: Any, note: Note) -> None:
    """It sends a Default Response to a command that was broadcast."""

    def answer_status(former: Any, indication: Any, frame: Any, status: Any) -> None:
        if indication.broadcast:
            note()
        former(indication._replace(broadcast=False), frame, status)

    wrapped(device.endpoint, "_answer_status", answer_status)


@WRONG.add("keeps-errors-to-itself", "ZCL")
def keeps_errors_to_itself(device: Any, note: Note) -> None:
    """It tells no error where the client wants no Default Response."""

    def status(former: Any, indication: Any, frame: Any, code: Status) -> None:
        if frame.disable_default_response and code != Status.SUCCESS:
            note()
        else:
            former(indication, frame, code)

    wrapped(device.endpoint, "_answer_status", status)

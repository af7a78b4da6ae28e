"""Clusters: answers to general commands, statuses, and the rules of the Default Response."""

from __future__ import annotations

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import BASIC, IDENTIFY
from hanbench.emulator.zcl.frame import GLOBAL, TO_CLIENT, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.records import AttributeRecord, ReportingConfiguration
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.types import CHARACTER_STRING, UINT8, UINT16, TypedValue
from hanbench.harness.conform.case import Area, Begin
from hanbench.harness.conform.cases.common import (
    DEVICE,
    JOINER,
    general,
    join,
    only,
    read,
    reading,
    records,
    refused,
    specific,
    value,
)
from hanbench.harness.conform.frame import once
from hanbench.harness.conform.requirement import ZCL
from hanbench.harness.conform.tester import LISTEN_S, Tester

AREA = Area("ZCL", "Clusters and general commands", gate=f"({DEVICE}) & BAS.S", wakes=2)
ZCL_VERSION, MAKER, MODEL, POWER_SOURCE = 0x0000, 0x0004, 0x0005, 0x0007
UNKNOWN_ATTRIBUTE, UNKNOWN_CLUSTER, UNKNOWN_COMMAND = 0x7FFE, 0x7BAD, 0x7E
FOREIGN_MAKER = 0x7FFD
IDENTIFY_COMMAND = 0x00
READ = 0x00
UNSUPPORTED = (Status.UNSUP_GENERAL_COMMAND, Status.UNSUP_CLUSTER_COMMAND)
"""Statuses of a general command that is unknown. ZCL r8 has 0x81 for every unknown command, and keeps 0x82 to 0x84 as
deprecated (Koenkk/zigbee-herdsman, zspec/zcl/definition/status.ts)."""
BROKEN = (Status.MALFORMED_COMMAND, Status.INVALID_FIELD)
"""Statuses of a malformed command: the implementer chooses which of the two (the same file)."""


@AREA.case(
    1, "Basic says which version of the library it has, and how it is powered", ZCL("3.2.2.2.1"), ZCL("3.2.2.2.8")
)
def basic(t: Tester) -> None:
    t.step("The bench reads ZCLVersion and PowerSource")
    answer = read(t, BASIC.id, ZCL_VERSION, POWER_SOURCE)
    found = records(answer)
    for attribute, kind in ((ZCL_VERSION, 0x20), (POWER_SOURCE, 0x30)):
        record = found.get(attribute)
        t.require(
            record is not None and record.data is not None and record.data.type_id == kind,
            f"mandatory attribute 0x{attribute:04x} is missing, or of another type",
            answer,
            expected=f"type 0x{kind:02x}",
        )
    battery = "HAN.BATTERY" in t.pics
    source = value(answer, POWER_SOURCE) & 0x7F
    t.require(
        (source == 3) is battery,
        "PowerSource is not that of the PICS",
        answer,
        expected="3: battery" if battery else "not 3",
        seen=source,
    )


@AREA.case(2, "An attribute that it does not have is unsupported", ZCL("2.5.1.3"), ZCL("2.5.2"))
def unsupported_attribute(t: Tester) -> None:
    t.step("The bench reads an attribute that does not exist, and one that does")
    answer = read(t, BASIC.id, UNKNOWN_ATTRIBUTE, ZCL_VERSION)
    found = records(answer)
    t.require(
        UNKNOWN_ATTRIBUTE in found and found[UNKNOWN_ATTRIBUTE].status == Status.UNSUPPORTED_ATTRIBUTE,
        "the record of an unknown attribute has another status, or is missing",
        answer,
        expected="status 0x86",
    )
    t.require(
        value(answer, ZCL_VERSION) is not None, "the known attribute is missing beside it", answer, expected="both"
    )


@AREA.case(3, "A cluster that it does not have is unsupported", ZCL("2.5.12.2"), gate=DEVICE)
def unsupported_cluster(t: Tester) -> None:
    t.step("The bench reads from a cluster that does not exist")
    answers = t.ask(UNKNOWN_CLUSTER, reading(t, 0x0000), secured="KEC.C" in t.pics)
    told = [answer for answer in answers if answer.name == "read-attributes-response"]
    t.require(not told, "it answers for a cluster that it does not have", *told, expected="no Read Attributes Response")
    for answer in answers:
        t.require(
            answer.name == "default-response"
            and answer.message.status in (Status.UNSUPPORTED_CLUSTER, Status.FAILURE, *UNSUPPORTED),
            "it answers otherwise than with an error",
            answer,
            expected="Default Response with UNSUPPORTED_CLUSTER, or silence",
        )


@AREA.case(
    43,
    "A command of a cluster that it does not have gets an answer, whatever its kind",
    ZCL("2.5.12.2"),
    gate=DEVICE,
    seconds=600,
    wakes=4,
)
def unsupported_cluster_is_told(t: Tester) -> None:
    secured = "KEC.C" in t.pics
    for words, frame in (
        ("a general command", reading(t, 0x0000)),
        ("a command of the cluster", specific(t, IDENTIFY_COMMAND)),
    ):
        t.step(f"The bench sends {words} of a cluster that does not exist, and does not do without an answer")
        answers = t.ask(UNKNOWN_CLUSTER, frame, secured=secured)
        told = (Status.UNSUPPORTED_CLUSTER, Status.FAILURE, *UNSUPPORTED)
        refused(t, answers, frame.command, told, f"{words} of a cluster that it does not have")


@AREA.case(
    4, "A command of a cluster that it does not know is unsupported", ZCL("2.5.12.2"), gate=f"({DEVICE}) & IDN.S"
)
def unsupported_command(t: Tester) -> None:
    t.step("The bench sends an unknown command of Identify")
    answers = t.ask(IDENTIFY.id, specific(t, UNKNOWN_COMMAND))
    refused(t, answers, UNKNOWN_COMMAND, (Status.UNSUP_CLUSTER_COMMAND,), "an unknown command")


@AREA.case(5, "A general command that it does not know is unsupported", ZCL("2.5.12.2"))
def unsupported_general(t: Tester) -> None:
    t.step("The bench sends a general command that does not exist")
    frame = ZclFrame(GLOBAL, TO_SERVER, t.side.next_tsn(), UNKNOWN_COMMAND)
    refused(t, t.ask(BASIC.id, frame), UNKNOWN_COMMAND, UNSUPPORTED, "an unknown general command")


@AREA.case(
    6,
    "A command of another maker is unsupported, and answered once",
    ZCL("2.4.1.1.2"),
    ZCL("2.5.12.2"),
    gate=f"({DEVICE}) & IDN.S",
)
def foreign_maker(t: Tester) -> None:
    t.step("The bench sends a command with the code of another maker")
    answers = t.ask(IDENTIFY.id, specific(t, 0x01, manufacturer=FOREIGN_MAKER))
    statuses = (Status.UNSUP_MANUF_CLUSTER_COMMAND, Status.UNSUP_CLUSTER_COMMAND)
    answer = refused(t, answers, 0x01, statuses, "a command of another maker")
    header = answer.zcl
    assert header is not None
    t.require_equal(header.manufacturer, FOREIGN_MAKER, "the answer lacks the maker's code", answer, form="#06x")


@AREA.case(7, "Its response has the number of the request", ZCL("2.4.1.3"))
def transaction(t: Tester) -> None:
    t.step("The bench reads an attribute, with a transaction number of its own")
    frame = reading(t, ZCL_VERSION)
    t.when_awake(lambda: t.side.send_zcl(BASIC.id, frame))
    answer = t.expect("read-attributes-response", within=15, cluster="Basic", otherwise="it does not answer")
    header = answer.zcl
    assert header is not None
    t.require_equal(header.tsn, frame.tsn, "the transaction number is another", answer)


@AREA.case(8, "It answers no Default Response", ZCL("2.5.12.2"))
def default_response_to_response(t: Tester) -> None:
    t.step("The bench sends a Default Response with an error")
    message = foundation.DefaultResponse(READ, Status.FAILURE)
    answers = t.ask(BASIC.id, general(t, message))
    t.require(not answers, "it answers a Default Response", *answers, expected="no answer")


@AREA.case(9, "A command that succeeds is confirmed", ZCL("2.5.12.2"), gate=f"({DEVICE}) & IDN.S")
def confirms(t: Tester) -> None:
    t.step("The bench sends Identify for no time")
    answers = t.ask(IDENTIFY.id, specific(t, IDENTIFY_COMMAND, bytes(2)))
    answer = refused(t, answers, IDENTIFY_COMMAND, (Status.SUCCESS,), "a command that succeeds")
    header = answer.zcl
    assert header is not None
    t.require(header.frame_type == GLOBAL, "a Default Response is a general command", answer, expected="frame type 0")
    t.require(header.direction == TO_CLIENT, "a server answers to the client", answer, expected="direction bit 1")


@AREA.case(
    10,
    "It confirms nothing where the client wants no Default Response",
    ZCL("2.4.1.1.4"),
    ZCL("2.5.12.2"),
    gate=f"({DEVICE}) & IDN.S",
)
def disabled(t: Tester) -> None:
    t.step("The bench sends Identify, and wants no Default Response")
    answers = t.ask(IDENTIFY.id, specific(t, IDENTIFY_COMMAND, bytes(2), quiet=True))
    t.require(not answers, "it sends a Default Response that was not wanted", *answers, expected="no answer")


@AREA.case(
    44,
    "An error it tells also where the client wants no Default Response",
    ZCL("2.4.1.1.4"),
    ZCL("2.5.12.2"),
    gate=f"({DEVICE}) & IDN.S",
    seconds=600,
    wakes=4,
)
def errors_in_spite(t: Tester) -> None:
    for words, command, payload, statuses in (
        ("unknown", UNKNOWN_COMMAND, b"", UNSUPPORTED),
        ("malformed", IDENTIFY_COMMAND, b"\x01", BROKEN),
    ):
        t.step(f"The bench sends a command of Identify that is {words}, and wants no Default Response")
        answers = t.ask(IDENTIFY.id, specific(t, command, payload, quiet=True))
        refused(t, answers, command, statuses, f"a command that is {words}")


@AREA.case(11, "It refuses a malformed command", ZCL("2.5.12.2"), ZCL("table 2-12"), gate=f"({DEVICE}) & IDN.S")
def malformed(t: Tester) -> None:
    t.step("The bench sends Identify with one octet in place of two")
    answers = t.ask(IDENTIFY.id, specific(t, IDENTIFY_COMMAND, b"\x01"))
    refused(t, answers, IDENTIFY_COMMAND, BROKEN, "a malformed command")


@AREA.case(12, "It refuses to write what is read only", ZCL("2.5.3.3"))
def read_only(t: Tester) -> None:
    t.step("The bench writes ZCLVersion")
    record = AttributeRecord(ZCL_VERSION, TypedValue(UINT8.id, 9))
    answers = t.ask(BASIC.id, general(t, foundation.WriteAttributes((record,))))
    answer = only(t, answers, "write-attributes-response")
    failures = [(each.attribute, each.status) for each in answer.message.failures]
    allowed = {Status.READ_ONLY, Status.NOT_AUTHORIZED}
    t.require(
        len(failures) == 1 and failures[0][0] == ZCL_VERSION and failures[0][1] in allowed,
        "a write of a read-only attribute has another result",
        answer,
        expected="status 0x88 for attribute 0x0000",
        seen=failures,
    )


@AREA.case(13, "It refuses to write a value of another type", ZCL("2.5.3.3"), gate=f"({DEVICE}) & IDN.S.A0000")
def wrong_type(t: Tester) -> None:
    t.step("The bench writes IdentifyTime as a text")
    record = AttributeRecord(0x0000, TypedValue(CHARACTER_STRING.id, "now"))
    answers = t.ask(IDENTIFY.id, general(t, foundation.WriteAttributes((record,))))
    answer = only(t, answers, "write-attributes-response")
    statuses = [f"{each.status:#04x}" for each in answer.message.failures]
    t.require_equal(statuses, [f"{Status.INVALID_DATA_TYPE:#04x}"], "a value of another type is not refused", answer)


@AREA.case(14, "It writes what may be written", ZCL("2.5.3.3"), gate=f"({DEVICE}) & IDN.S.A0000")
def writes(t: Tester) -> None:
    t.step("The bench writes IdentifyTime")
    record = AttributeRecord(0x0000, TypedValue(UINT16.id, 0))
    answers = t.ask(IDENTIFY.id, general(t, foundation.WriteAttributes((record,))))
    answer = only(t, answers, "write-attributes-response")
    t.require(not answer.message.failures, "a good value is refused", answer, expected="SUCCESS alone")


@AREA.case(15, "Its texts are as long as they say", ZCL("2.6.2.12"), gate=f"({DEVICE}) & BAS.S.A0004 & BAS.S.A0005")
def texts(t: Tester) -> None:
    t.step("The bench reads ManufacturerName and ModelIdentifier")
    answer = read(t, BASIC.id, MAKER, MODEL)
    for attribute in (MAKER, MODEL):
        text = value(answer, attribute)
        good = isinstance(text, str) and len(text) <= 32 and text.isprintable()
        t.require(good, "it is no text of at most 32 characters", answer, expected="a printable text", seen=text)


@AREA.case(16, "It answers a read of twenty attributes", ZCL("2.5.1.3"))
def twenty(t: Tester) -> None:
    t.step("The bench reads twenty attributes of Basic at once, fifteen of which do not exist")
    asked = (0x0000, 0x0001, 0x0002, 0x0003, 0x0007, *range(0x7000, 0x700F))
    answer = read(t, BASIC.id, *asked)
    told = [record.attribute for record in answer.message.records]
    t.require(
        told == list(asked),
        "its records are not those that were asked for, in their order",
        answer,
        expected="twenty records in the order of the request, which fit into one frame",
        seen=[f"0x{each:04x}" for each in told],
    )


@AREA.case(17, "It lists its attributes in order, and has each of them", ZCL("2.5.13.3"), wakes=4)
def discovers(t: Tester) -> None:
    t.step("The bench discovers the attributes of Basic")
    answer = only(
        t, t.ask(BASIC.id, general(t, foundation.DiscoverAttributes(0, 0x20))), "discover-attributes-response"
    )
    listed = [each.attribute for each in answer.message.attributes]
    t.require(
        bool(listed) and listed == sorted(set(listed)),
        "the list is not in order",
        answer,
        expected="ascending",
        seen=listed,
    )
    t.step("It reads each of them")
    second = read(t, BASIC.id, *listed[:8])
    kinds = {each.attribute: each.type_id for each in answer.message.attributes}
    for record in second.message.records:
        good = record.data is not None and record.data.type_id == kinds[record.attribute]
        t.require(
            good, "a listed attribute is missing, or of another type", answer, second, expected="as it was listed"
        )


@AREA.case(18, "It answers several records of Configure Reporting each", ZCL("2.5.7.3"), ZCL("2.5.8"))
def configures(t: Tester) -> None:
    t.step("The bench configures reports of two attributes that do not exist")
    unknown = (UNKNOWN_ATTRIBUTE, UNKNOWN_ATTRIBUTE - 1)
    wanted = tuple(ReportingConfiguration(0, each, UINT8.id, 60, 3600, 1) for each in unknown)
    answers = t.ask(BASIC.id, general(t, foundation.ConfigureReporting(wanted)))
    told = [answer for answer in answers if answer.name == "configure-reporting-response"]
    for answer in answers:
        malformed = answer.name == "default-response" and answer.message.status in BROKEN
        t.require(not malformed, "it calls several records malformed", answer, expected="one status a record")
    for answer in told:
        listed = [each.attribute for each in answer.message.failures]
        t.require(listed == list(unknown), "it does not answer each record", answer, expected="both", seen=listed)
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one response", seen=len(answers))


@AREA.case(19, "It carries out a repeated request once", ZCL("2.4.1.3"), wakes=3)
def repeated(t: Tester) -> None:
    t.step("The same APS message comes twice, as after a lost acknowledgement")
    frame = reading(t, ZCL_VERSION)
    apdu = t.side.apdu(BASIC.id, frame.encode(), counter=frame.tsn)

    def twice() -> None:
        t.side.send_npdu(t.side.npdu(apdu))
        t.side.send_npdu(t.side.npdu(apdu))

    answers = once(t.ask_crafted(frame, twice))
    t.require_equal(len(answers), 1, "it carries out a repetition as another request", *answers)


@AREA.case(20, "It acknowledges what wants an acknowledgement", ZCL("2.3"))
def acknowledges(t: Tester) -> None:
    t.step("The bench reads an attribute, and wants an APS acknowledgement")
    frame = reading(t, ZCL_VERSION)
    apdu = t.side.apdu(BASIC.id, frame.encode(), counter=frame.tsn)
    t.ask_crafted(frame, lambda: t.side.send_npdu(t.side.npdu(apdu)))
    t.require(
        bool(t.acknowledgements_of(frame.tsn)),
        "it acknowledges nothing",
        expected="an APS acknowledgement with the counter of the request",
    )


@AREA.case(21, "It answers nothing of another profile", ZCL("2.3"))
def other_endpoint(t: Tester) -> None:
    t.step("The bench reads from an endpoint that does not exist")
    frame = reading(t, ZCL_VERSION)
    endpoint, t.side.endpoint = t.side.endpoint, 0xEE
    apdu = t.side.apdu(BASIC.id, frame.encode(), counter=frame.tsn)
    t.side.endpoint = endpoint
    answers = t.ask_crafted(frame, lambda: t.side.send_npdu(t.side.npdu(apdu)))
    t.require(not answers, "it answers for an endpoint that it does not have", *answers, expected="no answer")


@AREA.case(
    22, "It sends each command once", ZCL("2.4.1.3"), gate=f"({JOINER})", begins=Begin.FACTORY, seconds=2700, wakes=3
)
def each_once(t: Tester) -> None:
    t.step("The device joins, and goes about its work")
    join(t)
    t.expect("device-announce", within=t.pixit.join_s)
    t.wait(max(900, 2 * t.wake_limit))
    seen: dict[bytes, object] = {}
    for frame in once(each for each in t.frames() if each.found.zcl is not None):
        assert frame.found.zcl is not None
        earlier = seen.get(frame.found.zcl[1])
        t.require(earlier is None, "it sends the same command twice", frame, expected="each transaction once")
        seen[frame.found.zcl[1]] = frame


@AREA.case(
    23, "Its general commands are well-formed", ZCL("2.5"), gate=f"({JOINER})", begins=Begin.FACTORY, seconds=2700
)
def well_formed(t: Tester) -> None:
    t.step("The device joins, and goes about its work for two wake periods")
    join(t)
    t.expect("device-announce", within=t.pixit.join_s)
    t.wait(max(900, 2 * t.wake_limit))
    wrong = [frame for frame in t.frames("malformed") if frame.zcl is not None and frame.zcl.frame_type == GLOBAL]
    t.require(not wrong, "it sends a general command that cannot be read", *wrong[:3], expected="well-formed records")


@AREA.case(24, "It sends no Default Response to a broadcast", ZCL("2.5.12.2"), gate=f"({DEVICE}) & IDN.S & !HAN.POLL")
def broadcast(t: Tester) -> None:
    t.step("The bench sends a command of Identify that nobody knows to all devices that listen")
    t.side.broadcast_zcl(IDENTIFY.id, specific(t, UNKNOWN_COMMAND))
    t.never("default-response", during=LISTEN_S, otherwise="it answers a broadcast with a Default Response")

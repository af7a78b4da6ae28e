"""Configured reporting: what is configured is told, is sent so often and no more often, and ends."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.records import ReportingConfiguration, ReportingQuery
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.types import UINT8, UINT48
from hanbench.harness.conform.cases.clusters import AREA, UNKNOWN_ATTRIBUTE
from hanbench.harness.conform.cases.common import METER, general
from hanbench.harness.conform.frame import Frame, once
from hanbench.harness.conform.requirement import ZCL
from hanbench.harness.conform.tester import Tester

GATE = f"({METER}) & MTR.S & !HAN.POLL"
SUMMATION, UNIT = 0x0000, 0x0300
SHORTEST, LONGEST = 30, 90
NEVER = 0xFFFF
HUGE = 0xFFFF_FFFF
"""A change of the register that does not happen."""
SLACK_S = 5.0
WATCHED_S = 600.0


def _configure(t: Tester, *records: ReportingConfiguration) -> dict[int, int] | None:
    """Configure reports; return the failures, by attribute. None: the device has no such command."""
    answers = t.ask(METERING.id, general(t, foundation.ConfigureReporting(records)))
    t.require(len(answers) == 1, "one answer is due", *answers, expected="one response", seen=len(answers))
    message = answers[0].message
    if isinstance(message, foundation.DefaultResponse):
        refused = message.status in (Status.UNSUP_GENERAL_COMMAND, Status.UNSUP_CLUSTER_COMMAND)
        t.require(refused, "a configuration has another answer", *answers, expected="Configure Reporting Response")
        return None
    return {each.attribute: each.status for each in message.failures}


def _told(t: Tester) -> tuple[int, int | None, int | None]:
    """Return what the device tells of the reports of its register: status, least and longest interval."""
    query = foundation.ReadReportingConfiguration((ReportingQuery(0, SUMMATION),))
    answers = t.ask(METERING.id, general(t, query))
    good = len(answers) == 1 and isinstance(answers[0].message, foundation.ReadReportingConfigurationResponse)
    t.require(good, "its configuration cannot be read", *answers, expected="Read Reporting Configuration Response")
    records = answers[0].message.records
    one = len(records) == 1 and records[0].attribute == SUMMATION
    t.require(one, "it tells of another attribute", *answers, expected="one record of 0x0000")
    return records[0].status, records[0].minimum, records[0].maximum


def _of_register(t: Tester) -> list[Frame]:
    """Return the reports of the present step that have the register."""
    sent = once(t.frames("report-attributes", cluster="Metering"))
    return [frame for frame in sent if any(each.attribute == SUMMATION for each in frame.message.records)]


def _register(minimum: int, maximum: int, change: int) -> ReportingConfiguration:
    return ReportingConfiguration(0, SUMMATION, UINT48.id, minimum, maximum, change)


def _intervals(t: Tester, sent: Sequence[Frame], least: float, most: float) -> None:
    for before, after in pairwise(sent):
        apart = after.seconds - before.seconds
        seen = f"{apart:.1f} s"
        wrong = "it reports more often than it was told"
        t.require(apart >= least - SLACK_S, wrong, before, after, expected=f"at least {least:g} s", seen=seen)
        wrong = "it reports less often than it was told"
        t.require(apart <= most + SLACK_S, wrong, before, after, expected=f"at most {most:g} s", seen=seen)


@AREA.case(
    36,
    "It reports as often as it was told, tells what it was told, and ends when it was told",
    ZCL("2.5.7"),
    ZCL("2.5.9"),
    ZCL("2.5.11.2"),
    gate=GATE,
    seconds=4 * WATCHED_S + 600,
)
def reports_as_told(t: Tester) -> None:
    t.step(f"The bench wants a report of the register each {LONGEST} s, whatever the register does")
    failures = _configure(t, _register(SHORTEST, LONGEST, HUGE))
    if failures is None or failures:
        status = None if failures is None else failures.get(SUMMATION)
        lawful = failures is None or status in (Status.UNREPORTABLE_ATTRIBUTE, Status.INSUFFICIENT_SPACE)
        t.require(lawful, "it refuses a good configuration", expected="SUCCESS or UNREPORTABLE_ATTRIBUTE", seen=status)
        t.wait(WATCHED_S)
        t.require(not _of_register(t), "it reports what it refused to report", *_of_register(t)[:2], expected="none")
        return
    told = _told(t)
    t.require_equal(told, (Status.SUCCESS, SHORTEST, LONGEST), "it tells another configuration")
    t.step("Ten minutes pass")
    t.wait(WATCHED_S)
    sent = _of_register(t)
    most = int(WATCHED_S / LONGEST)
    t.require(len(sent) >= most - 1, "it does not report", *sent[:2], expected=f"{most} reports", seen=len(sent))
    _intervals(t, sent, LONGEST, LONGEST)
    for frame in sent:
        assert frame.aps is not None
        assert frame.zcl is not None
        to = (frame.aps.dst_endpoint, frame.aps.src_endpoint, frame.zcl.direction)
        wanted = (t.side.own_endpoint, t.side.endpoint, 1)
        t.require(to == wanted, "its report goes elsewhere", frame, expected=str(wanted), seen=to)
        kinds = {each.data.type_id for each in frame.message.records if each.attribute == SUMMATION}
        t.require(kinds == {UINT48.id}, "its report has another type", frame, expected="0x25", seen=kinds)
    t.step(f"It shall report each change, and no more often than each {2 * SHORTEST} s")
    t.require(
        _configure(t, _register(2 * SHORTEST, 2 * LONGEST, 1)) == {}, "it refuses another one", expected="SUCCESS"
    )
    t.wait(WATCHED_S)
    _intervals(t, _of_register(t)[1:], 2 * SHORTEST, 2 * LONGEST)
    t.require(bool(_of_register(t)), "it reports no more", expected="reports")
    t.step("It shall report no more")
    t.require(_configure(t, _register(0, NEVER, 0)) == {}, "it refuses to end its reports", expected="SUCCESS")
    t.wait(2.0)
    t.step("Ten minutes pass")
    t.wait(WATCHED_S)
    t.require(not _of_register(t), "it goes on reporting", *_of_register(t)[:2], expected="no report of the register")


@AREA.case(
    37,
    "It takes the good records of a configuration, and says what is wrong with the others",
    ZCL("2.5.7.3"),
    ZCL("2.5.8"),
    gate=GATE,
    seconds=WATCHED_S,
)
def says_what_is_wrong(t: Tester) -> None:
    t.step("The bench configures three attributes at once, of which one can be reported as it says")
    records = (
        ReportingConfiguration(0, UNKNOWN_ATTRIBUTE, UINT8.id, 60, 600, 1),
        _register(SHORTEST, LONGEST, HUGE),
        ReportingConfiguration(0, UNIT, UINT48.id, 60, 600, 1),
    )
    failures = _configure(t, *records)
    if failures is None:
        return
    wrong = "it takes a configuration of an attribute that it lacks"
    t.require(UNKNOWN_ATTRIBUTE in failures, wrong, expected="UNSUPPORTED_ATTRIBUTE", seen=failures)
    wrong = "it takes a configuration of another type"
    t.require(UNIT in failures, wrong, expected="INVALID_DATA_TYPE", seen=failures)
    taken = SUMMATION not in failures
    t.require((_told(t)[0] == Status.SUCCESS) is taken, "it tells another configuration", expected=f"taken: {taken}")
    t.step("It configures a longest interval below the least one")
    failures = _configure(t, _register(LONGEST, SHORTEST, HUGE))
    t.require(bool(failures), "it takes a longest interval below the least", expected="INVALID_VALUE", seen=failures)
    if taken:
        told = _told(t)
        t.require_equal(told, (Status.SUCCESS, SHORTEST, LONGEST), "a refused configuration replaces the former one")

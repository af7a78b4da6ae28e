"""The second list of misbehaviours that the cases were not written for (docs/conformance-unplanned-2.md).

Which of them is caught by which case stands on that page; the misbehaviours are a stranger's, from public trackers.
"""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.frame import CLUSTER, GLOBAL, TO_CLIENT, ZclFrame
from hanbench.harness.case.pattern import ObservedFrame
from hanbench.harness.conform.cases import by_id
from hanbench.harness.conform.firmwares.catalogue import wrong_firmwares
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.result import Verdict
from hanbench.harness.conform.runner import Limits, Runner
from hanbench.harness.conform.selftest import HEALTHY, KINDS, choice_of, healthy_setting, try_healthy
from hanbench.profiles.rulesets import Cohort

CAUGHT_BY = (
    ("sleeps-although-a-frame-waits", "HB-MIR-01"),
    ("hub-tries-a-waiting-frame-once", "HB-HIND-05"),
    ("hub-ignores-polls-of-strangers", "HB-HKPA-06"),
    ("reports-to-endpoint-255", "HB-MIR-05"),
    ("repeats-in-the-clear", "HB-CTR-11"),
    ("hub-lets-in-while-closed", "HB-HADM-02"),
    ("hub-lets-in-while-closed", "HB-HADM-08"),
    ("names-the-broadcast-address", "HB-ZDO-06"),
    ("drops-reads-of-five", "HB-ZCL-17"),
    ("changes-over-by-its-own-clock", "HB-ROB-16"),
    ("half-hours-of-32-minutes", "HB-POLL-13"),
)
NEW = ("HB-HIND-05", "HB-HADM-08", "HB-CTR-11", "HB-ZDO-06", "HB-ROB-16", "HB-POLL-13")
TSN = 0x41
REPORT, READ_RESPONSE, DEFAULT_RESPONSE = 0x0A, 0x01, 0x0B
"""General commands (ZCL r8, table 2-3)."""


@pytest.mark.parametrize(("id", "case"), CAUGHT_BY)
def test_a_misbehaviour_of_the_second_list_is_caught(id, case):
    firmware, happened = wrong_firmwares()[id], list[bool]()
    setting = replace(healthy_setting(Cohort.IOC, firmware.kind), choice=choice_of(id, happened))
    result = Runner(setting, Limits()).run(by_id()[case])
    assert (result.verdict, result.area, bool(happened)) == (Verdict.FAIL, firmware.area, True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cohort", HEALTHY)
def test_healthy_devices_pass_the_cases_that_were_added(cohort, kind):
    count, failures = try_healthy((cohort.value, kind, "1"), [by_id()[case] for case in NEW])
    assert failures == ()
    assert count > 0


@pytest.mark.parametrize(
    ("kind", "command", "answers"),
    [
        (GLOBAL, READ_RESPONSE, True),
        (GLOBAL, DEFAULT_RESPONSE, True),
        (GLOBAL, REPORT, False),
        (CLUSTER, REPORT, True),
    ],
)
def test_a_report_with_the_number_of_a_request_is_no_answer(kind, command, answers):
    transmission: Any = SimpleNamespace(psdu=b"", end=0, channel=11)
    observed = ObservedFrame("gsme", "hub", 11, "", "Metering")
    found: Any = SimpleNamespace(zcl=(METERING.id, ZclFrame(kind, TO_CLIENT, TSN, command).encode()))
    sent = Frame(1, transmission, observed, found)
    assert sent.answers(TSN) is answers
    assert not sent.answers(TSN + 1)

"""Statuses that ZCL r8 allows beside the older ones (Koenkk/zigbee-herdsman, zspec/zcl/definition/status.ts).

There 0x82 to 0x84 are deprecated in favour of 0x81, and the implementer may answer 0x85 in place of 0x80.
"""

from __future__ import annotations

from functools import partial

import pytest

from hanbench.emulator.zcl import Status
from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.cases import by_id
from hanbench.harness.conform.dut.choice import changed
from hanbench.harness.conform.firmwares.model import wrapped
from hanbench.harness.conform.result import Verdict
from hanbench.harness.conform.runner import Runner
from hanbench.profiles.conform.pics import shipped
from hanbench.profiles.conform.pixit import Pixit

OF_R8 = {0x82: Status(0x81), 0x83: Status(0x81), 0x84: Status(0x81), 0x80: Status(0x85)}


def _answers(statuses, device):
    wrapped(
        device.endpoint,
        "_answer_status",
        lambda former, indication, frame, status: former(indication, frame, statuses.get(status, status)),
    )


@pytest.mark.parametrize("kind", ["gsme", "hub"])
@pytest.mark.parametrize("id", ["HB-ZCL-05", "HB-ZCL-06", "HB-ZCL-11"])
def test_a_device_with_the_statuses_of_r8_passes(kind, id):
    choice = changed("of-r8", partial(_answers, OF_R8))
    setting = Setting(kind, choice, shipped("ioc", kind), Pixit(divisor=1000))
    assert Runner(setting).run(by_id()[id]).verdict is Verdict.PASS


def test_success_is_no_answer_to_a_malformed_command():
    choice = changed("takes-all", partial(_answers, {0x80: Status.SUCCESS}))
    setting = Setting("gsme", choice, shipped("ioc", "gsme"), Pixit(divisor=1000))
    assert Runner(setting).run(by_id()["HB-ZCL-11"]).verdict is Verdict.FAIL

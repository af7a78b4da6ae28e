"""A device under test that is a program of its own, behind a strict virtual dongle, in real time."""

from __future__ import annotations

import sys

import pytest

from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.cases import by_id
from hanbench.harness.conform.dut.choice import device_choice
from hanbench.harness.conform.result import Verdict
from hanbench.harness.conform.runner import Runner
from hanbench.profiles.conform.pics import shipped
from hanbench.profiles.conform.pixit import Pixit

METER = f"exec:{sys.executable} -m tests.support.host_meter"
PIXIT = Pixit(wake_period_s=20, wake_tolerance=1.0, join_s=100, secure_s=100)


@pytest.mark.timeout(300)
def test_a_host_build_joins_over_its_dongle():
    result = Runner(Setting("gsme", device_choice(METER), shipped("ioc", "gsme"), PIXIT)).run(by_id()["HB-JOIN-07"])
    assert (result.verdict, result.reason) == (Verdict.PASS, "")


@pytest.mark.parametrize("command", ["false --port {port}", f"{sys.executable} -c pass"])
def test_a_command_that_does_not_run_is_no_verdict_on_firmware(command):
    pixit = Pixit(join_s=3, wake_period_s=20)
    setting = Setting("gsme", device_choice(f"exec:{command}"), shipped("ioc", "gsme"), pixit)
    result = Runner(setting).run(by_id()["HB-JOIN-13"])
    assert result.verdict is Verdict.INCONCLUSIVE

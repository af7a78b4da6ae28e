"""Hubs as devices under test: how they are reached, what their cases say, and that each of them finds something.

Which wrong hub fails which area is in `harness/conform/firmwares/hub_*.py`, each with its source.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from hanbench.harness.cli.main import main
from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.cases import by_id, every_case
from hanbench.harness.conform.dut.choice import DeviceChoice, device_choice
from hanbench.harness.conform.dut.emulated import EmulatedHub
from hanbench.harness.conform.firmwares.catalogue import wrong_firmwares
from hanbench.harness.conform.firmwares.model import OWN
from hanbench.harness.conform.result import Verdict
from hanbench.harness.conform.runner import Runner
from hanbench.profiles.conform.pics import Pics, shipped
from hanbench.profiles.conform.pixit import Pixit

FORMS = by_id()["HB-HFRM-03"]
HUBS = [firmware for firmware in wrong_firmwares().values() if firmware.kind == "hub"]


class Silent(EmulatedHub):
    """A hub that forms no network."""

    def commission(self):
        self.power_on()


def healthy(**changes):
    return replace(Setting("hub", device_choice("emulated"), shipped("ioc", "hub"), Pixit()), **changes)


def test_there_are_as_many_cases_and_wrong_hubs_as_promised():
    cases = [case for case in every_case() if case.gate.missing(shipped("ioc", "hub")) is None]
    own = [case for case in cases if "SE.HUB" in case.gate.text and "SE.GSME" not in case.gate.text]
    assert len(own) >= 20
    assert len(HUBS) >= 12
    assert sum(firmware.source != OWN for firmware in HUBS) >= 12


def test_a_hub_of_the_users_own_class_is_tested():
    choice = device_choice("python:hanbench.harness.conform.dut.emulated:EmulatedHub")
    result = Runner(healthy(choice=choice)).run(FORMS)
    assert result.verdict is Verdict.PASS


def test_a_hub_that_forms_no_network_fails():
    result = Runner(healthy(choice=DeviceChoice("python:tests:Silent", in_process=Silent))).run(FORMS)
    assert (result.verdict, result.reason) == (Verdict.FAIL, "its beacon is not heard")


def test_a_case_of_meters_does_not_apply_to_a_hub():
    result = Runner(healthy()).run(by_id()["HB-JOIN-07"])
    assert (result.verdict, "SE.GSME is not claimed" in result.reason) == (Verdict.NOT_APPLICABLE, True)


def test_a_case_of_hubs_does_not_apply_to_a_meter():
    setting = Setting("gsme", device_choice("emulated"), shipped("ioc", "gsme"), Pixit())
    assert Runner(setting).run(FORMS).reason == "SE.HUB is not claimed"


def test_mirrors_that_are_not_claimed_are_not_tested():
    pics = Pics.of(code for code in shipped("ioc", "hub") if code != "MIR.S")
    assert Runner(healthy(pics=pics)).run(by_id()["HB-HMIR-02"]).reason == "MIR.S is not claimed"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--device", "exec:true", "--pics", "{pics}"), "for a hub, whose head end a command does not have"),
        (("--device", "firmware:never-polls"), "no wrong firmware"),
        (("--device", "firmware:counter-restarts"), "expected gsme"),
        (("--pics", "{gsme}"), "found SE.GSME; expected SE.HUB"),
    ],
)
def test_what_does_not_go_together_is_one_line(tmp_path, capsys, options, says):
    pics, gsme = tmp_path / "hub.txt", tmp_path / "gsme.txt"
    pics.write_text(shipped("ioc", "hub").flat)
    gsme.write_text(shipped("ioc", "gsme").flat)
    words = [option.format(pics=pics, gsme=gsme) for option in options]
    with pytest.raises(SystemExit) as ended:
        main(["conform", "--dut", "hub", "--out", str(tmp_path / "out"), *words])
    assert ended.value.code == 3
    assert says in capsys.readouterr().err

"""Runs of `hanbench conform`: verdicts, reports, resuming, and what is left out."""

from __future__ import annotations

import json
import os
import signal
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from hanbench.harness.cli.main import main
from hanbench.harness.conform import journal, selftest
from hanbench.harness.conform import run as run_of_cases
from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.cases import by_id
from hanbench.harness.conform.dut.choice import DeviceChoice, UnknownDeviceError, device_choice
from hanbench.harness.conform.dut.emulated import EmulatedDevice
from hanbench.harness.conform.journal import NAME
from hanbench.harness.conform.report import read_conform_report, signs_of_case
from hanbench.harness.conform.result import NOTICE, Verdict
from hanbench.harness.conform.run import Plan, Run
from hanbench.harness.conform.runner import Limits, Runner, not_applicable
from hanbench.harness.conform.selftest import choice_of
from hanbench.harness.report.against import SignsAgainst
from hanbench.profiles.conform.pics import Pics, shipped
from hanbench.profiles.conform.pixit import Pixit
from hanbench.profiles.conform.tolerated import Tolerated
from hanbench.profiles.errors import ProfileError

JOINS = by_id()["HB-JOIN-07"]
SCANS = by_id()["HB-JOIN-01"]


class Silent(EmulatedDevice):
    """A device that does nothing when it is commissioned."""

    def commission(self):
        self.power_on()


def healthy(**changes):
    return replace(Setting("gsme", device_choice("emulated"), shipped("ioc", "gsme"), Pixit()), **changes)


SILENT = DeviceChoice("python:tests:Silent", in_process=Silent)


def test_a_healthy_meter_joins():
    result = Runner(healthy()).run(JOINS)
    assert result.verdict is Verdict.PASS
    assert [margin.what for margin in result.margins] == ["joining"]
    assert result.evidence


def test_a_silent_meter_fails_with_sentence_expected_and_seen(tmp_path):
    result = Runner(healthy(choice=SILENT), captures=tmp_path).run(JOINS)
    assert result.verdict is Verdict.FAIL
    assert result.failure is not None
    assert (result.failure.sentence, result.failure.seen) == ("it did not join", "nothing from the device")
    assert (tmp_path / result.capture).exists()


class Crashing(EmulatedDevice):
    """A device of a vendor whose code has a fault."""

    def commission(self):
        raise ZeroDivisionError("a vendor's fault")


def test_an_exception_of_a_vendors_class_is_the_devices_fault():
    choice = DeviceChoice("python:tests:Crashing", in_process=Crashing)
    result = Runner(healthy(choice=choice)).run(JOINS)
    assert result.verdict is Verdict.FAIL
    assert result.reason == "the device crashed: ZeroDivisionError: a vendor's fault"


def test_a_value_that_the_pixit_lacks_is_named():
    result = Runner(healthy()).run(by_id()["HB-REG-03"])
    assert (result.verdict, result.reason) == (Verdict.NOT_APPLICABLE, "the PIXIT does not state divisor")


def test_a_device_that_runs_wild_fails_and_ends_its_case():
    setting = healthy(choice=choice_of("polls-on-without-parent"))
    result = Runner(setting).run(by_id()["HB-POLL-10"])
    assert (result.verdict, result.reason) == (Verdict.FAIL, "it sends more than 6000 frames in an hour")


def test_a_case_that_the_pics_exclude_names_the_code():
    result = Runner(healthy(pics=Pics.of(("SE.GSME",)))).run(JOINS)
    assert (result.verdict, result.reason) == (Verdict.NOT_APPLICABLE, "HAN.IC is not claimed")


def test_a_device_that_does_not_reach_the_beginning_is_inconclusive():
    result = Runner(healthy(choice=SILENT, pixit=Pixit(join_s=5))).run(by_id()["HB-JOIN-13"])
    assert result.verdict is Verdict.INCONCLUSIVE
    assert "did not join within 5 s" in result.reason


def test_long_cases_are_left_out_in_real_time():
    setting = healthy(choice=DeviceChoice("exec:true", command="true"))
    result = Runner(setting, Limits(longest_s=60)).run(JOINS)
    assert result.verdict is Verdict.NOT_APPLICABLE
    assert "--longest is 60 s" in result.reason


def test_what_a_case_takes_follows_from_the_times_of_the_pixit():
    setting = healthy(choice=DeviceChoice("exec:true", command="true"))
    agrees = by_id()["HB-KEC-03"]
    late = not_applicable(agrees, setting, Limits())
    assert late is not None
    assert "it takes up to 1500 s of real time" in late
    assert not_applicable(agrees, replace(setting, pixit=Pixit(join_s=90, secure_s=120)), Limits()) is None


@pytest.mark.parametrize("text", ["", "emulatd", "exec:", "python:nothing", "python:no.such:Thing", "python:json:nope"])
def test_an_unknown_device_is_an_error(text):
    with pytest.raises(UnknownDeviceError):
        device_choice(text)


def finished(tmp_path, *cases, **changes):
    run = Run(Plan(healthy(), cases or (JOINS,), tmp_path, **changes))
    list(run.results())
    return run.finish()


def test_the_three_reports_agree_and_certify_nothing(tmp_path):
    report = finished(tmp_path, SCANS, JOINS)
    assert report.summary.passed == 2
    assert read_conform_report(tmp_path / "report.json") == report
    suite = ET.parse(tmp_path / "junit.xml").getroot()[0]
    assert suite.get("tests") == "2"
    assert NOTICE in (tmp_path / "report.html").read_text()
    assert NOTICE in ET.tostring(suite, encoding="unicode")
    assert report.notice == NOTICE
    assert not (tmp_path / NAME).exists()


def test_an_interrupted_run_goes_on(tmp_path):
    run = Run(Plan(healthy(), (SCANS, JOINS), tmp_path))
    results = run.results()
    next(results)
    results.close()
    first = json.loads((tmp_path / NAME).read_text().splitlines()[1])
    assert first["id"] == SCANS.id
    again = Run(Plan(healthy(), (SCANS, JOINS), tmp_path, resume=True))
    assert [result.verdict for result in again.results()] == [Verdict.PASS, Verdict.PASS]


def test_a_run_that_dies_as_it_goes_on_keeps_what_was_known(tmp_path, monkeypatch):
    results = Run(Plan(healthy(), (SCANS, JOINS), tmp_path)).results()
    next(results)
    results.close()
    known = (tmp_path / NAME).read_bytes()

    def die(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(journal, "PiecewiseFile", die)
    with pytest.raises(KeyboardInterrupt):
        next(Run(Plan(healthy(), (SCANS, JOINS), tmp_path, resume=True)).results())
    assert (tmp_path / NAME).read_bytes() == known


def test_a_run_whose_reports_cannot_be_written_is_not_lost(tmp_path, monkeypatch):
    def full(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(run_of_cases, "write_report", full)
    with pytest.raises(KeyboardInterrupt):
        finished(tmp_path, SCANS, JOINS)
    monkeypatch.undo()
    assert len((tmp_path / NAME).read_bytes().splitlines()) == 3
    again = finished(tmp_path, SCANS, JOINS, resume=True)
    assert again.summary.passed == 2
    assert not (tmp_path / NAME).exists()


def test_a_run_of_another_device_is_not_gone_on_with(tmp_path):
    results = Run(Plan(healthy(), (SCANS, JOINS), tmp_path)).results()
    next(results)
    results.close()
    with pytest.raises(ProfileError, match="the same device, PICS, PIXIT and seed"):
        Run(Plan(healthy(seed="2"), (SCANS,), tmp_path, resume=True))


def test_a_new_failure_is_told_from_a_known_one(tmp_path):
    run = Run(Plan(healthy(choice=SILENT), (JOINS,), tmp_path))
    (failed,) = run.results()
    against = SignsAgainst({JOINS.id: signs_of_case(failed)}, until=date(2027, 1, 31), today=date(2027, 1, 31))
    again = Run(Plan(healthy(choice=SILENT), (JOINS, SCANS), tmp_path, against=against))
    list(again.results())
    report = again.finish()
    assert report.against is not None
    assert (report.against.tolerated, report.against.new) == ((JOINS.id,), (SCANS.id,))
    assert report.summary.tolerated == 1


@pytest.mark.parametrize(("day", "tolerated"), [(date(2027, 1, 31), 1), (date(2027, 2, 1), 0)])
def test_a_listed_failure_is_tolerated_until_its_day(tmp_path, day, tolerated):
    listed = {JOINS.id: Tolerated(case=JOINS.id, reason="a known fault", until=date(2027, 1, 31))}
    run = Run(Plan(healthy(choice=SILENT), (JOINS,), tmp_path, tolerated=listed, today=day))
    list(run.results())
    report = run.finish()
    assert report.summary.tolerated == tolerated
    assert report.cases[0].tolerance_ended == (None if tolerated else "2027-01-31")


def test_the_same_seed_gives_the_same_result():
    assert Runner(healthy()).run(JOINS) == Runner(healthy()).run(JOINS)


def test_a_list_of_cases_has_all_that_they_declare(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["conform", "--list", "--json", "--case", "HB-REG-03", "--case", "HB-HFRM-05"])
    assert ended.value.code == 0
    register, hub = json.loads(capsys.readouterr().out)
    assert set(register) == set(hub) >= {"id", "area", "title", "begins", "seconds", "wakes"}
    assert (register["gate"], register["values"]) == (by_id()["HB-REG-03"].gate.text, ["divisor"])
    assert hub["needs"] == ["commission", "power"]
    assert all(
        set(each) == {"document", "clause", "inferred"} for each in (*register["requirements"], *hub["requirements"])
    )


def test_an_answer_to_another_request_is_shown_where_the_right_one_is_missing():
    """A vendor's engineer hunted a lost frame: the report said "no answer", and the capture had one."""
    choice = choice_of("own-transaction-numbers")
    result = Runner(healthy(choice=choice, pixit=Pixit(divisor=1000))).run(by_id()["HB-ZCL-02"])
    assert result.verdict is Verdict.FAIL
    assert result.failure is not None
    assert "but an answer with transaction" in result.failure.seen
    assert result.evidence


def test_a_run_in_which_nothing_applies_is_no_success(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["conform", "--dut", "gsme", "--case", "HB-HFRM-01", "--out", str(tmp_path)])
    assert ended.value.code == 2
    assert "0 pass, 0 fail" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [
        (
            "--pixit",
            'install_code = "83FED3407A939723A5C639B26916D505C3B6"\n',
            "install_code: the CRC of the install code",
        ),
        ("--pics", 'device = "esme"\ncodes = ["SE.GSME"]\n', "device: found esme; expected the kind that codes has"),
    ],
)
def test_what_contradicts_itself_is_said_before_the_first_case(tmp_path, capsys, option, text, says):
    path = tmp_path / "given.toml"
    path.write_text(text)
    out = tmp_path / "out"
    with pytest.raises(SystemExit) as ended:
        main(["conform", "--dut", "gsme", option, str(path), "--case", "HB-JOIN-01", "--out", str(out)])
    assert ended.value.code == 3
    assert says in capsys.readouterr().err
    assert not out.exists()


def _killed(how: int) -> int:
    os.kill(os.getpid(), how)
    return how


def test_a_worker_that_dies_ends_the_self_test():
    """multiprocessing.Pool starts another worker, and waits for ever for the result of the first."""
    assert sorted(selftest._spread(abs, [-1, 2, -3], jobs=2)) == [1, 2, 3]
    with pytest.raises(selftest.WorkerDiedError):
        list(selftest._spread(_killed, [signal.SIGKILL], jobs=2))

"""`hanbench verify` that cannot go on: a controller without an answer, a full disk, Ctrl-C."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from hanbench.harness.campaign.unanswered import MOST

CASES = "ioc.dormant.tmad-v19.*"
SOME = "ioc.dormant.tmad-v19.battery-dead.*"
PROGRAMS = {
    "ends": ("import sys; sys.stdin.readline(); sys.exit(3)", "crashed: it ended with exit status 3"),
    "rubbish": ("import sys; sys.stdin.readline(); print('Hello from acme')", "not-json: "),
    "no list": ("import sys; sys.stdin.readline(); print('{}')", "not-json: expected a list of actions"),
    "flood": ("import sys; sys.stdin.readline(); print('x' * (1 << 21))", "flood: more than 1048576 octets"),
}


def verify(hanbench, out, controller, *options):
    return hanbench("verify", "--jobs", "1", "--out", str(out), "--controller", controller, *options)


@pytest.mark.parametrize("kind", PROGRAMS)
def test_a_controller_that_answers_no_first_turn_is_bad_input(hanbench, tmp_path, kind):
    program, said = PROGRAMS[kind]
    outcome = verify(hanbench, tmp_path / "out", f'process:python3 -c "{program}"', "--only", CASES)
    assert outcome.status == 3
    begun, *tried, last = outcome.err.splitlines()
    assert begun.startswith("hanbench verify: ")
    assert len(tried) == 3
    assert all(line.startswith("  ioc.dormant.tmad-v19.") and said in line for line in tried)
    assert last.startswith("hanbench: --controller: it answers the first turn of no case (3 tried); the last: ")
    assert said in last
    assert outcome.out == ""
    assert not (tmp_path / "out").exists()


def test_one_case_is_judged_whatever_the_controller_does(hanbench, tmp_path):
    """The command in a report that plays a failed case again must show the failure again."""
    program, said = PROGRAMS["rubbish"]
    chosen = ("--case", "ioc.dormant.tmad-v19.battery-dead.consent")
    outcome = verify(hanbench, tmp_path, f'process:python3 -c "{program}"', *chosen)
    assert outcome.status == 1
    (case,) = json.loads((tmp_path / "report.json").read_text())["scenarios"]
    assert any(each["property"] == "in-turn" and each["text"].startswith(said) for each in case["violations"])


SILENT = """
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.case.vocabulary import CheckEnded, InstallationLoaded
from hanbench.harness.controllers.reference import Reference

asked = []

class Sometimes(Reference):
    "Answers in every second case."
    def handle(self, event, now):
        if isinstance(event, InstallationLoaded):
            asked.append(event.installation.id)
        if isinstance(event, CheckEnded) and len(set(asked)) % 2:
            raise ControllerFault("silent", "no answer within 10 s")
        return super().handle(event, now)

class Never(Sometimes):
    "Answers the first turn of each case, and no more."
    def handle(self, event, now):
        if not isinstance(event, InstallationLoaded):
            raise ControllerFault("silent", "no answer within 10 s")
        asked.append(event.installation.id)
        return Reference.handle(self, event, now)
"""


@pytest.fixture
def silent(tmp_path, monkeypatch):
    """Returns the specification of a controller of the module above, and the list of what it was loaded with."""
    name = f"silent_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(SILENT)
    monkeypatch.syspath_prepend(tmp_path)
    return lambda kind: f"{name}:{kind}"


def test_a_run_stops_after_time_outs_in_a_row_and_reports_what_it_has(hanbench, tmp_path, silent):
    out = tmp_path / "out"
    outcome = verify(hanbench, out, silent("Never"), "--only", CASES)
    assert outcome.status == 1
    lines = [line for line in outcome.err.splitlines() if line.endswith(": silent: no answer within 10 s")]
    played = json.loads((out / "report.json").read_text())["scenarios"]
    assert [line.split(":")[0].strip() for line in lines] == [each["id"] for each in played]
    assert len(played) == MOST
    assert f"scenarios not run: the controller gave no answer in {MOST} cases in a row." in outcome.out


def test_several_processes_stop_alike(hanbench, tmp_path, silent):
    out = tmp_path / "out"
    outcome = verify(hanbench, out, silent("Never"), "--only", "*.tmad-v19.*", "--jobs", "2")
    assert outcome.status == 1
    reported = json.loads((out / "report.json").read_text())["scenarios"]
    silent_ones = [each for each in reported if any("no answer within 10 s" in v["text"] for v in each["violations"])]
    assert MOST <= len(silent_ones) <= 2 * MOST
    assert "the controller gave no answer in" in outcome.out


def test_time_outs_with_answers_between_them_stop_nothing(hanbench, tmp_path, silent):
    out = tmp_path / "out"
    outcome = verify(hanbench, out, silent("Sometimes"), "--only", CASES)
    assert outcome.status == 1
    assert outcome.err.count(": silent: no answer within 10 s\n") > MOST
    assert "not run" not in outcome.out


def test_exploring_names_time_outs_and_stops_alike(hanbench, tmp_path, silent):
    chosen = ("--seeds", "40", "--jobs", "1", "--controller", silent("Never"), "--out", str(tmp_path / "out"))
    outcome = hanbench("explore", *chosen)
    assert outcome.status == 1
    lines = [line for line in outcome.err.splitlines() if line.endswith(": silent: no answer within 10 s")]
    assert len(lines) >= MOST
    assert all(line.startswith("  explored.1-") for line in lines), lines
    assert f"scenarios not run: the controller gave no answer in {MOST} cases in a row." in outcome.out


def test_a_single_scenario_names_its_time_out_once(hanbench, silent):
    outcome = hanbench("run", "ioc.dormant.tmad-v19.battery-dead.consent", "--controller", silent("Never"))
    assert outcome.status == 1
    _, *lines = outcome.err.splitlines()
    assert lines == ["  ioc.dormant.tmad-v19.battery-dead.consent: silent: no answer within 10 s"]


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({most}, {most}))
from hanbench.harness.cli.main import main
main(sys.argv[1:])
"""


def limited(most, *arguments):
    """Run hanbench in a process whose files cannot grow beyond `most` octets: what a full disk is to it."""
    script = LIMITED.format(most=most)
    return subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(("most", "file"), [(2_000, ".pcapng"), (60_000, "report.html")])
def test_a_full_disk_leaves_the_summary_and_names_the_file(tmp_path, most, file):
    evidence = ("--evidence", "1" if file == ".pcapng" else "0")
    chosen = ("--only", SOME, "--controller", "wrong:two-failures-suffice", "--jobs", "1", *evidence)
    done = limited(most, "verify", *chosen, "--out", str(tmp_path / "out"))
    assert done.returncode == 3
    assert f"{file}: cannot be written: File too large" in done.stderr.splitlines()[-1]
    assert "run on emulated homes" in done.stdout
    assert "There are no reports of this run." in done.stdout
    assert "To read: " not in done.stdout
    assert not [each.name for each in tmp_path.glob("out/*") if each.suffix in (".json", ".pcapng", ".keys")]


def test_ctrl_c_before_the_first_case_is_over_says_so(hanbench, tmp_path, monkeypatch):
    """And the report of an earlier run stays."""
    assert verify(hanbench, tmp_path, "reference", "--only", SOME).status == 0
    before = (tmp_path / "report.json").read_bytes()

    def interrupted(*_, **__):
        signal.raise_signal(signal.SIGINT)
        return 0.0

    monkeypatch.setattr("hanbench.harness.cli.verify.estimate", interrupted)
    outcome = verify(hanbench, tmp_path, "reference", "--only", SOME)
    assert (outcome.status, outcome.out) == (130, "")
    assert "interrupted before the first case was over: nothing was judged, and no report was written" in outcome.err
    assert (tmp_path / "report.json").read_bytes() == before

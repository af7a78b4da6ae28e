"""A failed case in junit.xml and on the terminal: well-formed, and with all that explains it."""

from __future__ import annotations

import json
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.foreign_text import cleaned
from hanbench.harness.oracle import Violation
from hanbench.harness.report.explanation import Explanation, Fact
from hanbench.harness.report.failure_text import failure_lines, short_failure_lines
from hanbench.harness.report.junit import JunitWriter
from hanbench.harness.report.model import ScenarioReport

EVERYTHING = "".join(map(chr, (*range(0x21), *range(0x7F, 0xA0), 0x202E, 0x2066, 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)))
CONTROLLER = """
import sys
sys.stdin.readline()
sys.stderr.write("\\x1b[31mEVIL\\x1b]0;pwn\\x07 \\x00 \\u202e <script>alert(1)</script> ]]>\\n")
sys.exit(3)
"""
"""As ../shared/cases/controllers/evil.py does it, `escerr`."""


def report(**changes) -> ScenarioReport:
    fact = Fact(datetime(2022, 4, 4, 9, tzinfo=UTC), 4500.0, "check 2: fail GT01", 12)
    plain = ScenarioReport(
        id="a.case", title="A case", cohort="ioc", installation_type="dormant", rules="tmad-v19", seed="1/x",
        faults=(), consents=(), expected=(Outcome.RETRY,), because="time ran out", decision=Outcome.REFUSE, checks=(),
        violations=(Violation("count", "letter, 2 (stated)", "only 2 of 3", (7, 9)),), unmet=("3 checks",),
        as_expected=False, frames=9, capture="a.pcapng", keys="a.keys",
        explanations=(Explanation(fact, (fact,), (20, 31)),), difference="It ended otherwise.",
        replay="hanbench verify --case a.case --seed 1 --controller c",
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def junit(path: Path, *reports: ScenarioReport) -> ET.Element:
    with JunitWriter(path, tests=len(reports)) as writer:
        for each in reports:
            writer.add(each)
    return ET.fromstring(path.read_text(encoding="utf-8"))


def test_a_failure_says_all_that_explains_it():
    text = "\n".join(failure_lines(report()))
    for part in (
        "only 2 of 3", "letter, 2", "basis: stated", "did: 2022-04-04 09:00:00.000 (+4500.000 s)", "knew: 2022-04-04",
        "check 2: fail GT01 (trace line 12)", "#7, #9", "#20 to #31", "It ended otherwise.", "3 checks",
        "capture a.pcapng", "again: hanbench verify --case a.case",
    ):  # fmt: skip
        assert part in text


def test_in_short_each_violated_property_stands_once():
    twice = report(violations=report().violations * 2, explanations=())
    said = [line for line in short_failure_lines(twice) if "count" in line]
    assert len(said) == 1


@pytest.mark.parametrize("lines", [failure_lines, short_failure_lines])
def test_a_controller_that_crashed_is_told_before_what_follows_from_it(lines):
    """`in-turn` is the controller at its interface (docs/migration.md): without an answer no case is decided."""
    late, crash = (
        Violation("bounded-time", "choice decide_by (assumed)", "it never ended"),
        Violation("in-turn", "interface", "crashed: status 3"),
    )
    found = report(violations=(late, crash), explanations=report().explanations * 2)
    said = [line.strip() for line in lines(found) if "never ended" in line or "status 3" in line]
    assert [each.split(":")[0] for each in said] == ["in-turn", "bounded-time"]


def test_junit_has_the_same_text(tmp_path):
    failure = junit(tmp_path / "junit.xml", report()).find(".//failure")
    assert failure is not None
    assert failure.text == "\n".join(("time ran out", *failure_lines(report())))


def test_junit_is_well_formed_whatever_a_report_holds(tmp_path):
    hostile = report(
        id=EVERYTHING, title=EVERYTHING, seed=EVERYTHING, because=EVERYTHING, unmet=(EVERYTHING,), replay=EVERYTHING,
        violations=(Violation(EVERYTHING, EVERYTHING, EVERYTHING),), explanations=(),
    )  # fmt: skip
    case = junit(tmp_path / "junit.xml", hostile).find(".//testcase")
    assert case is not None
    assert case.get("name") == cleaned(EVERYTHING)


@pytest.mark.parametrize("command", ["run", "verify"])
def test_a_controller_cannot_command_the_terminal_or_break_a_file(tmp_path, capfd, command):
    from hanbench.harness.cli.main import main

    program = tmp_path / "evil.py"
    program.write_text(CONTROLLER)
    controller = f"process:{sys.executable} {program}"
    what = {"run": ("dormant-three-failures",), "verify": ("--only", "ioc.dormant.tmad-v19.battery-dead.consent")}
    out = tmp_path / "out"
    jobs = ("--jobs", "1") if command == "verify" else ()
    with pytest.raises(SystemExit) as ended:
        main((command, *what[command], *jobs, "--controller", controller, "--out", str(out)))
    assert ended.value.code == 1
    said = "".join(capfd.readouterr())
    assert "\\x1b[31mEVIL" in said
    files = [(out / name).read_text(encoding="utf-8") for name in ("junit.xml", "report.json")]
    for text in (said, *files):
        assert [each for each in text if not each.isprintable() and each != "\n"] == []
    failure = ET.fromstring(files[0]).find(".//failure")
    assert failure is not None
    assert "<script>" in (failure.text or "")
    json.loads(files[1])

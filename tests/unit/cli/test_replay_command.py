"""The command that a report gives for a case: whoever runs it sees the same violations."""

from __future__ import annotations

import json
import shlex

import pytest

from hanbench.harness.campaign.suite import parts
from hanbench.harness.controllers.letter_wrong.between_cases import CountKeptByInstallationId
from hanbench.harness.scenario.scenario import shipped

CASE = "ioc.dormant.tmad-v19.battery-dead.consent"
WRONG = ("--controller", "wrong:two-failures-suffice")
PAIRS = [(first.id, second.id) for first, second in parts.pairs()]


def failed(folder):
    """The last scenario of a report; it failed."""
    report = json.loads((folder / "report.json").read_text())["scenarios"][-1]
    assert not report["as_expected"]
    return report


def again(hanbench, report, out):
    """The same scenario as its command plays it."""
    program, *words = shlex.split(report["replay"])
    assert program == "hanbench"
    assert hanbench(*words, "--out", str(out)).status == 1
    return failed(out)


@pytest.fixture
def own(tmp_path):
    """A folder with a scenario of the user's, whose name needs quotes."""
    folder = tmp_path / "my own"
    folder.mkdir()
    lines = shipped()["dormant-three-failures"].read_text().splitlines()
    changed = ['id = "own.case"' if line.startswith("id = ") else line for line in lines]
    (folder / "own.toml").write_text("\n".join(changed))
    return folder


EVERY = ("--seed", "a b", "--begins", "new", "--no-memory", "--hold-to", "inferred")


@pytest.mark.parametrize("options", [(), ("--seeds", "2"), EVERY], ids=" ".join)
def test_the_command_of_a_failed_case_shows_the_same_again(hanbench, tmp_path, options):
    outcome = hanbench("verify", "--case", CASE, *WRONG, *options, "--jobs", "1", "--out", str(tmp_path / "first"))
    assert outcome.status == 1
    report = failed(tmp_path / "first")
    second = again(hanbench, report, tmp_path / "again")
    for file in ("capture", "keys", "trace"):  # of another seed they have another name, and the same content
        assert (tmp_path / "again" / second.pop(file)).read_bytes() == (
            tmp_path / "first" / report.pop(file)
        ).read_bytes()
    assert second == report
    assert set(EVERY) <= set(shlex.split(report["replay"])) or options != EVERY


def test_the_command_leaves_the_first_report_where_it_is(hanbench, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert hanbench("verify", "--only", f"{CASE[:-7]}*consent", *WRONG, "--jobs", "1").status == 1
    first = (tmp_path / "hanbench-report" / "report.json").read_bytes()
    _, *words = shlex.split(failed(tmp_path / "hanbench-report")["replay"])
    assert hanbench(*words).status == 1
    assert (tmp_path / "hanbench-report" / "report.json").read_bytes() == first
    assert failed(tmp_path / "again")["id"] == failed(tmp_path / "hanbench-report")["id"]


def test_the_command_names_the_folder_of_ones_own_scenarios(hanbench, tmp_path, own):
    chosen = ("verify", "--scenarios", str(own), "--only", "own.*", "--jobs", "1", "--out", str(tmp_path / "first"))
    assert hanbench(*chosen, *WRONG).status == 1
    report = failed(tmp_path / "first")
    assert again(hanbench, report, tmp_path / "again") == report


def test_the_command_plays_the_case_before_about_the_same_installation(hanbench, tmp_path, monkeypatch):
    monkeypatch.setattr(CountKeptByInstallationId, "_failures", {})
    first, second = PAIRS[0]
    chosen = ("verify", "--case", first, "--case", second, "--controller", "wrong:count-kept-by-installation-id")
    hanbench(*chosen, "--jobs", "1", "--out", str(tmp_path / "first"))
    report = failed(tmp_path / "first")
    assert report["id"] == second
    assert shlex.split(report["replay"])[2:6] == ["--case", first, "--case", second]
    monkeypatch.setattr(CountKeptByInstallationId, "_failures", {})  # another process has no case yet
    assert again(hanbench, report, tmp_path / "again") == report

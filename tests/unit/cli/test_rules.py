"""`hanbench rules`: what is allowed when, and who says so."""

from __future__ import annotations

import json

import pytest

from hanbench.harness.cli.tables import table
from hanbench.profiles.rulesets import FOLDER


def test_the_rule_sets_are_listed_with_the_days_they_were_in_force(hanbench):
    outcome = hanbench("rules")
    rows = {line.split()[0]: line for line in outcome.out.splitlines()[1:]}
    assert outcome.status == 0
    assert set(rows) == {"tmad-v18", "tmad-v19", "consultation-2021-10"}
    assert "until 2022-03-14" in rows["tmad-v18"]
    assert "from 2022-03-15" in rows["tmad-v19"]
    assert "never (a proposal)" in rows["consultation-2021-10"]


def test_the_list_says_where_partial_migration_is_allowed(hanbench):
    """The letter, 3 and 4: Active only until v19 of the TMAD, for the Initial Operating Capability only."""
    allowed = {each["id"]: each["allowed"] for each in json.loads(hanbench("rules", "--json").out)}
    every_type = ["active", "dormant", "mixed-gsme-active", "mixed-gsme-dormant"]
    assert allowed == {
        "tmad-v18": {"ioc": ["active"]},
        "tmad-v19": {"ioc": every_type},
        "consultation-2021-10": {"ioc": every_type, "moc-secure": every_type},
    }


def test_a_rule_set_is_shown_with_the_source_of_each_value(hanbench):
    outcome = hanbench("rules", "show", "tmad-v19")
    line = next(line for line in outcome.out.splitlines() if line.startswith("decision.dormant.failures_required"))
    assert outcome.status == 0
    assert line.split()[1:3] == ["3", "stated"]
    assert "letter" in line


@pytest.mark.parametrize(
    "arguments", [("rules", "show", "tmad-v18", "--json"), ("rules", "--json", "show", "tmad-v18")]
)
def test_json_is_the_rule_set_itself(hanbench, arguments):
    shown = json.loads(hanbench(*arguments).out)
    assert shown["id"] == "tmad-v18"
    assert shown["last_day"]["value"] == "2022-03-14"
    assert shown["decision"]["dormant"]["decider"]["source"] in {"stated", "inferred", "assumed"}


def test_output_that_no_terminal_reads_is_plain(hanbench):
    outcome = hanbench("rules", "show", "tmad-v19")
    assert outcome.out.isascii()
    assert "\x1b" not in outcome.out


def test_a_table_lines_up_without_trailing_blanks(capsys):
    table(("id", "what"), [("a", "first"), ("longer", "")], "Things")
    assert capsys.readouterr().out == "Things\nid      what\na       first\nlonger\n"


def test_a_terminal_gets_the_same_cells(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    table(("id", "what"), [("a", "in [brackets]")])
    out = capsys.readouterr().out
    assert "in [brackets]" in out
    assert "─" in out


def test_a_rule_set_of_ones_own_is_shown_and_what_is_wrong_with_it_said(hanbench, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text((FOLDER / "tmad-v19.toml").read_text(encoding="utf-8").replace('"tmad-v19"', '"mine"'))
    assert hanbench("rules", "show", str(path)).out.startswith("mine: ")
    path.write_text(path.read_text(encoding="utf-8").replace("value = 5\n", "value = 0\n"))
    outcome = hanbench("rules", "show", str(path))
    assert (outcome.status, outcome.out) == (3, "")
    assert outcome.err == f"hanbench: {path}: attempt_cap.value: expected a whole number >= 1, found 0\n"

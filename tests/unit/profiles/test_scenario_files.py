"""What a scenario file may say, by its schema and by the loader: the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hanbench.harness.scenario import load_scenario, shipped
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped as rule_sets

SCHEMA = Path(__file__).parents[3] / "profiles" / "schemas" / "scenario.schema.json"


def test_a_file_has_no_place_in_the_matrix(tmp_path: Path) -> None:
    text = shipped()["dormant-three-failures"].read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    cell = '\n[cell]\ncohort = "ioc"\ninstallation = "dormant"\nrules = "x"\ncondition = "x"\nconsent = "x"\n'
    file.write_text(text + cell, encoding="utf-8")
    with pytest.raises(ProfileError, match="cell: expected no cell"):
        load_scenario(file, rule_sets())


def test_the_schema_offers_nothing_that_the_loader_refuses() -> None:
    definitions = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    assert "cell" not in definitions["Scenario"]["properties"]
    assert definitions["FrameAction"]["enum"] == ["delay", "duplicate", "garble", "lose", "tamper"]

"""A scenario that comes as text, from anybody: it may be wrong in any way, and it leads to no file."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.scenario.loading import load_scenario, load_scenario_text
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import shipped

FILE = Path(__file__).parents[3] / "profiles" / "scenarios" / "mirror-wiped.toml"
TEXT = FILE.read_text(encoding="utf-8")


def test_a_text_is_the_scenario_that_its_file_is() -> None:
    assert load_scenario_text(TEXT, "text", shipped()) == load_scenario(FILE, shipped())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "text: the file is empty"),
        ("a = " + "[" * 20_000, "text: expected TOML: nested too deeply"),
        ("id = 'x", "text: expected TOML: a text in quotes is not closed"),
        (TEXT.replace("decide_within_days", "decide_in_days"), "text: decide_in_days: "),
        (TEXT.replace("[esme]", '[profiles]\ngsme = "../x.toml"\n[esme]'), "text: profiles: expected none"),
        (TEXT.replace("cohort", 'bench = "/etc/hostname"\ncohort', 1), "text: bench: expected one of coordinator, "),
        (TEXT.replace("cohort", 'bench = "../x.toml"\ncohort', 1), "text: bench: expected one of coordinator, "),
    ],
)
def test_a_wrong_text_is_one_line_and_opens_no_file(text: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    load_scenario_text(TEXT, "text", shipped())  # whose files of hanbench are read once
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("a file is opened"))
    with pytest.raises(ProfileError) as caught:
        load_scenario_text(text, "text", shipped())
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)

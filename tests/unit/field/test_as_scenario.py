"""Scenarios from captures: the same story, played again."""

from __future__ import annotations

from pathlib import Path

import pytest

from hanbench.harness.capture import keyfile
from hanbench.harness.cli.main import main
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.run import run_scenario
from hanbench.profiles.rulesets import shipped
from tests.support.field_captures import HEALTHY, HOUR, told, written


def made(fault: str, folder: Path, *options: str) -> int:
    story = told(fault, "scenario", folder, after=6 * HOUR)
    path = written(story.frames, folder / "Home 7.pcapng")
    keyfile.write(keyfile.beside(path), story.keys)
    with pytest.raises(SystemExit) as ended:
        main(["scenarios", "from-capture", str(path), "--to", str(folder / "story.toml"), *options])
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(("fault", "verdict"), [("frame-counter-reset", "fail"), (HEALTHY, "pass")])
def test_the_scenario_tells_the_story_of_the_capture(fault: str, verdict: str, tmp_path: Path) -> None:
    assert made(fault, tmp_path) == 0
    scenario = load_scenario(tmp_path / "story.toml", shipped())
    assert scenario.id == "home-7"
    assert scenario.faults == (() if fault == HEALTHY else (fault,))
    result = run_scenario(scenario, shipped(), Reference, seed="1")
    assert result.checks[0].verdict.value == verdict


def test_a_capture_that_proves_nothing_has_no_story(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "none.keys").write_text("# none\n")
    assert made(HEALTHY, tmp_path, "--keys", str(tmp_path / "none.keys")) == 2
    assert "the capture proves nothing: no key opens" in capsys.readouterr().err
    assert not (tmp_path / "story.toml").exists()


def test_classes_that_fit_too_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Silence fits several classes: the page of the classes says so."""
    assert made("battery-dead", tmp_path) == 0
    text, said = (tmp_path / "story.toml").read_text(), capsys.readouterr().err
    assert "# Fits too: " in text
    assert "fits too, and is not told: " in said
    assert "unknown-issuer" in text
    assert "unknown-issuer" in said

"""What `hanbench explore` writes and prints of the stories that it could not play."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hanbench.harness.campaign.explore import running


@pytest.fixture
def failing(monkeypatch):
    def attempt(*_):
        raise RuntimeError("no bench")

    monkeypatch.setattr(running, "attempt", attempt)


def test_a_story_at_which_hanbench_fails_is_written_down_with_its_command(hanbench, tmp_path, failing):
    ended = hanbench("explore", "--seeds", "2", "--jobs", "1", "--json", "--out", str(tmp_path))
    assert ended.status == 4
    lost = json.loads(ended.out)["lost"]
    assert [(each["story"], each["reason"]) for each in lost] == [
        (0, "RuntimeError: no bench"),
        (1, "RuntimeError: no bench"),
    ]
    for each in lost:
        assert Path(each["file"]).exists()
        assert each["command"].startswith(f"hanbench run {each['file']} --seed 1/")


def test_the_command_is_printed_below_the_reason(hanbench, tmp_path, failing):
    ended = hanbench(
        "explore", "--seeds", "1", "--jobs", "1", "--controller", "lawful:asks-every-day", "--out", str(tmp_path)
    )
    reason, command, summary = ended.out.splitlines()
    assert reason == "story 0: hanbench itself failed: RuntimeError: no bench"
    assert command.startswith("  hanbench run ")
    assert command.endswith(" --slow-background --controller lawful:asks-every-day")
    assert summary == "1 scenario: none failed."

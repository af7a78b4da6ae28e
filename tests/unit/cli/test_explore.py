"""What `hanbench explore` writes and prints of the stories that it could not play."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hanbench.harness.campaign.explore import running
from hanbench.harness.campaign.explore.drawing import draw
from hanbench.harness.campaign.explore.shrinking import Shrunk
from hanbench.harness.cli import explore


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


def test_failures_that_are_not_shrunk_are_named(hanbench, tmp_path, monkeypatch):
    """Five failures of four kinds: three are shrunk, and the fifth and the second of a kind are not."""

    def played(about, stories, jobs, *, tell):
        for number, violated in enumerate((("count",), ("scope",), ("count", "cap"), ("consent",), ("asking",))):
            yield number, running.Failure(draw("1", number), f"1/{number}", None, violated)

    monkeypatch.setattr(explore, "run_explore", played)
    monkeypatch.setattr(explore, "shrink", lambda failure, make, about, *, tell: Shrunk(failure, steady=True))
    options = ("explore", "--seeds", "5", "--jobs", "1", "--out", str(tmp_path))
    said = hanbench(*options)
    assert said.status == 1
    assert said.out.count("hanbench run") == 3
    assert "not shrunk: story 2, seed 1/2: decided nothing; count, cap\n" in said.out
    assert "not shrunk: story 4, seed 1/4: decided nothing; asking\n" in said.out
    others = json.loads(hanbench(*options, "--json").out)["others"]
    assert [(each["story"], each["seed"], each["properties"]) for each in others] == [
        (2, "1/2", ["count", "cap"]),
        (4, "1/4", ["asking"]),
    ]


def test_the_command_is_printed_below_the_reason(hanbench, tmp_path, failing):
    ended = hanbench(
        "explore", "--seeds", "1", "--jobs", "1", "--controller", "lawful:asks-every-day", "--out", str(tmp_path)
    )
    reason, command, summary = ended.out.splitlines()
    assert reason == "story 0: hanbench itself failed: RuntimeError: no bench"
    assert command.startswith("  hanbench run ")
    assert command.endswith(" --slow-background --controller lawful:asks-every-day")
    assert summary == "1 scenario: none failed."

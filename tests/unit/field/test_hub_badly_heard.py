"""A sniffer that hears the hub badly: whoever does not hear the hub does not hear it answer.

The property comes from the sense of the verdict: a healthy home stays healthy wherever the sniffer stands.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from hanbench.harness.capture import CapturedFrame
from hanbench.harness.capture.foreign import read_foreign
from hanbench.harness.field import Diagnosis, FieldKeys, FieldVerdict, diagnose
from tests.support.field_captures import FADED, HEALTHY, HOUR, FieldStory, hub_heard, told, written

SEEDS = 40 if os.environ.get("HANBENCH_NIGHTLY") == "1" else 4
Diagnose = Callable[[tuple[CapturedFrame, ...]], Diagnosis]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> FieldStory:
    return told(HEALTHY, "badly", tmp_path_factory.mktemp("badly"), after=10 * HOUR)


@pytest.fixture
def diagnosed(story: FieldStory, tmp_path: Path) -> Diagnose:
    def of(frames: tuple[CapturedFrame, ...]) -> Diagnosis:
        keys = FieldKeys()
        for key in story.keys:
            keys.add(key.label, key.octets)
        return diagnose(read_foreign(written(frames, tmp_path / "a.pcapng")), keys, gsme=story.gsme)

    return of


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_healthy_meter_is_never_called_failed(seed: int, story: FieldStory, diagnosed: Diagnose) -> None:
    chance = random.Random(seed)
    for share in (*FADED, chance.uniform(0.1, 0.6)):
        begin = chance.choice((story.frames[0].time, story.onset, chance.randint(story.frames[0].time, story.onset)))
        before = tuple(each for each in story.frames if each.time < begin)
        later = hub_heard(story.frames[len(before) :], share, chance, acks=chance.random() < 0.3)
        found = diagnosed(before + later)
        assert found.verdict is not FieldVerdict.FAILURE, (share, begin, found.ruling)


def test_a_hub_that_is_not_heard_any_more_is_named_as_the_reason(story: FieldStory, diagnosed: Diagnose) -> None:
    before = tuple(each for each in story.frames if each.time < story.onset)
    found = diagnosed(before + hub_heard(story.frames[len(before) :], 0.0, random.Random(0), acks=True))
    assert (found.verdict, found.ruling.code) == (FieldVerdict.NOTHING, "hub-not-heard")

"""Captures of stacks at work, before the judges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.interop.reference_dissectors import Reader
    from tests.interop.tshark import Tshark, Verdict

STORIES = (
    "formation",
    "join",
    "application",
    "key-rotation",
    "network-key-lost",
    "channel-change",
    "pan-id-change",
    "join-through-router",
    "told-to-rejoin",
    "leave",
    "power-cut",
)
each_story = pytest.mark.parametrize("story", STORIES)


@each_story
def test_tshark_has_nothing_to_object(
    story: str,
    stories: Callable[[str], Path],
    landmarks: dict[str, str],
    tshark: Tshark,
    clean: Callable[..., Verdict],
) -> None:
    clean(stories(story))
    assert tshark.fields(stories(story), "frame.number", where=landmarks[story], two_passes=True)


@each_story
def test_other_readers_find_the_same_in_every_header(
    story: str, stories: Callable[[str], Path], reader: Reader, agree: Callable[..., None]
) -> None:
    agree(stories(story), reader)


def test_every_story_is_judged(landmarks: dict[str, str]) -> None:
    assert sorted(landmarks) == sorted(STORIES)

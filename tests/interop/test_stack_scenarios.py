"""Captures of stacks at work, before the judges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.interop.reference_dissectors import Reader
    from tests.interop.tshark import Tshark, Verdict

SCENARIOS = (
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
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS)


@each_scenario
def test_tshark_has_nothing_to_object(
    scenario: str,
    stack_captures: Callable[[str], Path],
    landmarks: dict[str, str],
    tshark: Tshark,
    clean: Callable[..., Verdict],
) -> None:
    clean(stack_captures(scenario))
    assert tshark.fields(stack_captures(scenario), "frame.number", where=landmarks[scenario], two_passes=True)


@each_scenario
def test_other_readers_find_the_same_in_every_header(
    scenario: str, stack_captures: Callable[[str], Path], reader: Reader, agree: Callable[..., None]
) -> None:
    agree(stack_captures(scenario), reader)


def test_every_scenario_is_judged(landmarks: dict[str, str]) -> None:
    assert sorted(landmarks) == sorted(SCENARIOS)

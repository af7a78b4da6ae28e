"""No attack is a dud: its frames are on the air, are turned away, and do harm where a defence is missing."""

from __future__ import annotations

import pytest

from hanbench.emulator.errors import DropReason
from tests.redteam.attacker import Knowledge
from tests.redteam.defences import DEFENCES
from tests.redteam.playing import play, play_once
from tests.redteam.rows import ROWS, Row

ON_A_QUIET_DAY = 3
"""Drops under one reason, at most, while nobody attacks."""


@pytest.mark.parametrize("row", [row for row in ROWS if not row.defence], ids=lambda row: row.id)
def test_an_attacks_frames_are_on_the_air_and_turned_away(row: Row) -> None:
    played = play_once(row.id, row.knowledge, dead=False, home=row.homes[0])
    assert played.frames > 0
    if row.counted:
        assert played.drops[DropReason(row.counted)] > 0, dict(played.drops)


@pytest.mark.parametrize("row", [row for row in ROWS if row.defence], ids=lambda row: row.id)
def test_an_attack_does_harm_without_its_defence(row: Row, monkeypatch: pytest.MonkeyPatch) -> None:
    without = DEFENCES[row.defence]
    played = play(
        row.id,
        row.knowledge,
        dead=row.on == "dead",
        home=row.homes[0],
        undefended=lambda han: without(han, monkeypatch.setattr),
    )
    assert played.frames > 0
    if "uncounted" in row.broken:
        assert played.drops[DropReason(row.counted)] == 0
    else:
        assert played.verdict.value in row.broken, played.detail
        assert played.verdict not in row.allowed(row.homes[0], dead=row.on == "dead")


def test_nothing_is_turned_away_on_a_quiet_day() -> None:
    """What the tests above count is the attacks' own."""
    played = play(None, Knowledge.NO_KEYS, dead=False)
    assert played.frames == 0
    assert all(number <= ON_A_QUIET_DAY for number in played.drops.values()), dict(played.drops)

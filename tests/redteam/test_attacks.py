"""Each attack on a healthy and on a dead gas meter: a verdict that its row allows, no table above its bound, no crash.

attacks.toml has the rows, and docs/security.md shows them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from hanbench.harness.case.check import Verdict
from tests.redteam import (
    kept_answers,
    on_routers,
    on_routers_without_keys,
    on_routes,
    with_link_keys,
    with_the_network_key,
    without_keys,
)
from tests.redteam.attacker import Knowledge
from tests.redteam.attacks import ATTACKS
from tests.redteam.playing import SEED, play_once
from tests.redteam.rows import ROWS, Home, Row

MODULES = {
    Knowledge.NO_KEYS: (without_keys, on_routers_without_keys),
    Knowledge.NETWORK_KEY: (with_the_network_key, on_routers, on_routes),
    Knowledge.ANOTHER_LINK_KEY: (with_link_keys,),
    Knowledge.EVERYTHING: (with_link_keys, kept_answers),
}
NIGHTLY = bool(os.environ.get("HANBENCH_NIGHTLY"))
SEEDS = tuple(f"{SEED}{each or ''}" for each in range(20 if NIGHTLY else 1))


def played() -> Iterator[tuple[Row, Home]]:
    """All attacks with the homes where they are played; in CI, behind a repeater, those that concern routers."""
    for row in ROWS:
        yield from ((row, home) for home in row.homes if NIGHTLY or row.played_in_ci(home))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("state", ["healthy", "dead"])
@pytest.mark.parametrize(("row", "home"), [pytest.param(*each, id=f"{each[0].id}-{each[1]}") for each in played()])
def test_an_attack_ends_in_an_allowed_verdict(row: Row, home: Home, state: str, seed: str) -> None:
    dead = state == "dead"
    ended = play_once(row.id, row.knowledge, dead=dead, seed=seed, home=home)
    assert ended.verdict in row.allowed(home, dead=dead), ended.detail
    assert ended.crowded == ()


def test_every_attack_has_a_row_and_every_row_an_attack() -> None:
    assert {row.id for row in ROWS} == set(ATTACKS)
    for row in ROWS:
        assert ATTACKS[row.id].__module__ in {each.__name__ for each in MODULES[row.knowledge]}, row.id
    assert len(ROWS) >= 40
    assert {row.knowledge for row in ROWS} == set(Knowledge)


def test_a_dead_meter_passes_for_nobody_without_its_own_key() -> None:
    for row in ROWS:
        for home in row.homes:
            allowed = row.allowed(home, dead=True)
            assert Verdict.PASS not in allowed or row.knowledge is Knowledge.EVERYTHING, row.id
    assert [row.id for row in ROWS if Verdict.PASS in row.dead] == ["the-meter-in-all-but-body"]


def test_a_healthy_meter_fails_only_for_a_stated_reason() -> None:
    """Radio, the shared network key, the vouching router, or the meter's own key or address in other hands."""
    reasons = (
        "physics",
        "not secured",
        "says nothing",
        "each holder",
        "vouches",
        "the meter's key",
        "the meter's address",
    )
    for row in ROWS:
        for home in row.homes:
            why = f"{row.why} {row.behind.why if home is Home.REPEATER else ''}"
            if row.allowed(home, dead=False) != (Verdict.PASS,):
                assert any(reason in why for reason in reasons), row.id

"""A mirror whose meter is gone is shown as stale, in checks, in what `run` prints, and while a bench is up."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.checks.mirror_age import mirror_age
from hanbench.harness.faults import FAULTS
from tests.support.han import run_on_han

WAKE = timedelta(minutes=30)
"""Wake interval of the gas meter of IOC (profiles/devices/generic-gsme.toml)."""


def mirror_after(*steps):
    """Inject faults and let seconds pass; return the mirror's age as the next check tells it."""

    async def scenario(han):
        for step in steps:
            if isinstance(step, str):
                await FAULTS[step].inject(han)
            else:
                await asyncio.sleep(step)
        return (await HanConnectivityCheck().run(han)).mirror

    return run_on_han(scenario, seed="mirror", settle=7200)


def test_the_mirror_of_a_healthy_meter_is_not_stale():
    age = mirror_after()
    assert not age.stale
    assert age.silent_s < 60  # it has just answered


def test_a_mirror_is_not_stale_before_its_meter_can_have_woken():
    async def scenario(han):
        return mirror_age(han, 3660)

    age = run_on_han(scenario, seed="mirror", settle=10)
    assert not age.stale


def test_the_mirror_of_a_dead_meter_is_stale():
    age = mirror_after("battery-dead", 6 * 3600)
    assert age.stale
    assert timedelta(hours=6) < timedelta(seconds=age.silent_s) < timedelta(hours=7, minutes=2) + WAKE
    assert age.as_of <= age.heard
    assert age.words.startswith("mirror from 2022-04-04 0")
    assert ", meter last heard 2022-04-04 0" in age.words
    assert re.search(r": stale, [67] h \d+ min$", age.words)


def test_a_meter_that_was_dead_from_the_start_was_never_heard():
    async def scenario(han):
        await FAULTS["battery-dead"].inject(han)
        await asyncio.sleep(2 * 3600)
        return mirror_age(han, 3660)

    age = run_on_han(scenario, seed="mirror", settle=0)
    assert (age.as_of, age.heard, age.stale) == (None, None, True)
    assert age.words.startswith(
        "mirror without a report since the hub started, meter not heard since the hub started: "
    )


def test_the_mirror_of_an_exchanged_meter_stays_and_is_stale():
    assert mirror_after("gsme-exchanged", 6 * 3600).stale


def test_a_hub_without_the_mirror_says_nothing_of_it():
    assert mirror_after("hub-entry-lost") is None
    assert mirror_after("hub-without-power") is None

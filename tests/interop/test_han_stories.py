"""The emulated HAN itself before the judges: what its devices do, and what each fault makes of it.

Nothing may be undecrypted, malformed or with a bad FCS. No fault sends bad octets on purpose: a broken meter here is
silent, unheard, asleep or refused, so that nothing has to be excused. A story says what its capture has to show and
what it must not show, for a capture of nothing is clean too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hanbench.emulator.clock import VirtualClock, run
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.harness.capture import keyfile, recording
from hanbench.harness.faults import FAULTS
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import Han
from hanbench.harness.han.settings import settings_for
from hanbench.profiles.cohorts import household
from hanbench.profiles.rulesets import Cohort
from tests.interop.air_scenarios import AIR_SCENARIOS, WAKE
from tests.interop.fault_signatures import FAULT_SIGNATURES, FAULT_STORIES, SILENT
from tests.interop.filters import NEW_CHANNEL, OLD_CHANNEL, on

if TYPE_CHECKING:
    from tests.interop.reference_dissectors import Reader
    from tests.interop.tshark import Tshark, Verdict

STORIES = AIR_SCENARIOS | FAULT_STORIES
each_story = pytest.mark.parametrize("story", STORIES)


class Recorded(NamedTuple):
    """A story's capture, with the keys beside it."""

    capture: Path
    places: dict[str, int]
    """Short addresses by device; the last frame of formation, and in `since` the last that filters do not look at."""


Record = Callable[[str], Recorded]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """`recorded(story)`: its capture, made once."""
    folder = tmp_path_factory.mktemp("han")
    return cache(lambda name: _record(name, folder / f"{name}.pcapng"))


def _record(name: str, capture: Path) -> Recorded:
    story, clock, start = STORIES[name], VirtualClock(), datetime(2022, 4, 4, tzinfo=UTC)
    settings = settings_for(household(Cohort.IOC))
    if story.era is not None:
        places_of = ("hub", "esme", "gsme")
        later = {place: replace(getattr(settings, place), smart_energy=story.era) for place in places_of}
        settings = replace(settings, **later)
    han = Han(settings, seed=name, start=start, clock=clock, ihd=story.display)
    ring = keyfile.KeyRing()
    places: dict[str, int] = {}

    for device in han.devices:
        ring.follow(device.name, device.storage)

    async def play() -> None:
        await form(han)
        places["formed"] = han.air.frames
        if story.healthy_first:
            await asyncio.sleep(WAKE)
        places["since"] = 0 if story.from_the_start else han.air.frames
        for device in han.devices:
            assert device.storage.network is not None
            places[device.name] = device.storage.network.short
        await story.tell(han)

    with recording(han.air, capture, epoch=start):
        run(clock, play())
    keyfile.write(keyfile.beside(capture), ring)
    return Recorded(capture, places)


def _found(tshark: Tshark, recorded: Recorded, wanted: str, healthy: bool = False) -> list[list[str]]:
    span = "frame.number > {formed} && frame.number <= {since}" if healthy else "frame.number > {since}"
    where = f"{span} && ({wanted})".format(**recorded.places)
    return tshark.fields(recorded.capture, "frame.number", where=where)


@each_story
def test_tshark_has_nothing_to_object(
    story: str, recorded: Record, clean: Callable[..., Verdict], tshark: Tshark
) -> None:
    capture, foreign = recorded(story).capture, STORIES[story].foreign
    # The devices of the home belong to the years before SE 1.2, unless the story says otherwise.
    version = "" if STORIES[story].era is SmartEnergyEra.SE_1_2 else "zbee_aps.zbeeseversion:SE 1.1b"
    unread = {int(number) for (number,) in tshark.fields(capture, "frame.number", where=foreign)} if foreign else set()
    clean(capture, preferring=version, unread=unread)


@each_story
def test_the_capture_shows_what_the_story_tells(story: str, recorded: Record, tshark: Tshark) -> None:
    told, wanted, unwanted = recorded(story), STORIES[story].shows, STORIES[story].never
    with ThreadPoolExecutor(2) as pool:
        shown = dict(zip(wanted, pool.map(partial(_found, tshark, told), wanted), strict=True))
        amiss = dict(zip(unwanted, pool.map(partial(_found, tshark, told), unwanted), strict=True))
    assert [each for each in wanted if not shown[each]] == []
    assert {each: found for each, found in amiss.items() if found} == {}


@each_story
def test_other_readers_find_the_same_in_every_header(
    story: str, recorded: Record, reader: Reader, agree: Callable[..., None]
) -> None:
    agree(recorded(story).capture, reader)


def test_every_fault_is_judged() -> None:
    assert FAULT_SIGNATURES.keys() == FAULTS.keys()


@pytest.mark.parametrize("story", [name for name, story in STORIES.items() if story.bite])
def test_a_fault_bites_in_a_frame_that_no_healthy_home_has(story: str, recorded: Record, tshark: Tshark) -> None:
    told, bite = recorded(story), STORIES[story].bite
    assert _found(tshark, told, bite, healthy=True) == []
    first = next(iter(_found(tshark, told, bite)), None)
    assert first is not None
    print(f"{story}: bites first in frame {first[0]}, {int(first[0]) - told.places['since']} after it was injected")


@pytest.mark.parametrize("name", sorted(SILENT))
def test_a_fault_that_silences_the_meter_bites_in_no_frame(name: str, recorded: Record, tshark: Tshark) -> None:
    told = recorded(f"fault-{name}")
    assert _found(tshark, told, "wpan.src16 == {gsme}", healthy=True)
    assert not _found(tshark, told, "wpan.src16 == {gsme}")


SEARCHES = ("channel-change", "fault-out-of-range", "fault-jammed-channel", "fault-wrong-channel")
"""Stories in which the gas meter looks for its network on other channels, or is told not to."""


@pytest.mark.parametrize("story", SEARCHES)
def test_nothing_but_beacon_requests_goes_out_on_a_channel_that_is_scanned(
    story: str, recorded: Record, tshark: Tshark
) -> None:
    """802.15.4-2011, 5.1.2.1: the MAC suspends its other work during a scan."""
    assert not _found(tshark, recorded(story), f"zbee_nwk && !({on(OLD_CHANNEL)} || {on(NEW_CHANNEL)})")

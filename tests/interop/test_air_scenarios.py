"""The emulated HAN itself before the judges: what its devices do, and what each fault makes of it.

Nothing may be undecrypted, malformed or with a bad FCS. No fault sends bad octets on purpose: a broken meter here is
silent, unheard, asleep or refused, so that nothing has to be excused. A scenario says what its capture has to show and
what it must not show, for a capture of nothing is clean too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.harness.case.fault_catalogue import FAULTS_OF_EVERY_HAN
from hanbench.harness.han.han import Han
from tests.interop.air_scenarios import AIR_SCENARIOS, WAKE
from tests.interop.fault_signatures import FAULT_SCENARIOS, FAULT_SIGNATURES, SILENT
from tests.interop.filters import NEW_CHANNEL, OLD_CHANNEL, on
from tests.support.han import home_settings, run_on_han

if TYPE_CHECKING:
    from tests.interop.reference_dissectors import Reader
    from tests.interop.tshark import Tshark, Verdict

SCENARIOS = AIR_SCENARIOS | FAULT_SCENARIOS
each_scenario = pytest.mark.parametrize("scenario", SCENARIOS)


class Recorded(NamedTuple):
    """A scenario's capture, with the keys beside it."""

    capture: Path
    places: dict[str, int]
    """Short addresses by device; the last frame of formation, and in `since` the last that filters do not look at."""


Record = Callable[[str], Recorded]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """`recorded(scenario)`: its capture, made once."""
    folder = tmp_path_factory.mktemp("han")
    return cache(lambda name: _record(name, folder / f"{name}.pcapng"))


def _record(name: str, capture: Path) -> Recorded:
    scenario = SCENARIOS[name]
    eras = {} if scenario.era is None else dict.fromkeys(("hub", "esme", "gsme"), scenario.era)
    settings = home_settings(slow_background=False, eras=eras, channel=OLD_CHANNEL)
    places: dict[str, int] = {}

    async def whole(han: Han) -> None:
        places["formed"] = han.air.frames
        if scenario.healthy_first:
            await asyncio.sleep(WAKE)
        places["since"] = 0 if scenario.from_the_start else han.air.frames
        for device in han.devices:
            assert device.storage.network is not None
            places[device.name] = device.storage.network.short
        await scenario.run(han)

    run_on_han(whole, seed=name, settings=settings, display=scenario.display, formed=True, settle=0, capture=capture)
    return Recorded(capture, places)


def _found(tshark: Tshark, recorded: Recorded, wanted: str, healthy: bool = False) -> list[list[str]]:
    span = "frame.number > {formed} && frame.number <= {since}" if healthy else "frame.number > {since}"
    where = f"{span} && ({wanted})".format(**recorded.places)
    return tshark.fields(recorded.capture, "frame.number", where=where)


@each_scenario
def test_tshark_has_nothing_to_object(
    scenario: str, recorded: Record, clean: Callable[..., Verdict], tshark: Tshark
) -> None:
    capture, foreign = recorded(scenario).capture, SCENARIOS[scenario].foreign
    # The devices of the home belong to the years before SE 1.2, unless the scenario says otherwise.
    version = "" if SCENARIOS[scenario].era is SmartEnergyEra.SE_1_2 else "zbee_aps.zbeeseversion:SE 1.1b"
    unread = {int(number) for (number,) in tshark.fields(capture, "frame.number", where=foreign)} if foreign else set()
    clean(capture, preferring=version, unread=unread)


@each_scenario
def test_the_capture_shows_what_happens_in_the_scenario(scenario: str, recorded: Record, tshark: Tshark) -> None:
    captured, wanted, unwanted = recorded(scenario), SCENARIOS[scenario].shows, SCENARIOS[scenario].never
    with ThreadPoolExecutor(2) as pool:
        shown = dict(zip(wanted, pool.map(partial(_found, tshark, captured), wanted), strict=True))
        amiss = dict(zip(unwanted, pool.map(partial(_found, tshark, captured), unwanted), strict=True))
    assert [each for each in wanted if not shown[each]] == []
    assert {each: found for each, found in amiss.items() if found} == {}


@each_scenario
def test_other_readers_find_the_same_in_every_header(
    scenario: str, recorded: Record, reader: Reader, agree: Callable[..., None]
) -> None:
    agree(recorded(scenario).capture, reader)


def test_every_fault_is_judged() -> None:
    """Those that need a repeater stand in test_repeater.py."""
    assert FAULT_SIGNATURES.keys() == set(FAULTS_OF_EVERY_HAN)


@pytest.mark.parametrize("scenario", [name for name, scenario in SCENARIOS.items() if scenario.bite])
def test_a_fault_bites_in_a_frame_that_no_healthy_home_has(scenario: str, recorded: Record, tshark: Tshark) -> None:
    captured, bite = recorded(scenario), SCENARIOS[scenario].bite
    assert _found(tshark, captured, bite, healthy=True) == []
    first = next(iter(_found(tshark, captured, bite)), None)
    assert first is not None
    after = int(first[0]) - captured.places["since"]
    print(f"{scenario}: bites first in frame {first[0]}, {after} after it was injected")


@pytest.mark.parametrize("name", sorted(SILENT))
def test_a_fault_that_silences_the_meter_bites_in_no_frame(name: str, recorded: Record, tshark: Tshark) -> None:
    captured = recorded(f"fault-{name}")
    assert _found(tshark, captured, "wpan.src16 == {gsme}", healthy=True)
    assert not _found(tshark, captured, "wpan.src16 == {gsme}")


SEARCHES = ("channel-change", "fault-out-of-range", "fault-jammed-channel", "fault-wrong-channel")
"""Scenarios in which the gas meter looks for its network on other channels, or is told not to."""


@pytest.mark.parametrize("scenario", SEARCHES)
def test_nothing_but_beacon_requests_goes_out_on_a_channel_that_is_scanned(
    scenario: str, recorded: Record, tshark: Tshark
) -> None:
    """802.15.4-2011, 5.1.2.1: the MAC suspends its other work during a scan."""
    assert not _found(tshark, recorded(scenario), f"zbee_nwk && !({on(OLD_CHANNEL)} || {on(NEW_CHANNEL)})")

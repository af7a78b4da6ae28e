"""The emulated HAN itself before the judges: what its devices do, and what each fault makes of it.

Nothing may be undecrypted, malformed or with a bad FCS. No fault sends bad octets on purpose: a broken meter here is
silent, unheard, asleep or refused, so that nothing has to be excused. A story says what its capture has to show and
what it must not show, for a capture of nothing is clean too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from emulator.clock import VirtualClock, run
from emulator.zigbee.nwk.join_states import JoinEvent
from emulator.zigbee.zdo import messages as zdp
from harness.bench import Han, called_back
from harness.build import settings_for
from harness.capture import keyfile, recording
from harness.checks import HanConnectivityCheck
from harness.faults import FAULTS, GSME_FAULTS, IMPAIRMENTS
from harness.migration.vocabulary import Verdict as Finding
from profiles.cohorts import household
from profiles.rulesets import Cohort

if TYPE_CHECKING:
    from judging.readings import Reader
    from judging.tshark import Tshark, Verdict

Tale = Callable[[Han], Awaitable[None]]
HOUR = 3600
WAKE = 2000
"""Seconds in which the gas meter wakes at least once."""
OLD_CHANNEL, NEW_CHANNEL = 15, 20


class Story(NamedTuple):
    """What happens on a HAN that has formed. In filters, `{gsme}` and the like are short addresses."""

    tell: Tale
    shows: tuple[str, ...]
    """Display filters that each find something in the capture."""
    never: tuple[str, ...] = ()
    """Display filters that find nothing."""
    display: bool = False
    from_the_start: bool = False
    """The formation is part of what the filters look at."""
    bite: str = ""
    """Of a fault: the display filter that finds nothing in a healthy hour, and something once it is injected."""
    healthy_first: bool = False
    """A healthy hour comes before what the filters look at."""


class Recorded(NamedTuple):
    """A story's capture, with the keys beside it."""

    capture: Path
    places: dict[str, int]
    """Short addresses by device; the last frame of formation, and in `since` the last that filters do not look at."""


async def _formation(han: Han) -> None:
    await asyncio.sleep(30)
    assert {device.storage.network.channel for device in han.devices if device.storage.network} == {OLD_CHANNEL}
    assert all(device.stack.joined for device in han.devices)


async def _an_hour(han: Han) -> None:
    await asyncio.sleep(HOUR + 100)


async def _past_a_keep_alive(han: Han) -> None:
    """The hub asks for one every two hours; the gas meter looks at its next wake."""
    await asyncio.sleep(2 * HOUR + WAKE)


async def _secured_rejoin(han: Han) -> None:
    joiner = han.gsme.stack.joiner
    assert joiner is not None
    joiner.event(JoinEvent.REJOIN)
    await asyncio.sleep(60)
    assert han.gsme.stack.joined


async def _trust_center_rejoin(han: Han) -> None:
    """Two rotations while the meter is asleep; then it may ask for the key that it has missed."""
    await FAULTS["network-key-lost"].inject(han)
    await FAULTS["network-key-lost"].heal(han)
    await asyncio.sleep(HOUR)
    assert {device.storage.active_key for device in han.devices} == {2}


async def _key_rotation(han: Han) -> None:
    trust_center = han.hub.stack.trust_center
    assert trust_center is not None
    trust_center.distribute()
    await asyncio.sleep(WAKE)
    assert all(device.storage.network_keys.keys() == {0, 1} for device in han.devices)
    assert {device.storage.active_key for device in han.devices} == {0}
    trust_center.switch()
    # The reply to its first report tells the sleeper that the key is in use; its second one is under it.
    await asyncio.sleep(2 * WAKE)
    assert {device.storage.active_key for device in han.devices} == {1}


async def _leave(han: Han) -> None:
    short = han.hub.short_of(han.settings.esme.ieee)
    assert short is not None
    request = zdp.MgmtLeaveReq(han.settings.esme.ieee)
    await called_back(lambda done: han.hub.stack.zdo.client.request(short, request, done))
    await asyncio.sleep(30)
    assert han.esme.storage.network is None


async def _channel_change(han: Han) -> None:
    han.hub.change_channel(NEW_CHANNEL)
    await asyncio.sleep(2 * WAKE)
    assert {device.storage.network.channel for device in han.devices if device.storage.network} == {NEW_CHANNEL}
    assert all(device.stack.joined for device in han.devices)


async def _check(han: Han) -> None:
    result = await HanConnectivityCheck().run(han)
    assert result.verdict is Finding.PASS


SLOW_TO_BITE = {"stale-link-key", "hub-restored", "hub-entry-lost"}
"""Faults that show when several reports have failed."""


def _broken(name: str) -> Tale:
    """The fault, and a check; what takes hours to show is given them."""

    async def tell(han: Han) -> None:
        await FAULTS[name].inject(han)
        if name in IMPAIRMENTS or name in SLOW_TO_BITE:
            await _past_a_keep_alive(han)
        result = await HanConnectivityCheck().run(han)
        if name in IMPAIRMENTS:
            assert (result.verdict, result.cause) == (Finding.PASS, None)
        else:
            assert result.verdict is (Finding.FAIL if name in GSME_FAULTS else Finding.INCONCLUSIVE)
            assert result.cause is FAULTS[name].subject

    return tell


POLL = "wpan.cmd == 0x04 && wpan.src16 == {gsme}"
FROM_GSME, TO_GSME = "zbee_nwk.src == {gsme}", "zbee_nwk.dst == {gsme}"
BEACON_REQUEST = "wpan.cmd == 0x07"
READ, ANSWER, REPORT = "zbee_zcl.cmd.id == 0x00", "zbee_zcl.cmd.id == 0x01", "zbee_zcl.cmd.id == 0x0a"
BASIC, TIME, KEEP_ALIVE, METERING = (f"zbee_aps.cluster == {cluster:#06x}" for cluster in (0, 0x0A, 0x25, 0x0702))
TRANSPORT_KEY, SWITCH_KEY = "zbee_aps.cmd.id == 0x05", "zbee_aps.cmd.id == 0x09"
LEAVE, REJOIN_REQUEST, REJOIN_RESPONSE = (f"zbee_nwk.cmd.id == {command}" for command in (4, 6, 7))
SECURED, UNSECURED = "zbee_nwk.security == 1", "zbee_nwk.security == 0"
PUSHED = f"{FROM_GSME} && {METERING} && {REPORT}"
ESME_ANSWERS = f"zbee_nwk.src == {{esme}} && {BASIC} && {ANSWER}"
"""The check proves with it that all but the gas meter works."""
HUB_ASKS, GSME_ANSWERS = f"{TO_GSME} && {READ}", f"{FROM_GSME} && {ANSWER}"


def _on(channel: int) -> str:
    return f"wpan-tap.ch_num == {channel}"


def _joined(name: str) -> str:
    return f"{TRANSPORT_KEY} && {UNSECURED} && zbee_nwk.dst == {{{name}}}"


TALES: dict[str, Story] = {
    "formation": Story(
        _formation,
        (
            "zbee_beacon",
            *(_joined(name) for name in ("esme", "gsme", "ihd")),
            *(f"wpan.cmd == 0x02 && wpan.asoc.addr == {{{name}}}" for name in ("esme", "gsme", "ihd")),
            *(f"zbee_aps.zdp_cluster == 0x0013 && zbee_nwk.src == {{{name}}}" for name in ("esme", "gsme", "ihd")),
        ),
        (REJOIN_REQUEST, LEAVE),
        display=True,
        from_the_start=True,
    ),
    "mirroring": Story(
        _formation,
        (
            f"{FROM_GSME} && zbee_zcl_se.met.cmd.srv_tx.id == 0x01",
            f"{TO_GSME} && zbee_zcl_se.met.cmd.srv_rx.id == 0x01",
            f"{PUSHED} && zbee_aps.dst == 32",
        ),
        from_the_start=True,
    ),
    "metering": Story(
        _an_hour,
        (
            PUSHED,
            f"zbee_nwk.src == {{ihd}} && {METERING} && {READ} && zbee_aps.dst == 1",
            f"zbee_nwk.src == {{esme}} && zbee_nwk.dst == {{ihd}} && {METERING} && {ANSWER}",
            f"zbee_nwk.src == {{ihd}} && {METERING} && {READ} && zbee_aps.dst == 32",
            f"zbee_nwk.src == {{hub}} && zbee_nwk.dst == {{ihd}} && {METERING} && {ANSWER}",
        ),
        display=True,
    ),
    "time": Story(
        _formation, (f"{FROM_GSME} && {TIME} && {READ}", f"{TO_GSME} && {TIME} && {ANSWER}"), from_the_start=True
    ),
    "keep-alive": Story(
        _past_a_keep_alive,
        (
            *(f"zbee_nwk.src == {{{name}}} && {KEEP_ALIVE} && {READ}" for name in ("esme", "gsme")),
            *(f"zbee_nwk.dst == {{{name}}} && {KEEP_ALIVE} && {ANSWER}" for name in ("esme", "gsme")),
        ),
    ),
    "secured-rejoin": Story(
        _secured_rejoin,
        (f"{FROM_GSME} && {REJOIN_REQUEST} && {SECURED}", f"{TO_GSME} && {REJOIN_RESPONSE} && {SECURED}", PUSHED),
        (TRANSPORT_KEY, f"{REJOIN_REQUEST} && {UNSECURED}"),
    ),
    "trust-center-rejoin": Story(
        _trust_center_rejoin,
        (
            f"{FROM_GSME} && {REJOIN_REQUEST} && {UNSECURED}",
            f"{TO_GSME} && {REJOIN_RESPONSE} && {UNSECURED}",
            _joined("gsme"),
            f"{PUSHED} && zbee.sec.key_seqno == 2",
        ),
    ),
    "key-rotation": Story(
        _key_rotation,
        (
            f"{TRANSPORT_KEY} && zbee_nwk.dst == 0xfffd",
            f"{TRANSPORT_KEY} && {TO_GSME}",
            SWITCH_KEY,
            f"{PUSHED} && zbee.sec.key_seqno == 0",
            f"{PUSHED} && zbee.sec.key_seqno == 1",
            "zbee_nwk.src == {ihd} && zbee.sec.key_seqno == 1",
        ),
        (REJOIN_REQUEST,),
        display=True,
    ),
    "leave": Story(
        _leave,
        (
            "zbee_aps.zdp_cluster == 0x0034 && zbee_nwk.dst == {esme}",
            "zbee_aps.zdp_cluster == 0x8034 && zbee_nwk.src == {esme}",
            f"{LEAVE} && zbee_nwk.src == {{esme}}",
        ),
        (REJOIN_REQUEST,),
    ),
    "channel-change": Story(
        _channel_change,
        (
            "zbee_aps.zdp_cluster == 0x0038",
            f"{BEACON_REQUEST} && {_on(OLD_CHANNEL)}",
            f"{FROM_GSME} && {REJOIN_REQUEST} && {_on(NEW_CHANNEL)}",
            f"{PUSHED} && {_on(NEW_CHANNEL)}",
            f"zbee_nwk.src == {{ihd}} && {_on(NEW_CHANNEL)}",
        ),
        display=True,
    ),
    "check": Story(
        _check,
        (
            ESME_ANSWERS,
            f"{HUB_ASKS} && {BASIC}",
            f"{HUB_ASKS} && {METERING}",
            f"{GSME_ANSWERS} && {BASIC}",
            f"{GSME_ANSWERS} && {METERING}",
        ),
    ),
}
SIGHTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "battery-dead": ((ESME_ANSWERS,), ("wpan.src16 == {gsme}", BEACON_REQUEST)),
    "radio-silent": ((ESME_ANSWERS,), ("wpan.src16 == {gsme}", BEACON_REQUEST)),
    "out-of-range": ((ESME_ANSWERS, POLL, BEACON_REQUEST), ("wpan.dst16 == {gsme}", GSME_ANSWERS)),
    "jammed-channel": ((ESME_ANSWERS, BEACON_REQUEST), (f"wpan.src16 == {{gsme}} && {_on(OLD_CHANNEL)}",)),
    "esme-dead": ((f"zbee_nwk.dst == {{esme}} && {BASIC} && {READ}",), ("wpan.src16 == {esme}",)),
    "wan-down": ((), (READ, ANSWER)),
    "bench-fault": ((), (READ, ANSWER)),
    "firmware-hung": ((ESME_ANSWERS, POLL, HUB_ASKS), (FROM_GSME,)),
    "network-key-lost": (
        (ESME_ANSWERS, SWITCH_KEY, POLL, f"{FROM_GSME} && zbee.sec.key_seqno == 0", HUB_ASKS),
        (f"{FROM_GSME} && zbee.sec.key_seqno != 0", GSME_ANSWERS, REJOIN_REQUEST),
    ),
    "frame-counter-reset": (
        (ESME_ANSWERS, f"{FROM_GSME} && zbee.sec.counter <= 1", GSME_ANSWERS),
        (f"{TO_GSME} && zbee_aps.type == 2",),
    ),
    "aged-out": (
        (ESME_ANSWERS, f"{LEAVE} && zbee_nwk.src == {{hub}} && {TO_GSME} && zbee_nwk.cmd.leave.rejoin == 1"),
        (GSME_ANSWERS, REJOIN_REQUEST),
    ),
    "wrong-channel": (
        (ESME_ANSWERS, "zbee_aps.zdp_cluster == 0x0038", f"{POLL} && {_on(OLD_CHANNEL)}"),
        (f"wpan.src16 == {{gsme}} && {_on(NEW_CHANNEL)}", GSME_ANSWERS),
    ),
    "hub-entry-lost": ((ESME_ANSWERS,), (HUB_ASKS, GSME_ANSWERS)),
    "flapping": ((ESME_ANSWERS,), (FROM_GSME, POLL)),
}
"""By fault: what one check shows after it, and what it must not show."""
REFUSED_MIRROR = "zbee_zcl_se.met.request_mirror_rsp.endpoint_id == 0xffff"
TERMINATE = "zbee_zcl_se.ke.terminate.status"
_NO_REGISTER = (ESME_ANSWERS, f"{GSME_ANSWERS} && {BASIC}"), (f"{GSME_ANSWERS} && {METERING}",)
"""What needs no link key is answered, and the register is not."""
SIGHTS |= {
    "stale-link-key": _NO_REGISTER,
    "aps-counter-reset": ((*_NO_REGISTER[0], PUSHED), (f"{TO_GSME} && zbee_aps.type == 2 && {METERING}",)),
    "hub-restored": _NO_REGISTER,
    "unknown-issuer": ((ESME_ANSWERS, f"{LEAVE} && {FROM_GSME}"), (GSME_ANSWERS,)),
    "bad-key-confirm": ((*_NO_REGISTER[0], "zbee_zcl_se.ke.macu"), (*_NO_REGISTER[1], "zbee_zcl_se.ke.macv")),
    "no-resources": (_NO_REGISTER[0], (*_NO_REGISTER[1], "zbee_zcl_se.ke.qeu")),
    "certificate-expired": (_NO_REGISTER[0], (*_NO_REGISTER[1], "zbee_zcl_se.ke.qeu")),
    "certificate-mismatch": (_NO_REGISTER[0], (*_NO_REGISTER[1], "zbee_zcl_se.ke.qeu")),
    "wrong-install-code": (
        (ESME_ANSWERS, "wpan.cmd == 0x02 && wpan.assoc.status == 0", f"{TRANSPORT_KEY} && {UNSECURED}"),
        (GSME_ANSWERS, "zbee_aps.zdp_cluster == 0x0013"),
    ),
    "trust-center-swapped": (
        (ESME_ANSWERS, f"{REJOIN_REQUEST} && {UNSECURED}", f"{TRANSPORT_KEY} && {UNSECURED}", "zbee_zcl_se.ke.macv"),
        (GSME_ANSWERS,),
    ),
    "pan-id-missed": ((ESME_ANSWERS, POLL), (GSME_ANSWERS, REJOIN_REQUEST)),
    "battery-low": ((ESME_ANSWERS, PUSHED), (GSME_ANSWERS,)),
    "mirror-refused": ((GSME_ANSWERS, f"{TO_GSME} && {REFUSED_MIRROR}"), (PUSHED,)),
    "mirror-wiped": ((f"{GSME_ANSWERS} && {METERING}", PUSHED), ()),
    "keep-alive-ignored": (
        (f"{GSME_ANSWERS} && {METERING}", f"{FROM_GSME} && {KEEP_ALIVE} && {READ}"),
        (f"{TO_GSME} && {KEEP_ALIVE} && {ANSWER}",),
    ),
    "clock-drift": ((f"{GSME_ANSWERS} && {METERING}", PUSHED), ()),
}
BITES = {
    "out-of-range": BEACON_REQUEST,
    "jammed-channel": BEACON_REQUEST,
    "esme-dead": f"zbee_nwk.dst == {{esme}} && {BASIC} && {READ}",
    "firmware-hung": HUB_ASKS,
    "network-key-lost": SWITCH_KEY,
    "frame-counter-reset": f"{FROM_GSME} && zbee.sec.counter <= 1",
    "aged-out": f"{LEAVE} && zbee_nwk.src == {{hub}}",
    "wrong-channel": "zbee_aps.zdp_cluster == 0x0038",
    "hub-entry-lost": f"{LEAVE} && zbee_nwk.src == {{hub}}",
    "stale-link-key": REJOIN_REQUEST,
    "aps-counter-reset": f"{PUSHED} && zbee.sec.counter <= 1",
    "hub-restored": REJOIN_REQUEST,
    "unknown-issuer": f"{TERMINATE} == 1",
    "bad-key-confirm": f"{TERMINATE} == 2",
    "no-resources": f"{TERMINATE} == 4",
    "certificate-expired": f"{TERMINATE} == 6",
    "certificate-mismatch": f"{TERMINATE} == 6",
    "wrong-install-code": f"{TRANSPORT_KEY} && {UNSECURED}",
    "trust-center-swapped": f"{REJOIN_REQUEST} && {UNSECURED}",
    "pan-id-missed": "zbee_nwk.cmd.id == 0x0a",
    "battery-low": f"{PUSHED} && zbee_zcl.attr.uint8 == 5",
    "mirror-refused": f"{TO_GSME} && {REFUSED_MIRROR}",
    "keep-alive-ignored": f"{FROM_GSME} && {KEEP_ALIVE} && {READ}",
}
"""By fault: the first frame where it bites. What silences the meter, or the WAN, bites in none."""
SILENT = {"battery-dead", "radio-silent", "flapping"}
STORIES = TALES | {
    f"fault-{name}": Story(_broken(name), *sights, bite=BITES.get(name, ""), healthy_first=True)
    for name, sights in SIGHTS.items()
}
each_story = pytest.mark.parametrize("story", STORIES)
Record = Callable[[str], Recorded]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Record:
    """`recorded(story)`: its capture, made once."""
    folder = tmp_path_factory.mktemp("han")
    return cache(lambda name: _record(name, folder / f"{name}.pcapng"))


def _record(name: str, capture: Path) -> Recorded:
    story, clock, start = STORIES[name], VirtualClock(), datetime(2022, 4, 4, tzinfo=UTC)
    han = Han(settings_for(household(Cohort.IOC)), seed=name, start=start, clock=clock, ihd=story.display)
    ring = keyfile.KeyRing()
    places: dict[str, int] = {}

    for device in han.devices:
        ring.follow(device.name, device.storage)

    async def play() -> None:
        await han.form()
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
def test_tshark_has_nothing_to_object(story: str, recorded: Record, clean: Callable[..., Verdict]) -> None:
    clean(recorded(story).capture)


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
    assert SIGHTS.keys() == FAULTS.keys()


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
    assert not _found(tshark, recorded(story), f"zbee_nwk && !({_on(OLD_CHANNEL)} || {_on(NEW_CHANNEL)})")

"""The emulated HAN itself before the judges: what its devices do, and what each fault makes of it.

Nothing may be undecrypted, malformed or with a bad FCS. No fault sends bad octets on purpose: a broken meter here is
silent, unheard, asleep or refused, so that nothing has to be excused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from emulator.clock import VirtualClock, run
from emulator.zigbee.nwk.join_states import JoinEvent
from emulator.zigbee.zdo import messages as zdp
from harness.bench import Han, called_back
from harness.build import settings_for
from harness.capture import keyfile, recording
from harness.checks import HanConnectivityCheck
from harness.faults import FAULTS
from profiles.cohorts import household
from profiles.rulesets import Cohort

if TYPE_CHECKING:
    from judging.readings import Reader
    from judging.tshark import Tshark, Verdict

Story = Callable[[Han], Awaitable[None]]
HOUR = 3600


async def _formation(han: Han) -> None:
    await asyncio.sleep(30)


async def _an_hour_of_metering(han: Han) -> None:
    await asyncio.sleep(HOUR + 100)


async def _secured_rejoin(han: Han) -> None:
    joiner = han.gsme.stack.joiner
    assert joiner is not None
    joiner.event(JoinEvent.REJOIN)
    await asyncio.sleep(60)


async def _trust_center_rejoin(han: Han) -> None:
    await FAULTS["network-key-lost"].inject(han)
    await FAULTS["network-key-lost"].heal(han)
    await asyncio.sleep(HOUR)


async def _key_rotation(han: Han) -> None:
    trust_center = han.hub.stack.trust_center
    assert trust_center is not None
    trust_center.distribute()
    await asyncio.sleep(HOUR)
    trust_center.switch()
    await asyncio.sleep(HOUR)


async def _leave(han: Han) -> None:
    short = han.hub.short_of(han.settings.esme.ieee)
    assert short is not None
    request = zdp.MgmtLeaveReq(han.settings.esme.ieee)
    await called_back(lambda done: han.hub.stack.zdo.client.request(short, request, done))
    await asyncio.sleep(30)


async def _channel_change(han: Han) -> None:
    han.hub.change_channel(20)
    await asyncio.sleep(2 * HOUR)


async def _check(han: Han) -> None:
    await HanConnectivityCheck().run(han)


def _fault(name: str) -> Story:
    async def story(han: Han) -> None:
        await FAULTS[name].inject(han)
        await HanConnectivityCheck().run(han)

    return story


STORIES: dict[str, tuple[Story, str]] = {
    "formation": (_formation, "zbee_aps.cmd.id == 0x05"),
    "metering": (_an_hour_of_metering, "zbee_aps.cluster == 0x0702 && zbee_zcl.cmd.id == 0x0a"),
    "mirroring": (_formation, "zbee_zcl_se.met.cmd.srv_tx.id == 0x01"),
    "time": (_formation, "zbee_aps.cluster == 0x000a && zbee_zcl.cmd.id == 0x01"),
    "keep-alive": (_an_hour_of_metering, "zbee_aps.cluster == 0x0025 && zbee_zcl.cmd.id == 0x01"),
    "secured-rejoin": (_secured_rejoin, "zbee_nwk.cmd.id == 0x07 && zbee_nwk.security == 1"),
    "trust-center-rejoin": (_trust_center_rejoin, "zbee_nwk.cmd.id == 0x06 && zbee_nwk.security == 0"),
    "key-rotation": (_key_rotation, "zbee_aps.cmd.id == 0x09"),
    "leave": (_leave, "zbee_nwk.cmd.id == 0x04"),
    "channel-change": (_channel_change, "wpan-tap.ch_num == 20"),
    "check": (_check, "zbee_aps.cluster == 0x0702 && zbee_zcl.cmd.id == 0x01"),
    **{f"fault-{name}": (_fault(name), "wpan") for name in FAULTS},
}
each_story = pytest.mark.parametrize("story", STORIES)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """`recorded(story)`: its capture, made once, with the keys beside it."""
    folder = tmp_path_factory.mktemp("han")

    @cache
    def record(name: str) -> Path:
        capture = folder / f"{name}.pcapng"
        clock = VirtualClock()
        start = datetime(2022, 4, 4, tzinfo=UTC)
        display = not name.startswith("fault")
        han = Han(settings_for(household(Cohort.IOC), quiet=True), seed=name, start=start, clock=clock, ihd=display)
        ring = keyfile.KeyRing()

        async def play() -> None:
            await han.form()
            for device in han.devices:
                ring.add_device(device.name, device.storage)
            await STORIES[name][0](han)

        with recording(han.air, capture, epoch=start):
            run(clock, play())
        for device in han.devices:
            ring.add_device(device.name, device.storage)
        keyfile.write(keyfile.beside(capture), ring)
        return capture

    return record


@each_story
def test_tshark_has_nothing_to_object(
    story: str, recorded: Callable[[str], Path], tshark: Tshark, clean: Callable[..., Verdict]
) -> None:
    clean(recorded(story))
    assert tshark.fields(recorded(story), "frame.number", where=STORIES[story][1], two_passes=True)


@each_story
def test_other_readers_find_the_same_in_every_header(
    story: str, recorded: Callable[[str], Path], reader: Reader, agree: Callable[..., None]
) -> None:
    agree(recorded(story), reader)

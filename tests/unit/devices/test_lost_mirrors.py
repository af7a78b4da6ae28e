"""A gas meter whose mirror the hub has lost asks for another one, at its next wake and not before.

The hub answers as Silicon Labs' meter-mirror.c (simplicity_sdk) does, which keeps its mirrors in RAM: it refuses a
report of a meter that it does not mirror with NOT_AUTHORIZED.
"""

from __future__ import annotations

import asyncio
from functools import partial

import pytest

from hanbench.emulator.devices.gsme import MirrorState
from hanbench.emulator.devices.ids import HUB
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl.clusters import METERING
from hanbench.emulator.zcl.clusters.metering import MeteringAttributes, RequestMirror
from hanbench.emulator.zcl.frame import GLOBAL, TO_SERVER, ZclFrame
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.harness.case.check import Verdict
from hanbench.harness.faults import FAULTS
from hanbench.harness.han.head_end import called_back
from tests.support.han import check_connectivity, run_on_han

HOUR = 3600
REPORT = 0x0A
on_han = partial(run_on_han, seed="lost mirror", settle=HOUR)


def requests(han):
    """The times at which the meter asks for a mirror."""
    times = []
    handlers = han.hub.endpoint.clients[METERING.id]._handlers
    former = handlers[RequestMirror]

    def asked(command, indication):
        times.append(han.clock.now)
        return former.handle(command, indication)

    handlers[RequestMirror] = former._replace(handle=asked)
    return times


def refuse_next(han, status, *, secured=True):
    """The hub answers the meter's next report with a Default Response, as a hub that has lost the mirror may."""
    mirror = han.hub.mirrors[han.gsme.storage.ieee]
    answered: list[int] = []

    def reported():
        if answered:
            return
        answered.append(han.clock.now)
        payload = foundation.encode(foundation.DefaultResponse(REPORT, status))
        frame = ZclFrame(GLOBAL, TO_SERVER, 0x55, foundation.DefaultResponse.COMMAND, payload, None, True)
        short = han.hub.short_of(han.gsme.storage.ieee)
        han.hub.stack.aps.send(
            ApsRequest(short, METERING.id, frame.encode(), 0x0109, mirror.endpoint.id, 1, True, secured)
        )

    mirror.on_update = reported
    return answered


def test_a_meter_whose_mirror_is_lost_gets_another_one():
    async def scenario(han):
        ieee, wake = han.gsme.storage.ieee, han.settings.gsme.wake_interval // 1_000_000
        asked = requests(han)
        han.hub.mirrors.close(ieee)
        await asyncio.sleep(3.5 * wake)
        assert len(asked) == 1
        mirror = han.hub.mirrors[ieee]
        assert han.gsme.mirror_state is MirrorState.MIRRORED
        assert han.gsme.flash.mirror == mirror.endpoint.id
        assert mirror.server.get(MeteringAttributes.CurrentSummationDelivered) > 0
        assert (await check_connectivity(han)).verdict is Verdict.PASS

    on_han(scenario)


def test_a_hub_that_loses_its_mirrors_in_a_power_cut_gives_them_again():
    async def scenario(han):
        han.hub.power_off()
        await asyncio.sleep(60)
        han.hub.flash.mirrors.clear()
        han.hub.power_on()
        await asyncio.sleep(6 * HOUR)
        assert han.hub.mirrors[han.gsme.storage.ieee].updated is not None

    on_han(scenario)


@pytest.mark.parametrize(
    ("status", "asks"),
    [
        (Status.NOT_AUTHORIZED, True),
        (Status.NOT_FOUND, True),
        (Status.UNSUPPORTED_CLUSTER, True),
        (Status.SUCCESS, False),
        (Status.FAILURE, False),
        (0x99, False),
    ],
)
def test_the_meter_asks_at_its_next_wake(status, asks):
    async def scenario(han):
        asked, answered = requests(han), refuse_next(han, status)
        wake = han.settings.gsme.wake_interval
        await asyncio.sleep(2.5 * wake / 1_000_000)
        assert len(answered) == 1
        assert bool(asked) is asks
        if asks:
            assert asked[0] - answered[0] > wake / 2

    on_han(scenario)


def test_who_has_the_network_key_alone_takes_no_mirror_away():
    async def scenario(han):
        asked, answered = requests(han), refuse_next(han, Status.NOT_AUTHORIZED, secured=False)
        await asyncio.sleep(2 * HOUR)
        assert answered
        assert not asked
        assert han.gsme.mirror_state is MirrorState.MIRRORED

    on_han(scenario)


def test_a_hub_that_says_nothing_is_believed():
    """The fault `mirror-wiped`: the endpoint is gone, and what comes to it is dropped."""

    async def scenario(han):
        asked = requests(han)
        await FAULTS["mirror-wiped"].inject(han)
        await asyncio.sleep(3 * HOUR)
        assert not asked
        await FAULTS["mirror-wiped"].heal(han)
        await asyncio.sleep(2 * HOUR)
        assert han.gsme.storage.ieee in han.hub.mirrors

    on_han(scenario)


def test_an_endpoint_without_a_mirror_is_in_no_descriptor_and_has_no_register():
    async def scenario(han):
        endpoint = han.gsme.flash.mirror
        han.hub.mirrors.close(han.gsme.storage.ieee)
        reply = await called_back(lambda done: han.esme.endpoint.read(HUB, endpoint, METERING.id, (0,), done))
        assert reply.status == Status.UNSUPPORTED_CLUSTER
        assert endpoint not in [each.endpoint for each in han.hub.stack.management.descriptors]
        beyond = han.settings.hub.first_mirror_endpoint + han.settings.hub.mirrors
        before = han.hub.stack.counters["no-endpoint"]
        reply = await called_back(lambda done: han.esme.endpoint.read(HUB, beyond, METERING.id, (0,), done))
        assert not reply.ok
        assert han.hub.stack.counters["no-endpoint"] == before + 1

    on_han(scenario)

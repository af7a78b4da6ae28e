"""Key establishment on a whole HAN: peers that stop half-way, pacing, room at the hub, and nothing left behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from hanbench.emulator.clock import MINUTE, SECOND
from hanbench.emulator.devices.key_establishment.responder import MESSAGE_WAIT
from hanbench.emulator.zcl import TO_SERVER, ZclFrame, on
from hanbench.emulator.zcl.clusters import KEY_ESTABLISHMENT
from hanbench.emulator.zcl.clusters.key_establishment import (
    SUITE_1,
    ConfirmKeyDataRequest,
    ConfirmKeyDataResponse,
    EphemeralDataRequest,
    EphemeralDataResponse,
    InitiateKeyEstablishmentRequest,
    InitiateKeyEstablishmentResponse,
    ServerTerminateKeyEstablishment,
    TerminateKeyEstablishment,
    TerminateStatus,
)
from hanbench.emulator.zigbee.aps.data import ApsRequest
from hanbench.emulator.zigbee.nwk.join_states import JoinState
from hanbench.emulator.zigbee.storage import KeyOrigin, LinkKey
from tests.support.han import run_on_han

on_han = partial(run_on_han, seed="agree")

STEPS = (InitiateKeyEstablishmentRequest, EphemeralDataRequest, ConfirmKeyDataRequest)


def lose_key(han):
    """The electricity meter and the hub have but the install code's key for each other."""
    esme, hub = han.esme, han.hub
    hub.preauthorise(esme.storage.ieee, esme.settings.joining_key)
    preconfigured = hub.storage.link_keys[esme.storage.ieee].key
    esme.storage.link_keys[hub.storage.ieee] = LinkKey(preconfigured)


def keys(han):
    esme, hub = han.esme.storage, han.hub.storage
    return esme.link_keys[hub.ieee], hub.link_keys[esme.ieee]


def agreed(han):
    mine, theirs = keys(han)
    return mine.key == theirs.key and mine.origin is theirs.origin is KeyOrigin.ESTABLISHED


def nobody_has_a_key(han):
    return all(link.origin is KeyOrigin.PRECONFIGURED for link in keys(han))


def test_a_lost_key_is_agreed_anew_within_seconds():
    async def scenario(han):
        lose_key(han)
        han.esme.keys.ensure(han.esme.secured)
        await asyncio.sleep(3)
        assert agreed(han)
        assert han.hub.responder.sessions == 0

    on_han(scenario)


@pytest.mark.parametrize("step", STEPS)
def test_an_initiator_that_goes_silent_leaves_nothing_at_the_hub(step):
    async def scenario(han):
        lose_key(han)
        handler = han.hub.responder.side.handler(step)

        def cut(command, indication):
            answer = handler.handle(command, indication)
            han.radio("esme").muted = True
            return answer

        han.hub.responder.side.add(on(step, cut))
        han.esme.keys.ensure(han.esme.secured)
        await asyncio.sleep(5)
        await asyncio.sleep(MESSAGE_WAIT / SECOND + 20)
        assert han.hub.responder.sessions == 0
        assert nobody_has_a_key(han)
        han.hub.responder.side.add(handler)
        han.radio("esme").muted = False
        await asyncio.sleep(1200)
        assert agreed(han)

    on_han(scenario)


@pytest.mark.parametrize("step", STEPS)
def test_a_hub_that_goes_silent_leaves_no_key_at_the_initiator(step):
    async def scenario(han):
        lose_key(han)
        handler = han.hub.responder.side.handler(step)

        def cut(command, indication):
            han.radio("hub").muted = True

        han.hub.responder.side.add(on(step, cut))
        han.esme.keys.ensure(han.esme.secured)
        await asyncio.sleep(60)
        assert not han.esme.keys._initiator.busy or han.esme.keys.last is not None
        assert nobody_has_a_key(han)
        han.hub.responder.side.add(handler)
        han.radio("hub").muted = False
        await asyncio.sleep(1200)
        assert agreed(han)
        assert han.hub.responder.sessions == 0

    on_han(scenario)


@pytest.mark.parametrize("who", ["hub", "esme"])
@pytest.mark.parametrize("step", STEPS)
def test_a_power_cut_in_the_middle_is_made_good(who, step):
    async def scenario(han):
        lose_key(han)
        device = getattr(han, who)
        handler = han.hub.responder.side.handler(step)

        def cut(command, indication):
            answer = handler.handle(command, indication)
            han.clock.call_later(0, device.power_off)
            return answer

        han.hub.responder.side.add(on(step, cut))
        han.esme.keys.ensure(han.esme.secured)
        await asyncio.sleep(30)
        assert not device.powered
        han.hub.responder.side.add(handler)
        device.power_on()
        await asyncio.sleep(1200)
        assert agreed(han)
        assert han.hub.responder.sessions == 0

    on_han(scenario)


def test_ten_failures_are_followed_by_a_pause_and_longer_ones():
    async def scenario(han):
        times = []

        def refuse(request, indication):
            times.append(han.clock.now)
            return ServerTerminateKeyEstablishment(TerminateStatus.INVALID_CERTIFICATE, 0, SUITE_1)

        han.hub.responder.side.add(on(InitiateKeyEstablishmentRequest, refuse))
        lose_key(han)
        han.esme.keys.ensure(han.esme.secured)
        await asyncio.sleep(4 * 3600)
        pauses = [(b - a) // SECOND for a, b in pairwise(times)]
        assert pauses[:9] == [10] * 9
        assert pauses[9] == 15 * 60
        assert all(later == 2 * earlier for earlier, later in pairwise(pauses[9:]))
        assert nobody_has_a_key(han)

    on_han(scenario)


def test_who_finds_no_room_waits_as_long_as_the_hub_says():
    async def scenario(han):
        han.hub.conduct = replace(han.hub.conduct, key_establishments=0)
        lose_key(han)
        han.esme.keys.ensure(han.esme.secured)
        await asyncio.sleep(5)
        assert han.esme.keys.last.status is TerminateStatus.NO_RESOURCES
        assert han.esme.keys.last.wait == 30 * SECOND
        han.hub.conduct = replace(han.hub.conduct, key_establishments=1)
        await asyncio.sleep(20)
        assert nobody_has_a_key(han)
        await asyncio.sleep(15)
        assert agreed(han)

    on_han(scenario)


def test_who_is_told_that_nobody_knows_its_issuer_leaves():
    async def scenario(han):
        lose_key(han)
        refused = ServerTerminateKeyEstablishment(TerminateStatus.UNKNOWN_ISSUER, 0, SUITE_1)
        han.hub.responder.side.add(on(InitiateKeyEstablishmentRequest, lambda request, indication: refused))
        han.esme.keys.ensure(han.esme.secured)
        await asyncio.sleep(5)
        assert han.esme.stack.joiner.state is JoinState.OUT
        assert set(han.esme.storage.link_keys) == {0}

    on_han(scenario)


def test_a_key_is_renewed_at_most_once_in_a_quarter_of_an_hour():
    async def scenario(han):
        seen = {keys(han)[0].key}
        start = han.clock.now
        while han.clock.now < start + 44 * MINUTE:
            han.esme.keys.renew()
            await asyncio.sleep(10)
            seen.add(keys(han)[0].key)
            assert agreed(han)
        assert len(seen) == 1 + 3

    on_han(scenario)


@pytest.mark.parametrize("step", STEPS[1:])
def test_a_message_without_a_session_is_terminated_and_starts_nothing(step):
    async def scenario(han):
        answers = []
        han.esme.keys._initiator.side.add(
            on(ServerTerminateKeyEstablishment, lambda command, indication: answers.append(command.status_code))
        )
        han.esme.endpoint.command(0, 1, KEY_ESTABLISHMENT.id, step(bytes(22)))
        await asyncio.sleep(2)
        assert answers == [TerminateStatus.BAD_MESSAGE]
        assert han.hub.responder.sessions == 0
        assert agreed(han)

    on_han(scenario)


@pytest.mark.parametrize("octets", [b"", b"\x01", b"\x01\x00\x01\x01", b"\x02\x00\x01\x01" + bytes(74), bytes(120)])
@pytest.mark.parametrize("command", range(5))
def test_nonsense_on_the_cluster_starts_no_session_and_spoils_no_key(command, octets):
    async def scenario(han):
        frame = ZclFrame(1, TO_SERVER, 77, command, octets, None, True).encode()
        han.esme.stack.aps.send(ApsRequest(0, KEY_ESTABLISHMENT.id, frame, 0x0109, src_endpoint=1, dst_endpoint=1))
        await asyncio.sleep(5)
        assert han.hub.responder.sessions == 0
        assert agreed(han)

    on_han(scenario)


def test_answers_from_somebody_else_are_not_taken():
    async def scenario(han):
        lose_key(han)
        esme = han.esme
        esme.keys.ensure(esme.secured)
        session = esme.keys._initiator._session
        stranger = type("Indication", (), {"src": 0x7777, "src_endpoint": 1, "cluster": 0x0800})()
        answers = (
            InitiateKeyEstablishmentResponse(1, 1, 1, b""),
            EphemeralDataResponse(b""),
            ConfirmKeyDataResponse(b""),
        )
        for answer in answers:
            handler = esme.keys._initiator.side.handler(type(answer))
            assert handler.handle(answer, stranger) is None
        assert esme.keys._initiator._session is session
        await asyncio.sleep(5)
        assert agreed(han)

    on_han(scenario)


@pytest.mark.parametrize("late", [EphemeralDataResponse(bytes(22)), ConfirmKeyDataResponse(bytes(16))])
def test_a_message_of_a_session_that_is_over_is_refused(late):
    """SE 1.4 (07-5356-21), annex C.4.2, effect on receipt: not in the middle of key establishment, BAD_MESSAGE.

    The misbehaviour: zsmartsystems/com.zsmartsystems.zigbee#840.
    """

    async def scenario(han):
        refused = []
        han.hub.responder.side.add(on(TerminateKeyEstablishment, lambda command, source: refused.append(command)))
        han.hub.endpoint.command(han.hub.short_of(han.esme.storage.ieee), 1, KEY_ESTABLISHMENT.id, late)
        await asyncio.sleep(5)
        assert [command.status_code for command in refused] == [TerminateStatus.BAD_MESSAGE]
        assert agreed(han)

    on_han(scenario)

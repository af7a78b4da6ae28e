"""Tunnels between hub and electricity meter, and what happens to meters told and kept, on a whole HAN."""

from __future__ import annotations

import asyncio

import pytest

from hanbench.emulator.devices.services.events import KEPT
from hanbench.emulator.randomness import split
from hanbench.emulator.zcl import on
from hanbench.emulator.zcl.clusters import EVENTS, TUNNELING
from hanbench.emulator.zcl.clusters.event_ids import EVENT_IDS
from hanbench.emulator.zcl.clusters.events import (
    ANY_EVENT,
    ClearedLogs,
    ClearEventLogRequest,
    GetEventLog,
    LogId,
    WantedLog,
)
from hanbench.emulator.zcl.clusters.tunneling import (
    GetSupportedTunnelProtocols,
    RequestTunnel,
    TransferData,
    TransferDataStatus,
    TunnelStatus,
)
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.harness.han.head_end import called_back
from tests.support.han import command, home_settings, run_on_han

HOUR = 3600
EARLY, LATE = SmartEnergyEra.SE_1_1, SmartEnergyEra.SE_1_2


def on_han(scenario, *, era=EARLY):
    """The scenario is also given the electricity meter's short address."""
    run_on_han(
        lambda han: scenario(han, han.hub.short_of(han.esme.storage.ieee)),
        seed="tunnel",
        settings=home_settings(eras=dict.fromkeys(("hub", "esme", "gsme"), era)),
    )


async def opened(han, short):
    return await called_back(lambda done: han.hub.tunnels.open(short, 1, done))


@pytest.mark.parametrize("length", [1, 60, 300, 1500])
def test_octets_go_through_a_tunnel_and_come_back(length):
    async def scenario(han, short):
        tunnel, came = await opened(han, short), []
        han.hub.tunnels.on_data = lambda *arrived: came.append(arrived)
        data = split(length, "data").randbytes(length)
        han.hub.tunnels.send(short, tunnel, data)
        await asyncio.sleep(30)
        assert came == [(short, tunnel, data)]
        han.hub.tunnels.close(short, tunnel)
        await asyncio.sleep(2)
        assert han.esme.tunnel.open == 0

    on_han(scenario)


def test_a_meter_has_so_many_tunnels_and_no_more():
    async def scenario(han, short):
        first, second = await opened(han, short), await opened(han, short)
        assert first != second
        assert await opened(han, short) is None
        han.hub.tunnels.close(short, first)
        await asyncio.sleep(2)
        assert await opened(han, short) not in (None, second)

    on_han(scenario)


def test_an_unknown_protocol_is_refused_and_the_known_one_is_listed():
    async def scenario(han, short):
        request = RequestTunnel(3, 0xFFFF, flow_control_support=False, maximum_incoming_transfer_size=100)

        async def ask(request):
            return (await command(han, han.esme, TUNNELING, request)).command

        assert (await ask(request)).tunnel_status == TunnelStatus.PROTOCOL_NOT_SUPPORTED
        flow = request.replace(protocol_id=0, flow_control_support=True)
        assert (await ask(flow)).tunnel_status == TunnelStatus.FLOW_CONTROL_NOT_SUPPORTED
        listed = await ask(GetSupportedTunnelProtocols(protocol_offset=0))
        assert [protocol.protocol_id for protocol in listed.protocols] == [0]
        assert listed.protocol_list_complete

    on_han(scenario)


def test_an_idle_tunnel_is_closed_and_the_hub_is_told():
    async def scenario(han, short):
        tunnel = await opened(han, short)
        await asyncio.sleep(250)
        han.hub.tunnels.send(short, tunnel, b"still here")
        await asyncio.sleep(250)
        assert han.esme.tunnel.open == 1
        await asyncio.sleep(60)
        assert han.esme.tunnel.open == 0
        assert han.hub.tunnels.tunnels == {}

    on_han(scenario)


def test_an_identifier_that_comes_round_is_not_that_of_an_open_tunnel():
    """Identifiers have 16 bits, and 0xFFFF is none (SE 1.4a, D.6.2.4.1)."""

    async def scenario(han, short):
        first = await opened(han, short)
        han.esme.tunnel._next = first
        second = await opened(han, short)
        assert second not in (first, None)
        assert han.esme.tunnel.open == 2
        await asyncio.sleep(310)
        assert han.esme.tunnel.open == 0

    on_han(scenario)


def test_a_transfer_without_a_tunnel_is_answered_with_an_error():
    async def scenario(han, short):
        errors = []
        han.hub.tunnels.on_error = lambda *error: errors.append(error)
        han.hub.endpoint.command(short, 1, TUNNELING.id, TransferData(77, b"x"))
        await asyncio.sleep(2)
        assert errors == [(short, 77, TransferDataStatus.NO_SUCH_TUNNEL)]

    on_han(scenario)


def test_nobody_uses_a_tunnel_of_somebody_else():
    async def scenario(han, short):
        tunnel = await opened(han, short)
        served: list[bytes] = []
        han.esme.tunnel.serve = served.append
        han.esme.tunnel._tunnels[tunnel].short ^= 1
        han.hub.tunnels.send(short, tunnel, b"x")
        await asyncio.sleep(2)
        assert served == []

    on_han(scenario)


def test_too_much_for_the_client_is_not_sent():
    async def scenario(han, short):
        tunnel = await opened(han, short)
        assert not han.esme.tunnel.send(tunnel, bytes(1501))
        assert not han.esme.tunnel.send(99, b"x")
        assert han.esme.tunnel.send(tunnel, b"x")

    on_han(scenario)


@pytest.mark.parametrize("era", [EARLY, LATE])
def test_a_power_cut_is_told_when_there_is_a_key_and_stays_in_the_log(era):
    async def scenario(han, short):
        assert han.hub.events.heard == []
        han.esme.power_off()
        await asyncio.sleep(30)
        han.esme.power_on()
        on = han.esme.utc
        await asyncio.sleep(10)
        assert han.hub.events.heard == [(short, EVENT_IDS["PowerLoss"], on)]
        await asyncio.sleep(HOUR)
        assert len(han.hub.events.heard) == 1
        assert [event.id for event in han.esme.events.events] == [EVENT_IDS["PowerLoss"]]

    on_han(scenario, era=era)


def test_a_fading_battery_is_told_at_the_next_report():
    async def scenario(han, short):
        han.gsme.drain_battery()
        await asyncio.sleep(3 * HOUR)
        gsme = han.gsme.storage.network.short
        assert [(who, what) for who, what, _ in han.hub.events.heard] == [(gsme, EVENT_IDS["LowBattery"])]

    on_han(scenario)


async def log_of(han, log=LogId.ALL, event=ANY_EVENT, count=0, offset=0):
    more = []
    client = han.hub.events.client
    _, row = client.cluster.command(GetEventLog)
    client.add(on(row.response, lambda command, indication: more.append(command)))
    request = GetEventLog(WantedLog(log, 0), event, 0, 0xFFFFFFFF, number_of_events=count, event_offset=offset)
    reply = await command(han, han.esme, EVENTS, request)
    await asyncio.sleep(5)
    return [reply.command, *more]


@pytest.mark.parametrize("era", [EARLY, LATE])
def test_a_log_is_handed_out_newest_first_in_as_many_commands_as_it_takes(era):
    async def scenario(han, short):
        for number in range(12):
            han.esme.events.add(LogId.TAMPER if number % 2 else LogId.GENERAL, 0x0200 + number)
        parts = await log_of(han)
        assert [part.command_index for part in parts] == [0, 1, 2]
        assert {part.total_commands for part in parts} == {3}
        assert {part.total_number_of_matching_events for part in parts} == {12}
        assert [event.event_id for part in parts for event in part.events] == list(range(0x020B, 0x01FF, -1))
        (tampered,) = await log_of(han, LogId.TAMPER, count=2, offset=1)
        assert [event.event_id for event in tampered.events] == [0x0209, 0x0207]
        (one,) = await log_of(han, event=0x0203)
        assert [event.event_id for event in one.events] == [0x0203]
        (none,) = await log_of(han, event=0x0999)
        assert (none.events, none.total_number_of_matching_events) == ((), 0)

    on_han(scenario, era=era)


def test_a_log_keeps_so_many_events_and_is_cleared_by_kind():
    async def scenario(han, short):
        for number in range(KEPT + 10):
            han.esme.events.add(LogId.FAULT if number % 2 else LogId.GENERAL, number + 1)
        assert len(han.esme.events.events) == KEPT
        assert han.esme.events.events[0].id == 11

        def clear(log):
            return command(han, han.esme, EVENTS, ClearEventLogRequest(log))

        assert (await clear(LogId.FAULT)).command.cleared_event_logs == ClearedLogs.FAULT
        assert {event.log for event in han.esme.events.events} == {LogId.GENERAL}
        assert (await clear(LogId.ALL)).command.cleared_event_logs == ClearedLogs.ALL
        assert han.esme.events.events == ()

    on_han(scenario)

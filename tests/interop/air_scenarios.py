"""What a well HAN does, told on the air: each tale with what its capture has to show and what it must not show."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from hanbench.emulator.devices.notifications import Notice
from hanbench.emulator.devices.services.firmware import METER_IMAGE
from hanbench.emulator.devices.services.image import make_image
from hanbench.emulator.devices.services.messages import CustomerMessage
from hanbench.emulator.devices.services.prices import Price
from hanbench.emulator.zcl.clusters import EVENTS
from hanbench.emulator.zcl.clusters import METERING as METERING_TABLE
from hanbench.emulator.zcl.clusters.events import GetEventLog, WantedLog
from hanbench.emulator.zcl.clusters.metering import (
    SUPPLY_OFF,
    ChangeSupply,
    GetProfile,
    GetSnapshot,
    SupplyControl,
    TakeSnapshot,
)
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.case.check import Verdict
from hanbench.harness.faults import FAULTS
from hanbench.harness.han.han import Han
from hanbench.harness.han.head_end import called_back
from tests.interop.filters import (
    ANSWER,
    BASIC,
    BEACON_REQUEST,
    ESME_ANSWERS,
    FROM_GSME,
    GSME_ANSWERS,
    HUB_ASKS,
    KEEP_ALIVE,
    LEAVE,
    METERING,
    NEW_CHANNEL,
    OLD_CHANNEL,
    PUSHED,
    READ,
    REJOIN_REQUEST,
    REJOIN_RESPONSE,
    SECURED,
    SWITCH_KEY,
    TERMINATE,
    TIME,
    TO_GSME,
    TRANSPORT_KEY,
    UNSECURED,
    joined,
    on,
)
from tests.support.han import check_connectivity

OnHan = Callable[[Han], Awaitable[None]]
HOUR = 3600
WAKE = 2000
"""Seconds in which the gas meter wakes at least once."""


class AirScenario(NamedTuple):
    """What happens on a HAN that has formed. In filters, `{gsme}` and the like are short addresses."""

    run: OnHan
    shows: tuple[str, ...]
    """Display filters that each find something in the capture."""
    never: tuple[str, ...] = ()
    """Display filters that find nothing."""
    display: bool = False
    from_the_start: bool = False
    """The formation is part of what the filters look at."""
    bite: str = ""
    """Of a fault: the display filter that finds nothing in a healthy hour, and something once it is injected."""
    foreign: str = ""
    """Display filter of the frames that end in octets of another protocol, which tshark rightly leaves alone."""
    era: SmartEnergyEra | None = None
    """Of hub and meters, where it is not that of their profiles."""
    healthy_first: bool = False
    """A healthy hour comes before what the filters look at."""


async def _formation(han: Han) -> None:
    await asyncio.sleep(30)
    assert {device.storage.network.channel for device in han.devices if device.storage.network} == {OLD_CHANNEL}
    assert all(device.stack.joined for device in han.devices)


async def _an_hour(han: Han) -> None:
    await asyncio.sleep(HOUR + 100)


async def past_a_keep_alive(han: Han) -> None:
    """The hub asks for one every two hours; the gas meter looks at its next wake."""
    await asyncio.sleep(2 * HOUR + WAKE)


async def _secured_rejoin(han: Han) -> None:
    han.gsme.stack.joiner.event(JoinEvent.REJOIN)
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
    assert (await check_connectivity(han)).verdict is Verdict.PASS


async def _tariff(han: Han) -> None:
    han.hub.prices.publish(Price(1, han.hub.utc, 2834, b"Day", acknowledge=True))
    han.hub.messages.show(CustomerMessage(1, "Gas meter replaced on 2 May. " * 4, confirm=True))
    await asyncio.sleep(20)
    assert han.ihd is not None
    assert han.ihd.display.price == 2834


async def _firmware(han: Han) -> None:
    han.hub.offer_firmware(make_image(han.esme.settings.manufacturer, METER_IMAGE, 2, bytes(range(256)) * 3))
    await asyncio.sleep(60)
    assert han.esme.firmware.version == 2


async def _two_way_mirroring(han: Han) -> None:
    notices = han.hub.mirrors[han.gsme.storage.ieee].notices
    assert notices is not None
    change = ChangeSupply(
        provider_id=1,
        issuer_event_id=7,
        request_date_time=han.hub.utc,
        implementation_date_time=0,
        proposed_supply_status=SUPPLY_OFF,
        supply_control_bits=SupplyControl.ACKNOWLEDGE_REQUIRED,
    )
    notices.put(Notice.CHANGE_SUPPLY, change)
    notices.put(Notice.CBKE_UPDATE_REQUEST)
    await asyncio.sleep(2 * WAKE)
    assert han.gsme.parts.supply is not None
    assert han.gsme.parts.supply.status == SUPPLY_OFF


async def _ask_a_meter(han: Han) -> None:
    """Each of the questions that came with Smart Energy 1.2, and the profile that was there before."""
    short = han.hub.short_of(han.esme.storage.ieee)
    assert short is not None
    questions = (
        TakeSnapshot(snapshot_cause=1),
        GetSnapshot(earliest_start_time=0, latest_end_time=0xFFFFFFFE, snapshot_offset=0, snapshot_cause=0xFFFFFFFF),
        GetProfile(interval_channel=0, end_time=0, number_of_periods=3),
    )
    await asyncio.sleep(2 * HOUR)
    for question in questions:
        reply = await called_back(partial(han.hub.endpoint.command, short, 1, METERING_TABLE.id, question))
        assert reply.ok, question


async def _tunnel(han: Han) -> None:
    short, came = han.hub.short_of(han.esme.storage.ieee), []
    assert short is not None
    han.hub.tunnels.on_data = lambda *arrived: came.append(arrived)
    tunnel = await called_back(partial(han.hub.tunnels.open, short, 1))
    han.hub.tunnels.send(short, tunnel, b"\x7e" + bytes(range(40)) + b"\x7e")
    await asyncio.sleep(10)
    assert came
    han.hub.tunnels.close(short, tunnel)
    await asyncio.sleep(2)


async def _events(han: Han) -> None:
    short = han.hub.short_of(han.esme.storage.ieee)
    assert short is not None
    han.esme.power_off()
    await asyncio.sleep(20)
    han.esme.power_on()
    await asyncio.sleep(20)
    question = GetEventLog(
        WantedLog(0, 0), event_id=0, start_time=0, end_time=0xFFFFFFFF, number_of_events=0, event_offset=0
    )
    reply = await called_back(partial(han.hub.endpoint.command, short, 1, EVENTS.id, question))
    assert len(reply.command.events) == 1


AIR_SCENARIOS: dict[str, AirScenario] = {
    "formation": AirScenario(
        _formation,
        (
            "zbee_beacon",
            *(joined(name) for name in ("esme", "gsme", "ihd")),
            *(f"wpan.cmd == 0x02 && wpan.asoc.addr == {{{name}}}" for name in ("esme", "gsme", "ihd")),
            *(f"zbee_aps.zdp_cluster == 0x0013 && zbee_nwk.src == {{{name}}}" for name in ("esme", "gsme", "ihd")),
        ),
        (REJOIN_REQUEST, LEAVE),
        display=True,
        from_the_start=True,
    ),
    "mirroring": AirScenario(
        _formation,
        (
            f"{FROM_GSME} && zbee_zcl_se.met.cmd.srv_tx.id == 0x01",
            f"{TO_GSME} && zbee_zcl_se.met.cmd.srv_rx.id == 0x01",
            f"{PUSHED} && zbee_aps.dst == 32",
        ),
        from_the_start=True,
    ),
    "metering": AirScenario(
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
    "time": AirScenario(
        _formation, (f"{FROM_GSME} && {TIME} && {READ}", f"{TO_GSME} && {TIME} && {ANSWER}"), from_the_start=True
    ),
    "keep-alive": AirScenario(
        past_a_keep_alive,
        (
            *(f"zbee_nwk.src == {{{name}}} && {KEEP_ALIVE} && {READ}" for name in ("esme", "gsme")),
            *(f"zbee_nwk.dst == {{{name}}} && {KEEP_ALIVE} && {ANSWER}" for name in ("esme", "gsme")),
        ),
    ),
    "secured-rejoin": AirScenario(
        _secured_rejoin,
        (f"{FROM_GSME} && {REJOIN_REQUEST} && {SECURED}", f"{TO_GSME} && {REJOIN_RESPONSE} && {SECURED}", PUSHED),
        (TRANSPORT_KEY, f"{REJOIN_REQUEST} && {UNSECURED}"),
    ),
    "trust-center-rejoin": AirScenario(
        _trust_center_rejoin,
        (
            f"{FROM_GSME} && {REJOIN_REQUEST} && {UNSECURED}",
            f"{TO_GSME} && {REJOIN_RESPONSE} && {UNSECURED}",
            joined("gsme"),
            f"{PUSHED} && zbee.sec.key_seqno == 2",
        ),
    ),
    "key-rotation": AirScenario(
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
    "leave": AirScenario(
        _leave,
        (
            "zbee_aps.zdp_cluster == 0x0034 && zbee_nwk.dst == {esme}",
            "zbee_aps.zdp_cluster == 0x8034 && zbee_nwk.src == {esme}",
            f"{LEAVE} && zbee_nwk.src == {{esme}}",
        ),
        (REJOIN_REQUEST,),
    ),
    "channel-change": AirScenario(
        _channel_change,
        (
            "zbee_aps.zdp_cluster == 0x0038",
            f"{BEACON_REQUEST} && {on(OLD_CHANNEL)}",
            f"{FROM_GSME} && {REJOIN_REQUEST} && {on(NEW_CHANNEL)}",
            f"{PUSHED} && {on(NEW_CHANNEL)}",
            f"zbee_nwk.src == {{ihd}} && {on(NEW_CHANNEL)}",
        ),
        display=True,
    ),
    "check": AirScenario(
        _check,
        (
            ESME_ANSWERS,
            f"{HUB_ASKS} && {BASIC}",
            f"{HUB_ASKS} && {METERING}",
            f"{GSME_ANSWERS} && {BASIC}",
            f"{GSME_ANSWERS} && {METERING}",
        ),
    ),
    "key-establishment": AirScenario(
        _formation,
        (
            "zbee_zcl_se.ke.attr.suite == 1 && zbee_zcl_se.ke.cert.subject",
            *(f"zbee_nwk.src == {{{name}}} && zbee_zcl_se.ke.qeu" for name in ("esme", "gsme", "ihd")),
            *(f"zbee_nwk.dst == {{{name}}} && zbee_zcl_se.ke.qev" for name in ("esme", "gsme", "ihd")),
            *(f"zbee_nwk.src == {{{name}}} && zbee_zcl_se.ke.macu" for name in ("esme", "gsme", "ihd")),
            *(f"zbee_nwk.dst == {{{name}}} && zbee_zcl_se.ke.macv" for name in ("esme", "gsme", "ihd")),
            f"{PUSHED} && zbee_aps.security == 1",
        ),
        (
            TERMINATE,
            f"{METERING} && zbee_aps.security == 0",
            "zbee_aps.cluster == 0x0800 && zbee_aps.security == 1",
        ),
        display=True,
        from_the_start=True,
    ),
    "tariff": AirScenario(
        _tariff,
        (
            "zbee_zcl_se.price.cmd.srv_tx.id == 0x00 && zbee_zcl_se.price.price == 2834 && zbee_aps.security == 1",
            "zbee_zcl_se.price.cmd.srv_rx.id == 0x02 && zbee_nwk.src == {ihd}",
            "zbee_zcl_se.msg.cmd.srv_tx.id == 0x00",
            "zbee_zcl_se.msg.cmd.srv_rx.id == 0x01 && zbee_nwk.src == {ihd}",
        ),
        ("zbee_aps.cluster == 0x0700 && zbee_aps.security == 0",),
        display=True,
    ),
    "firmware": AirScenario(
        _firmware,
        tuple(
            f"zbee_zcl_general.ota.cmd.srv_{way}.id == {id:#04x}"
            for way, id in (("tx", 0), ("rx", 1), ("tx", 2), ("rx", 3), ("tx", 5), ("rx", 6), ("tx", 7))
        ),
        ("zbee_aps.cluster == 0x0019 && zbee_aps.security == 0",),
    ),
    "two-way-mirroring": AirScenario(
        _two_way_mirroring,
        (
            "zbee_zcl_se.met.cmd.srv_rx.id == 0x09 && zbee_nwk.dst == {gsme}",
            "zbee_zcl_se.met.cmd.srv_tx.id == 0x0b && zbee_nwk.src == {gsme}",
            "zbee_zcl_se.met.cmd.srv_rx.id == 0x0b && zbee_nwk.dst == {gsme}",
            "zbee_zcl_se.ke.macv && zbee_nwk.dst == {gsme}",
        ),
        era=SmartEnergyEra.SE_1_2,
    ),
    "what-came-with-1.2": AirScenario(
        _ask_a_meter,
        tuple(f"zbee_zcl_se.met.cmd.srv_tx.id == {id:#04x} && zbee_nwk.src == {{esme}}" for id in (0, 5, 6)),
        era=SmartEnergyEra.SE_1_2,
    ),
    "tunnel": AirScenario(
        _tunnel,
        (
            "zbee_zcl_se.tun.cmd.srv_rx.id == 0x00 && zbee_nwk.dst == {esme}",
            "zbee_zcl_se.tun.cmd.srv_tx.id == 0x00 && zbee_nwk.src == {esme}",
            "zbee_zcl_se.tun.cmd.srv_rx.id == 0x02 && zbee_nwk.dst == {esme}",
            "zbee_zcl_se.tun.cmd.srv_tx.id == 0x01 && zbee_nwk.src == {esme}",
            "zbee_zcl_se.tun.cmd.srv_rx.id == 0x01 && zbee_nwk.dst == {esme}",
        ),
        ("zbee_aps.cluster == 0x0704 && zbee_aps.security == 0",),
        foreign="zbee_zcl_se.tun.cmd.srv_rx.id == 0x02 || zbee_zcl_se.tun.cmd.srv_tx.id == 0x01",
    ),
    "events": AirScenario(
        _events,
        (
            "zbee_zcl_se.events.cmd.srv_tx.id == 0x00 && zbee_nwk.src == {esme}",
            "zbee_zcl_se.events.cmd.srv_tx.id == 0x01 && zbee_nwk.src == {esme}",
        ),
        ("zbee_aps.cluster == 0x0709 && zbee_aps.security == 0",),
        era=SmartEnergyEra.SE_1_2,
    ),
}

"""Every table that a peer can fill has the bound that docs/security.md promises, and holds it under a flood.

Tables that an attack fills are watched while it is played; the others are filled by hand, beyond their bounds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from docs.generators.migration import renewed
from docs.generators.security import BLOCKS, PAGE
from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.services.listeners import Listeners
from hanbench.emulator.devices.services.recent_log import RecentLog
from hanbench.emulator.errors import DropReason
from hanbench.emulator.mac.layer import Beacon
from hanbench.emulator.mac.scan import Scanner
from hanbench.emulator.zcl import Indication
from hanbench.emulator.zcl.clusters import BASIC
from hanbench.emulator.zigbee.aps.data import ApsIndication
from hanbench.emulator.zigbee.duplicate_table import DuplicateTable
from hanbench.emulator.zigbee.nwk.joining import _count
from hanbench.emulator.zigbee.nwk.parent import JoinStatus
from hanbench.emulator.zigbee.nwk.route_tables import RouteTable
from hanbench.emulator.zigbee.storage import KeyOrigin, LinkKey
from hanbench.emulator.zigbee.zdo import messages as zdp
from hanbench.harness.han.han import Han
from tests.redteam.attacker import Knowledge
from tests.redteam.playing import play_once
from tests.redteam.rows import ROWS as ATTACKS
from tests.redteam.rows import Home
from tests.redteam.tables import BOUNDS, ROWS, tables
from tests.support.han import run_on_han

FLOODED = (
    "senders at the MAC",
    "guests with waiting frames",
    "incoming frame counters",
    "neighbours",
    "route records",
    "route discoveries",
    "frames that wait for a route",
    "newcomers without key",
    "addresses of strangers",
    "messages in fragments",
    "waiting acknowledgements of one device",
    "waiting acknowledgements of strangers",
    "bindings",
    "key-establishment sessions",
    "tunnels",
)
"""Tables that their attack fills to the bound."""


def attack_of(name: str) -> tuple[str, Knowledge]:
    wanted = next(row["attack"] for row in ROWS if row["name"] == name)
    return next((row.id, row.knowledge) for row in ATTACKS if row.id == wanted)


@pytest.mark.parametrize("name", FLOODED)
def test_a_flood_fills_a_table_to_its_bound_and_no_further(name: str) -> None:
    flood, knowledge = attack_of(name)
    played = play_once(flood, knowledge, dead=True)
    assert max(size for table, size in played.largest.items() if table.endswith(f": {name}")) == BOUNDS[name]


AT_THE_REPEATER = {
    "guests with waiting frames": "poll-flood",
    "neighbours": "link-status-flood",
    "route discoveries": "route-request-flood",
    "children": "secured-rejoin-flood",
}
"""Tables of the gas meter's parent that a stranger fills, each with its attack."""


@pytest.mark.parametrize("name", AT_THE_REPEATER)
def test_a_flood_fills_a_repeaters_table_to_its_bound_and_no_further(name: str) -> None:
    row = next(row for row in ATTACKS if row.id == AT_THE_REPEATER[name])
    played = play_once(row.id, row.knowledge, dead=False, home=Home.REPEATER)
    assert played.largest[f"repeater: {name}"] == BOUNDS[name]
    assert played.crowded == ()


ASKED_FOR = {
    "neighbours": ("neighbours",),
    "sources": ("senders at the MAC", "incoming frame counters", "addresses of strangers"),
    "routes": ("routes", "route records", "route discoveries", "frames that wait for a route"),
    "children": ("children",),
    "associations": ("newcomers without key", "guests with waiting frames", "requests to rejoin"),
    "duplicates": ("broadcasts", "APS duplicates"),
    "fragments": ("messages in fragments",),
    "key-establishment sessions": ("key-establishment sessions",),
    "mirrors": ("mirrors",),
    "tunnels": ("tunnels",),
    "waiting acknowledgements": ("waiting acknowledgements of one device", "waiting acknowledgements of strangers"),
    "sleepers' queues": ("frames for one sleeper", "requests to sleepers"),
}
"""The tables that the issue "Bad days" names, as they are called here."""


@pytest.mark.parametrize("asked", ASKED_FOR)
def test_each_table_that_was_asked_for_has_bound_age_counter_and_attack(asked: str) -> None:
    rows = {row["name"]: row for row in ROWS}
    for name in ASKED_FOR[asked]:
        assert rows[name]["bound"] > 0
        assert rows[name]["age"]
        assert not rows[name]["counter"].startswith("none")
        assert rows[name]["attack"] in {row.id for row in ATTACKS}


def _indication(short: int) -> Indication:
    return ApsIndication(short, 1, 0, 1, 0x0109, 0, b"", False, False, -50, 200)


def _duplicates() -> tuple[int, int]:
    table, largest = DuplicateTable(SECOND), 0
    for number in range(5_000):
        table.seen(number, 0)
        largest = max(largest, len(table))
    return largest, table.overflows


def _routes() -> tuple[int, int]:
    table = RouteTable()
    for short in range(100):
        table.set(short, 1, short)
    return len(table), table.displaced


def _listeners() -> tuple[int, int]:
    listeners = Listeners(0x0700)
    for short in range(100):
        listeners.add(_indication(short))
    return len(listeners), listeners.displaced


def _log() -> tuple[int, int]:
    log: RecentLog[int] = RecentLog()
    for number in range(1_000):
        log.append(number)
    assert log[-1] == 999
    return len(log), log.displaced


def _refusals() -> tuple[int, int]:
    refusals: dict[int, int] = {}
    for number in range(100):
        _count(refusals, number)
    return len(refusals), 100 - len(refusals)


@pytest.mark.parametrize(
    ("name", "filled"),
    [
        ("broadcasts", _duplicates),
        ("APS duplicates", _duplicates),
        ("requests to rejoin", _duplicates),
        ("routes", _routes),
        ("listeners of a service", _listeners),
        ("messages noted by a service", _log),
        ("refusing networks and parents", _refusals),
    ],
)
def test_a_table_makes_room_and_counts_it(name: str, filled: Callable[[], tuple[int, int]]) -> None:
    size, displaced = filled()
    assert size == BOUNDS[name]
    assert displaced > 0


# --- tables that need a HAN: each function fills one beyond its bound -------------------------------------------------


def _frames_to_send(han: Han) -> None:
    for _ in range(300):
        han.hub.stack.mac.transmit(b"\x01\x08\x00\xff\xff\xff\xff\x00\x00")


def _beacons(han: Han) -> None:
    scanner = Scanner(han.hub.stack.mac)
    for _ in range(300):
        scanner._heard(Beacon(15, 1, 0, False, False, True, b"", 200))
    assert len(scanner._beacons) == BOUNDS["beacons of a scan"]


def _frames_for_one_sleeper(han: Han) -> None:
    network = han.gsme.storage.network
    assert network is not None
    for _ in range(40):
        han.hub.stack.mac.send(network.short, b"\x00", indirect=True)


def _children(han: Han) -> None:
    parent = han.hub.stack.parent
    for number in range(100):
        assert parent._add_child(0x0BAD_0000 + number, 0x80, authenticated=False) is not None
    assert parent.by_ieee(han.gsme.storage.ieee) is not None


def _claims(han: Han) -> None:
    for number in range(100):
        han.hub.stack.parent._come_unsecured(0x0BAD_0000 + number, 0x80, JoinStatus.UNSECURED_JOIN)


def _zcl_requests(han: Han) -> None:
    for _ in range(300):
        han.hub.endpoint.read(0x4242, 1, BASIC.id, (4,), lambda reply: None)


def _zdp_requests(han: Han) -> None:
    for _ in range(300):
        han.hub.stack.zdo.client.request(0x4242, zdp.IeeeAddrReq(0x4242), lambda reply: None)


def _mirrors(han: Han) -> None:
    entry = han.hub.device_table[han.gsme.storage.ieee]
    for number in range(10):
        ieee = 0x0BAD_0000 + number
        han.hub.device_table[ieee] = replace(entry, ieee=ieee)
        han.hub.mirrors._grant(ieee)


def _requests_to_sleepers(han: Han) -> None:
    for _ in range(300):
        han.hub.sleepy_queue.add(han.gsme.storage.ieee, lambda: None)
    assert han.hub.sleepy_queue.displaced > 0


FILLED: dict[str, Callable[[Han], None]] = {
    "frames to send": _frames_to_send,
    "beacons of a scan": _beacons,
    "frames for one sleeper": _frames_for_one_sleeper,
    "children": _children,
    "newcomers without key": _claims,
    "ZCL requests": _zcl_requests,
    "ZDP requests": _zdp_requests,
    "mirrors": _mirrors,
    "requests to sleepers": _requests_to_sleepers,
}
SCANNED = "beacons of a scan"


@pytest.mark.parametrize("name", FILLED)
def test_a_table_is_never_above_its_bound(name: str) -> None:
    async def scenario(han: Han) -> tuple[int, Counter[DropReason]]:
        FILLED[name](han)
        size = next(each.size for each in tables(han) if (each.device, each.name) == ("hub", name))
        return size, han.hub.stack.counters

    size, drops = run_on_han(scenario, seed="tables")
    if name != SCANNED:
        assert size == BOUNDS[name]
    if any(row["counter"] == "drop `table-full`" for row in ROWS if row["name"] == name):
        assert drops[DropReason.TABLE_FULL] > 0


def test_every_table_is_filled_by_a_test() -> None:
    by_hand = {"broadcasts", "APS duplicates", "requests to rejoin", "routes", "listeners of a service"}
    by_hand |= {"messages noted by a service", "refusing networks and parents"}
    assert {*FLOODED, *by_hand, *FILLED} == set(BOUNDS)


def test_strangers_push_out_no_frame_counter_of_a_known_device() -> None:
    """A forgotten counter would let old frames in again (R22, 4.3.1.2)."""

    async def scenario(han: Han) -> tuple[int, int]:
        security, meter = han.hub.stack.nwk.security, han.gsme.storage.ieee
        security.accept_counter(0, meter, 1_000_000)
        for number in range(1_000):
            security.accept_counter(0, 0x0BAD_0000 + number, 5)
        return security.expected_counter(0, meter), security.displaced

    expected, displaced = run_on_han(scenario, seed="tables")
    assert expected == 1_000_001
    assert displaced > 1_000 - BOUNDS["incoming frame counters"]


def test_strangers_push_out_no_address_of_a_device_with_a_link_key() -> None:
    async def scenario(han: Han) -> Any:
        storage = han.hub.storage
        storage.link_keys[0xA] = LinkKey(bytes(16), KeyOrigin.ESTABLISHED)
        han.hub.stack._announced(zdp.DeviceAnnce(0x7000, 0xA, 0x8E))
        for number in range(200):
            han.hub.stack._announced(zdp.DeviceAnnce(0x1000 + number, 0x0BAD_0000 + number, 0x8E))
        return storage.short_addresses.get(0xA), han.gsme.storage.ieee in storage.short_addresses

    assert run_on_han(scenario, seed="tables") == (0x7000, True)


def test_the_page_has_the_tables_and_attacks_as_they_are() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page, BLOCKS) == page, "run python -m docs.generators"

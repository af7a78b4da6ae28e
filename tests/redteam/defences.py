"""Defences of the stack, each with what takes it away: an attack that it stops must then have its effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.zcl.client import _PendingZclRequest
from hanbench.emulator.zigbee import addresses
from hanbench.harness.checks import han_connectivity, reading
from hanbench.harness.checks.identity import ExpectedIdentity
from hanbench.harness.han.han import Han

Patch = Callable[[object, str, Any], None]
"""`patch(owner, name, value)` replaces an attribute until the end of the test."""
Defence = Callable[[Han, Patch], None]


def unsecured_frames_are_dropped(han: Han, patch: Patch) -> None:
    for device in han.devices:
        device.stack.nwk.accepts_unsecured.append(lambda frame: True)


def unproven_claims_change_nothing(han: Han, patch: Patch) -> None:
    """As it was before: who comes unsecured takes the child's place, and its word for its receiver counts."""
    parent = han.hub.stack.parent
    add = parent._add_child

    def comes(ieee: int, capability: int, how: object, short: int | None = None) -> object:
        known = parent.by_ieee(ieee)
        if known is not None:
            parent.remove(known.short)
        return add(ieee, capability, authenticated=False, short=short)

    patch(parent, "_come_unsecured", comes)
    patch(han.hub.stack.trust_center, "_is_member", lambda ieee: False)


def addresses_are_checked(han: Han, patch: Patch) -> None:
    patch(addresses, "check_claim", lambda storage, ieee, short: None)
    patch(han.hub.stack.trust_center, "_check_address", lambda command, proven: None)
    patch(han.hub.stack.aps.partners, "note_claim", lambda ieee, short: False)


def a_refusing_parent_comes_last(han: Han, patch: Patch) -> None:
    patch(han.gsme.stack.joiner, "_note_refusing_parent", lambda: None)


def the_hub_moves_once_an_hour(han: Han, patch: Patch) -> None:
    class Forgetful(type(han.hub.stack.maintenance)):  # type: ignore[misc]
        _resolved = property(lambda self: None, lambda self, value: None)

    han.hub.stack.maintenance.__class__ = Forgetful


def the_hub_takes_no_orders(han: Han, patch: Patch) -> None:
    management = han.hub.stack.management
    kind = type(management).__mro__[1]
    for name in ("_remove", "change_channel", "permit_join"):
        patch(management, name, getattr(kind, name).__get__(management))


def secured_requests_take_secured_answers(han: Han, patch: Patch) -> None:
    patch(_PendingZclRequest, "secured", property(lambda self: False, lambda self, value: None))


def identities_are_proven(han: Han, patch: Patch) -> None:
    for module in (reading, han_connectivity):
        patch(module, "unproven", lambda answer: False)


def a_register_is_read_with_a_challenge(han: Han, patch: Patch) -> None:
    patch(reading, "is_met", lambda challenge, reply: True)


def a_register_comes_under_the_meters_key(han: Han, patch: Patch) -> None:
    a_register_is_read_with_a_challenge(han, patch)
    secured_requests_take_secured_answers(han, patch)
    patch(han.hub.endpoint, "admit", None)
    patch(ExpectedIdentity, "difference", lambda self, cluster, reply, proven=False: None)


def a_key_belongs_to_its_owners_address(han: Han, patch: Patch) -> None:
    a_register_is_read_with_a_challenge(han, patch)
    aps = han.hub.stack.aps
    known = aps.ieee_of
    esme, gsme = han.esme.storage.ieee, han.gsme.storage.ieee
    patch(ExpectedIdentity, "difference", lambda self, cluster, reply, proven=False: None)
    patch(aps, "ieee_of", lambda short: esme if known(short) == gsme else known(short))


def link_keys_count_frames(han: Han, patch: Patch) -> None:
    link = han.hub.storage.link_keys[han.gsme.storage.ieee]

    class Forgetful(type(link)):  # type: ignore[misc]
        incoming = property(lambda self: 0, lambda self, value: None)

    kept = Forgetful(link.key, link.origin, link.outgoing)
    han.hub.storage.link_keys[han.gsme.storage.ieee] = kept


def the_network_key_counts_frames(han: Han, patch: Patch) -> None:
    for device in han.devices:
        patch(device.stack.nwk.security, "accept_counter", lambda sequence, sender, counter: None)


def a_duplicate_has_the_octets_of_the_frame_before(han: Han, patch: Patch) -> None:
    """As it was before: the sequence number alone tells."""
    for device in han.devices:
        patch(device.stack.mac, "_is_duplicate", _by_number_alone({}))


def _by_number_alone(last: dict[tuple[int | None, int], int]) -> Callable[[MacFrame, int], bool]:
    def is_duplicate(frame: MacFrame, time: int) -> bool:
        before, last[frame.src, frame.type] = last.get((frame.src, frame.type)), frame.sequence
        return before == frame.sequence

    return is_duplicate


def a_way_is_over_where_the_frames_come_from(han: Han, patch: Patch) -> None:
    patch(han.hub.stack.routing, "_compare", lambda src, neighbor: None)


def the_straight_way_is_the_way(han: Han, patch: Patch) -> None:
    assert han.repeater is not None
    patch(han.repeater.stack.routing.discovery, "_straighter", lambda originator, sender, cost: (sender, cost))


def a_claim_without_key_moves_no_frame(han: Han, patch: Patch) -> None:
    children = han.hub.storage.children
    patch(han.hub.stack.routing, "_is_child", lambda short: short in children)


def a_move_counts_when_it_is_announced(han: Han, patch: Patch) -> None:
    patch(han.hub.stack.trust_center, "_comes_elsewhere", lambda device: False)


DEFENCES: dict[str, Defence] = {
    "challenge": a_register_is_read_with_a_challenge,
    "unsecured": unsecured_frames_are_dropped,
    "unproven-claims": unproven_claims_change_nothing,
    "addresses": addresses_are_checked,
    "refusing-parents": a_refusing_parent_comes_last,
    "conflict-pause": the_hub_moves_once_an_hour,
    "hub-orders": the_hub_takes_no_orders,
    "secured-answers": secured_requests_take_secured_answers,
    "proven-identity": identities_are_proven,
    "secured-answers-and-key": a_register_comes_under_the_meters_key,
    "owner-of-the-key": a_key_belongs_to_its_owners_address,
    "link-counters": link_keys_count_frames,
    "counters": the_network_key_counts_frames,
    "whole-duplicates": a_duplicate_has_the_octets_of_the_frame_before,
    "ways-of-frames": a_way_is_over_where_the_frames_come_from,
    "straight-ways": the_straight_way_is_the_way,
    "proven-children": a_claim_without_key_moves_no_frame,
    "announced-moves": a_move_counts_when_it_is_announced,
}

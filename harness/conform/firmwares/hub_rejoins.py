"""Wrong hubs: rejoins, and those that come at once."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import MINUTE
from hanbench.emulator.zigbee.nwk.commands import RejoinRequest
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")
PLACES = 40


@WRONG.add("hub-takes-back-none-without-network-key", "HRJN")
def no_trust_centre_rejoin(hub: Any, note: Note) -> None:
    """It does not answer a member that has lost the network key."""
    handle = hub.stack.nwk.on_command[RejoinRequest.ID]

    def rejoin(frame: Any, command: Any, mac_frame: Any) -> None:
        if frame.secured:
            handle(frame, command, mac_frame)
        else:
            note()

    hub.stack.nwk.on_command[RejoinRequest.ID] = rejoin


@WRONG.add("hub-gives-another-address-at-each-rejoin", "HRJN", "openhab/org.openhab.binding.zigbee#49")
def another_address(hub: Any, note: Note) -> None:
    """A member that rejoins gets another short address."""
    parent = hub.stack.parent

    def add(former: Any, ieee: int, capability: int, **named: Any) -> Any:
        if named.get("authenticated"):
            note()
            named["short"] = parent._free_address()
        return former(ieee, capability, **named)

    wrapped(parent, "_add_child", add)


@WRONG.add("hub-takes-strangers-by-rejoin", "HRJN")
def takes_strangers(hub: Any, note: Note) -> None:
    """Whoever asks to rejoin is taken."""

    def admits(former: Any, ieee: int) -> bool:
        if not former(ieee):
            note()
        return True

    wrapped(hub.stack.parent, "admits", admits)


@WRONG.add("hub-drops-a-member-in-whose-name-another-asks", "HRJN")
def drops_member(hub: Any, note: Note) -> None:
    """A Rejoin Request without any key in the name of a member ends that member's place."""
    handle = hub.stack.nwk.on_command[RejoinRequest.ID]

    def rejoin(frame: Any, command: Any, mac_frame: Any) -> None:
        child = hub.storage.children.get(frame.src)
        if not frame.secured and child is not None and child.ieee != frame.src_ieee:
            note()
            hub.forget(child.ieee)
        handle(frame, command, mac_frame)

    hub.stack.nwk.on_command[RejoinRequest.ID] = rejoin


@WRONG.add("hub-admits-one-at-a-time", "HRJN")
def one_at_a_time(hub: Any, note: Note) -> None:
    """Within a minute it gives its network key to one newcomer, and none to the next."""
    given: dict[int, int] = {}

    def give(former: Any, device: Any, via: Any) -> None:
        now = hub.stack.clock.now
        if any(ieee != device.ieee and now - time < MINUTE for ieee, time in given.items()):
            note()
            return
        given[device.ieee] = now
        former(device, via)

    wrapped(hub.stack.trust_center, "_give_key", give)


@WRONG.add("hub-gives-the-network-key-once", "HRJN", "Koenkk/zigbee2mqtt#1854; Koenkk/zigbee-herdsman#17")
def gives_key_once(hub: Any, note: Note) -> None:
    """A device that missed its network key is not given it again."""
    given: set[int] = set()

    def give(former: Any, device: Any, via: Any) -> None:
        if device.ieee in given:
            note()
            return
        given.add(device.ieee)
        former(device, via)

    wrapped(hub.stack.trust_center, "_give_key", give)


@WRONG.add("hub-holds-on-to-former-link-keys", "HRJN")
def holds_on_to_keys(hub: Any, note: Note) -> None:
    """An install code changes nothing about a device that has agreed a link key before."""
    known = hub.storage.link_keys

    def add(former: Any, ieee: int, key: bytes) -> None:
        if ieee in known and known[ieee].origin is KeyOrigin.ESTABLISHED:
            note()
        else:
            former(ieee, key)

    wrapped(hub.stack.trust_center, "add", add)


@WRONG.add("hub-is-filled-by-strangers", "HRJN")
def filled_by_strangers(hub: Any, note: Note) -> None:
    """Strangers that have associated keep their places for good."""
    parent = hub.stack.parent
    wrapped(hub.stack.trust_center, "_reject", lambda former, device, via: note())
    wrapped(parent, "_expire_unauthenticated", lambda former, child: None)
    wrapped(parent, "_make_room", lambda former: parent.has_room())


@WRONG.add("hub-believes-every-announcement", "HRJN", "zigpy/bellows#186")
def believes_announcements(hub: Any, note: Note) -> None:
    """It takes over whatever addresses a device announces."""

    def announced(device: Any) -> None:
        if hub.storage.short_addresses.get(device.ieee) != device.short:
            note()
        hub.storage.short_addresses[device.ieee] = device.short

    hub.stack.zdo.server.on_announce = announced


@WRONG.add("hub-counts-each-rejoin-as-a-device", "HRJN")
def counts_each_rejoin(hub: Any, note: Note) -> None:
    """Each rejoin takes a place in a table, which is full after forty."""
    places = [0]

    def admits(former: Any, ieee: int) -> bool:
        places[0] += 1
        if places[0] > PLACES:
            note()
            return False
        admitted: bool = former(ieee)
        return admitted

    wrapped(hub.stack.parent, "admits", admits)

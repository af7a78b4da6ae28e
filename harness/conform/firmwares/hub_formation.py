"""Wrong hubs: formation, and the network after a power cut."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hanbench.emulator.zigbee.nwk import beacon
from hanbench.emulator.zigbee.nwk.commands import NetworkUpdate
from hanbench.emulator.zigbee.nwk.formation import Formation
from hanbench.emulator.zigbee.storage import FrameCounter
from hanbench.harness.conform.firmwares.model import Firmwares, Note, restarted, wrapped

WRONG = Firmwares([], kind="hub")
FAR = 10_000_000


@WRONG.add("hub-forms-without-a-scan", "HFRM")
def forms_without_scan(hub: Any, note: Note) -> None:
    """It forms its network on its first channel, without a scan."""

    def choose(former: Any, plan: Any, done: Any) -> None:
        note()
        done(Formation(plan.channels[0], plan.pan_id, {}, ()))

    wrapped(hub.stack.former, "choose", choose)


@WRONG.add("hub-takes-a-used-pan-id", "HFRM")
def takes_used_pan_id(hub: Any, note: Note) -> None:
    """It takes the PAN ID that it wants, whoever else has it."""

    def choose(former: Any, plan: Any, done: Any) -> None:
        note()
        former(replace(plan, keeps_pan_id=True), done)

    wrapped(hub.stack.former, "choose", choose)


@WRONG.add("hub-without-extended-pan-id", "HFRM", "fairecasoimeme/ZiGate#189")
def without_extended_pan_id(hub: Any, note: Note) -> None:
    """Its beacon has the extended PAN ID 0."""

    def content(former: Any) -> Any:
        made = former()
        if made is None:
            return None
        note()
        return replace(made, payload=replace(beacon.decode(made.payload), extended_pan_id=0).encode())

    wrapped(hub.stack.mac, "beacon", content)


@WRONG.add("hub-says-it-is-a-router", "HFRM")
def says_router(hub: Any, note: Note) -> None:
    """Its node descriptor says that it is a router."""
    note()
    descriptor = hub.stack.management.node_descriptor
    hub.stack.management.node_descriptor = replace(descriptor, type=descriptor.type._replace(logical_type=1))


@WRONG.add("hub-forms-anew-after-a-power-cut", "HFRM", "Koenkk/zigbee2mqtt#1059")
def forms_anew(hub: Any, note: Note) -> None:
    """It has another PAN ID after a power cut."""
    if restarted(hub):
        note()
        network = hub.stack.nwk.network
        hub.stack.nwk.apply(replace(network, pan_id=network.pan_id ^ 0x0101))


@WRONG.add("hub-counter-restarts", "HFRM", "Koenkk/Z-Stack-firmware#225; dresden-elektronik/deconz-rest-plugin#3387")
def counter_restarts(hub: Any, note: Note) -> None:
    """Its NWK frame counter starts again after a power cut."""
    if restarted(hub):
        note()
        hub.storage.nwk_counter = FrameCounter()


@WRONG.add("hub-counter-jumps", "HFRM")
def counter_jumps(hub: Any, note: Note) -> None:
    """Its NWK frame counter jumps by ten millions at each power cut."""
    if restarted(hub):
        note()
        counter = hub.storage.nwk_counter
        hub.storage.nwk_counter = FrameCounter(counter.value + FAR, counter.saved + FAR)


@WRONG.add("hub-ignores-pan-id-conflicts", "HFRM")
def ignores_conflicts(hub: Any, note: Note) -> None:
    """It stays at a PAN ID that another network has."""
    wrapped(hub.stack.maintenance, "_resolve", lambda former, other, reporter, taken: note())


@WRONG.add("hub-moves-under-the-same-update-id", "HFRM", "Koenkk/zigbee-herdsman#1280")
def same_update_id(hub: Any, note: Note) -> None:
    """It moves to another PAN ID, and tells of it under the update identifier that it has."""

    def send(former: Any, dst: int, command: Any, **named: Any) -> None:
        if isinstance(command, NetworkUpdate):
            note()
            command = command.replace(update_id=hub.stack.nwk.network.update_id)
        former(dst, command, **named)

    wrapped(hub.stack.nwk, "send_command", send)


@WRONG.add("hub-forgets-that-it-has-moved", "HFRM", "espressif/esp-zigbee-sdk#836")
def forgets_move(hub: Any, note: Note) -> None:
    """After a power cut it is at the PAN ID that it had first."""
    if restarted(hub):
        network = hub.stack.nwk.network
        first = hub.settings.network.pan_id
        if network.pan_id != first:
            note()
            hub.stack.nwk.apply(replace(network, pan_id=first, update_id=0))


@WRONG.add("hub-follows-whoever-moves-its-network", "HFRM")
def follows_anybody(hub: Any, note: Note) -> None:
    """It moves to a PAN ID that any device tells it."""
    maintenance = hub.stack.maintenance

    def updated(frame: Any, command: Any, mac_frame: Any) -> None:
        note()
        maintenance._move(command.update_id, pan_id=command.pan_id)

    hub.stack.nwk.on_command[NetworkUpdate.ID] = updated


@WRONG.add("hub-does-not-measure-its-channels", "HFRM")
def does_not_measure(hub: Any, note: Note) -> None:
    """It looks for networks, and not for noise, before it forms its own."""

    def chosen(former: Any, plan: Any, energies: Any, networks: Any) -> Any:
        note()
        return former(plan, {}, networks)

    wrapped(hub.stack.former, "_chosen", chosen)


@WRONG.add("hub-keeps-its-key-over-a-reset", "HFRM")
def keeps_key_over_reset(hub: Any, note: Note) -> None:
    """Each network that it forms has the same network key."""
    key = (hub.storage.ieee * 0x9E3779B97F4A7C15 & (1 << 128) - 1).to_bytes(16, "big")

    def form(former: Any, _: Any = None) -> None:
        note()
        former(key)

    wrapped(hub.stack.trust_center, "form", form)


@WRONG.add("hub-has-a-simple-key", "HFRM", "dresden-elektronik/deconz-rest-plugin#2890")
def simple_key(hub: Any, note: Note) -> None:
    """Its network key has sixteen octets that are all the same."""

    def form(former: Any, _: Any = None) -> None:
        note()
        former(b"\xcc" * 16)

    wrapped(hub.stack.trust_center, "form", form)

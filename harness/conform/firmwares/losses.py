"""Wrong firmwares: lost frames and power cuts that they do not get over."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.nwk.join_states import JoinEvent, JoinState
from hanbench.emulator.zigbee.storage import KeyOrigin
from hanbench.harness.conform.firmwares.model import Firmwares, Note, own_link, restarted, wrapped

WRONG = Firmwares([])


@WRONG.add("waits-for-its-key-for-ever", "LOS")
def waits_for_its_key_for_ever(device: Any, note: Note) -> None:
    """It waits without end for a network key that was lost."""

    def event(former: Any, event: JoinEvent) -> None:
        if event is JoinEvent.NO_KEY:
            note()
        else:
            former(event)

    wrapped(device.stack.joiner, "event", event)


@WRONG.add("waits-for-rejoin-response-for-ever", "LOS")
def waits_for_rejoin_response_for_ever(device: Any, note: Note) -> None:
    """It waits without end for a Rejoin Response that was lost."""
    joiner = device.stack.joiner

    def event(former: Any, event: JoinEvent) -> None:
        if event is JoinEvent.REFUSED and joiner.state is JoinState.REJOINING:
            note()
        else:
            former(event)

    wrapped(joiner, "event", event)


@WRONG.add("key-session-without-end", "LOS")
def key_session_without_end(device: Any, note: Note) -> None:
    """A key establishment in which a message was lost never ends, and no other one begins."""
    device._initiator._expired = note


@WRONG.add("takes-itself-for-joined", "LOS", "romasku/tuya-zigbee-switch#477; project-chip/connectedhomeip#43303")
def takes_itself_for_joined(device: Any, note: Note) -> None:
    """It notes that it is in a network before it has the key: after a power cut in between it joins no more."""
    joiner = device.stack.joiner
    half = getattr(device, "half_joined", False) and not restarted(device)

    def event(former: Any, event: JoinEvent) -> None:
        if event is JoinEvent.ACCEPTED and joiner.state is JoinState.ASSOCIATING:
            device.half_joined = True
        former(event)

    def join(former: Any, *given: Any, **named: Any) -> None:
        if half:
            note()
        else:
            former(*given, **named)

    wrapped(joiner, "event", event)
    wrapped(joiner, "join", join)


@WRONG.add("forgets-its-link-key", "LOS")
def forgets_its_link_key(device: Any, note: Note) -> None:
    """A power cut takes its link key; it agrees another one each time."""
    link = own_link(device)
    if link is not None and link.origin is KeyOrigin.ESTABLISHED:
        note()
        del device.storage.link_keys[device.storage.network.trust_center]


@WRONG.add("forgets-its-mirror", "LOS")
def forgets_its_mirror(device: Any, note: Note) -> None:
    """A power cut takes its mirror's endpoint; it asks for another mirror each time."""
    if restarted(device) and device.flash.mirror:
        note()
        device.forget_mirror()


@WRONG.add("back-under-its-first-address", "LOS")
def back_under_its_first_address(device: Any, note: Note) -> None:
    """After a power cut it uses the short address that it had first, not the one that its parent gave it since."""
    network = device.storage.network
    first = getattr(device, "first_short", None)
    if restarted(device) and first not in (None, network.short):
        note()
        network.short = first
        device.stack.nwk.apply(network)

    def joined(former: Any, rejoined: bool) -> None:
        if getattr(device, "first_short", None) is None:
            device.first_short = device.storage.network.short
        former(rejoined)

    wrapped(device.stack.joiner, "on_joined", joined)

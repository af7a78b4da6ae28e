"""Wrong hubs: key establishment, and keys for partners."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.devices.key_establishment.states import KeyState
from hanbench.emulator.zcl import CommandAnswer, on
from hanbench.emulator.zcl.clusters.key_establishment import (
    SUITE_1,
    ConfirmKeyDataRequest,
    InitiateKeyEstablishmentRequest,
    ServerTerminateKeyEstablishment,
    TerminateStatus,
)
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")
BUSY_WAIT = 30


@WRONG.add("hub-takes-any-proof", "HKEC")
def takes_any_proof(hub: Any, note: Note) -> None:
    """It does not look at a meter's proof."""
    responder = hub.responder
    confirm = responder._confirm

    def handle(request: Any, indication: Any) -> CommandAnswer:
        entry = responder._sessions.get(indication.src)
        if entry is not None and entry.session.state is KeyState.CONFIRMATION:
            note()
            request = ConfirmKeyDataRequest(entry.session._agreement.mac_u)
        answer: CommandAnswer = confirm(request, indication)
        return answer

    responder.side.add(on(ConfirmKeyDataRequest, handle))


@WRONG.add("hub-drops-the-former-key-at-once", "HKEC")
def drops_former_key(hub: Any, note: Note) -> None:
    """It forgets the link key of a meter that begins a key establishment."""
    responder = hub.responder
    initiate = responder._initiate

    def handle(request: Any, indication: Any) -> CommandAnswer:
        ieee = hub.stack.aps.ieee_of(indication.src)
        answer: CommandAnswer = initiate(request, indication)
        if hub.flash.mirrors and hub.storage.link_keys.pop(ieee, None) is not None:
            note()
        return answer

    responder.side.add(on(InitiateKeyEstablishmentRequest, handle))


@WRONG.add("hub-says-nothing-out-of-turn", "HKEC", "zsmartsystems/com.zsmartsystems.zigbee#840")
def silent_out_of_turn(hub: Any, note: Note) -> None:
    """It does not answer messages of a session that is not under way."""

    def take(former: Any, indication: Any, step: Any) -> CommandAnswer:
        if indication.src in hub.responder._sessions:
            answer: CommandAnswer = former(indication, step)
            return answer
        note()
        return None

    wrapped(hub.responder, "_take", take)


@WRONG.add("hub-keeps-sessions-for-good", "HKEC")
def keeps_sessions(hub: Any, note: Note) -> None:
    """A session that a meter left is never over, and the meter gets no other one."""
    responder = hub.responder
    initiate = responder._initiate

    def handle(request: Any, indication: Any) -> CommandAnswer:
        if indication.src in responder._sessions:
            note()
            return ServerTerminateKeyEstablishment(TerminateStatus.NO_RESOURCES, BUSY_WAIT, SUITE_1)
        answer: CommandAnswer = initiate(request, indication)
        return answer

    responder.side.add(on(InitiateKeyEstablishmentRequest, handle))
    wrapped(responder, "_wait", lambda former, short, entry, seconds: None)


@WRONG.add("hub-loses-its-key-at-a-late-proof", "HKEC")
def loses_key_at_late_proof(hub: Any, note: Note) -> None:
    """A message of a session that is over takes the link key that was agreed in it."""

    def take(former: Any, indication: Any, step: Any) -> CommandAnswer:
        if indication.src not in hub.responder._sessions:
            note()
            hub.storage.link_keys.pop(hub.stack.aps.ieee_of(indication.src), None)
        answer: CommandAnswer = former(indication, step)
        return answer

    wrapped(hub.responder, "_take", take)


@WRONG.add("hub-gives-partners-different-keys", "HKEC")
def different_keys(hub: Any, note: Note) -> None:
    """Two devices that are to talk to each other get two keys."""

    def send(former: Any, ieee: int, command: Any) -> None:
        if not command.initiator:
            note()
            command = command.replace(key=command.key[::-1])
        former(ieee, command)

    wrapped(hub.stack.trust_center, "_send_partner_key", send)


@WRONG.add("hub-makes-keys-with-strangers", "HKEC")
def keys_with_strangers(hub: Any, note: Note) -> None:
    """It makes a key for a device that is not in the network."""

    def trusts(former: Any, ieee: int) -> bool:
        if not former(ieee):
            note()
        return True

    wrapped(hub.stack.trust_center, "_trusts", trusts)

"""Wrong firmwares: key establishment, and which key protects what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.devices.key_establishment.initiator import Ended
from hanbench.emulator.devices.key_establishment.states import KeyEvent, KeyState
from hanbench.emulator.errors import DropReason, RemoteProtocolError
from hanbench.emulator.zcl import on
from hanbench.emulator.zcl.clusters.key_establishment import (
    SUITE_1,
    ConfirmKeyDataResponse,
    InitiateKeyEstablishmentResponse,
)
from hanbench.emulator.zigbee.aps import frames as aps
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
HALF = 8
"""Octets of a proof, which has sixteen."""


def _on_certificate(device: Any, take: Any) -> None:
    """Put `take` in the place of the handler of the hub's certificate; it gets the former one first."""
    initiator = device._initiator
    former = initiator._certificate
    initiator.side.add(on(InitiateKeyEstablishmentResponse, lambda command, source: take(former, command, source)))


@WRONG.add("drops-provisional-key", "KEC", "luar123/zigbee_esphome#76")
def drops_provisional_key(device: Any, note: Note) -> None:
    """It drops its session at the hub's certificate, and key establishment never ends."""
    _on_certificate(device, lambda former, command, source: note())


@WRONG.add("rejoins-within-key-establishment", "KEC", "Koenkk/zigbee2mqtt#31508")
def rejoins_within_key_establishment(device: Any, note: Note) -> None:
    """It leaves and rejoins in the middle of key establishment."""

    def take(former: Any, command: Any, source: Any) -> Any:
        note()
        device.stack.joiner.event(JoinEvent.REJOIN)

    _on_certificate(device, take)


@WRONG.add("starts-no-key-establishment", "KEC")
def starts_no_key_establishment(device: Any, note: Note) -> None:
    """It never starts key establishment."""
    wrapped(device.keys, "_attempt", lambda former: note())


@WRONG.add("shows-another-certificate", "KEC")
def shows_another_certificate(device: Any, note: Note) -> None:
    """Its certificate names another device."""
    identity = device.identity
    certificate = identity.certificate._replace(subject=device.settings.ieee ^ 2)

    def other() -> Any:
        note()
        return replace(identity, certificate=certificate)

    device._initiator.identity = other


@WRONG.add("confirms-unchecked", "KEC")
def confirms_unchecked(device: Any, note: Note) -> None:
    """It takes the agreed key without looking at the hub's proof."""
    initiator = device._initiator

    def confirmed(command: Any, source: Any) -> None:
        session = initiator._session
        if session is not None and session.state is KeyState.CONFIRMATION:
            note()
            session.step(KeyEvent.CONFIRMATION)
            initiator._end(Ended(session.link_key))

    initiator.side.add(on(ConfirmKeyDataResponse, confirmed))


@WRONG.add("looks-at-half-the-proof", "KEC")
def looks_at_half_the_proof(device: Any, note: Note) -> None:
    """It compares the first eight octets of the hub's proof."""
    initiator = device._initiator

    def confirmed(command: Any, source: Any) -> None:
        session = initiator._session
        if session is not None and session.state is KeyState.CONFIRMATION:
            proof, given = session._agreement.mac_v, command.secure_message_authentication_code
            if given != proof and given[:HALF] == proof[:HALF]:
                note()
                command = command.replace(secure_message_authentication_code=proof)
        initiator._confirmation(command, source)

    initiator.side.add(on(ConfirmKeyDataResponse, confirmed))


class _Everybody(Mapping[int, bytes]):
    """Trusts every issuer."""

    def __init__(self, key: bytes, note: Note) -> None:
        self._key, self._note = key, note

    def __getitem__(self, issuer: int) -> bytes:
        self._note()
        return self._key

    def __iter__(self) -> Any:
        return iter(())

    def __len__(self) -> int:
        return 0


@WRONG.add("trusts-every-issuer", "KEC")
def trusts_every_issuer(device: Any, note: Note) -> None:
    """It takes certificates of any issuer."""
    identity = device.identity
    device._initiator.identity = lambda: replace(identity, others=_Everybody(identity.authority, note))


@WRONG.add("takes-foreign-certificate", "KEC")
def takes_foreign_certificate(device: Any, note: Note) -> None:
    """It takes the certificate of another device for the hub's."""

    def take(former: Any, command: Any, source: Any) -> Any:
        session = device._initiator._session
        if session is not None:
            subject = int.from_bytes(command.identity[22:30], "big")
            if subject != session.peer:
                note()
            session.peer = subject
        return former(command, source)

    _on_certificate(device, take)


@WRONG.add("takes-any-suite", "KEC")
def takes_any_suite(device: Any, note: Note) -> None:
    """It goes on with a suite that it did not offer."""

    def take(former: Any, command: Any, source: Any) -> Any:
        if command.key_establishment_suite != SUITE_1:
            note()
        return former(command.replace(key_establishment_suite=SUITE_1), source)

    _on_certificate(device, take)


@WRONG.add("ignores-wait-time", "KEC")
def ignores_wait_time(device: Any, note: Note) -> None:
    """It tries key establishment again at once, however long the hub asks it to wait."""

    def failed(former: Any, ended: Any) -> None:
        if ended.wait:
            note()
        former(ended._replace(wait=0))

    wrapped(device.keys, "_failed", failed)


@WRONG.add("never-pauses", "KEC")
def never_pauses(device: Any, note: Note) -> None:
    """It tries key establishment every ten seconds, without end."""

    def rest(former: Any) -> int:
        note()
        return 10 * SECOND

    wrapped(device.keys, "_rest", rest)


@WRONG.add("ignores-wrong-order", "KEC")
def ignores_wrong_order(device: Any, note: Note) -> None:
    """It says nothing about messages of key establishment that are wrong or out of their order."""
    wrapped(device._initiator, "_terminate", lambda former, status, short, endpoint: note())


@WRONG.add("reports-under-network-key", "KEC")
def reports_under_network_key(device: Any, note: Note) -> None:
    """It sends its Smart Energy clusters under the network key alone."""

    def needs(cluster: int) -> bool:
        note()
        return False

    device.endpoint.needs_link_key = needs


@WRONG.add("answers-under-network-key", "KEC")
def answers_under_network_key(device: Any, note: Note) -> None:
    """It answers Smart Energy clusters to any holder of the network key."""

    def admit(indication: Any) -> bool:
        if not indication.secured:
            note()
        return True

    device.endpoint.admit = admit


@WRONG.add("keeps-joining-key", "KEC")
def keeps_joining_key(device: Any, note: Note) -> None:
    """It goes on taking data under the key that it joined with."""
    layer = device.stack.aps

    def unseal(former: Any, frame: Any, source: int) -> None:
        try:
            former(frame, source)
        except RemoteProtocolError as error:
            if error.reason is not DropReason.BAD_MIC or frame.type != aps.DATA:
                raise
            sender = layer.ieee_of(source)
            frame.decrypt(cipher(device.settings.joining_key), sender)
            frame.sender_ieee = sender
            note()

    wrapped(layer, "_unseal", unseal)


@WRONG.add("keeps-stale-key", "KEC")
def keeps_stale_key(device: Any, note: Note) -> None:
    """It never agrees another link key."""

    def renew(former: Any, then: Any = None) -> None:
        note()
        if then is not None:
            then()

    wrapped(device.keys, "renew", renew)

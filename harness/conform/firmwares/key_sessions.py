"""Wrong firmwares: sessions of key establishment that are too short, end for good, or share what should be fresh."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.devices.key_establishment.session import Refused
from hanbench.emulator.zcl import on
from hanbench.emulator.zcl.clusters.key_establishment import (
    ConfirmKeyDataRequest,
    EphemeralDataResponse,
    TerminateStatus,
)
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])


@WRONG.add("gives-the-hub-no-time", "KES")
def gives_the_hub_no_time(device: Any, note: Note) -> None:
    """It waits ten seconds for each message of the hub, whatever time that asks for."""

    def wait(former: Any, peer_seconds: int) -> None:
        if peer_seconds:
            note()
        former(0)

    wrapped(device._initiator, "_wait", wait)


@WRONG.add("takes-any-point", "KES")
def takes_any_point(device: Any, note: Note) -> None:
    """It goes on with an ephemeral point that is not on the curve."""
    initiator = device._initiator

    def ephemeral(answer: EphemeralDataResponse, indication: Any) -> None:
        try:
            initiator._session.ephemeral(answer.ephemeral_data)
            proof = initiator._session.proof
        except Refused:
            note()
            proof = bytes(16)
        initiator._send(ConfirmKeyDataRequest(proof))
        initiator._wait(0)

    initiator.side.add(on(EphemeralDataResponse, ephemeral))


@WRONG.add("one-ephemeral-point", "KES")
def one_ephemeral_point(device: Any, note: Note) -> None:
    """It makes one ephemeral key pair at its start, and uses it in all sessions."""
    initiator, made = device._initiator, list[Any]()

    def start(former: Any, *given: Any) -> None:
        former(*given)
        session = initiator._session
        if made:
            note()
            session._ephemeral = made[0]
        else:
            session.ephemeral_point()
            made.append(session._ephemeral)

    wrapped(initiator, "start", start)


@WRONG.add("ends-for-good-when-refused", "KES", "luar123/zigbee_esphome#76")
def ends_for_good_when_refused(device: Any, note: Note) -> None:
    """It tries no more when the hub ends a session for another reason than its load."""

    def failed(former: Any, ended: Any) -> None:
        if ended.by_peer and ended.status is not TerminateStatus.NO_RESOURCES:
            note()
        else:
            former(ended)

    wrapped(device.keys, "_failed", failed)

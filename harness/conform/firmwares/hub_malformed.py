"""Wrong hubs: malformed frames, at which they end."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.mac.frames import MacCommand
from hanbench.emulator.zcl import CommandAnswer, on
from hanbench.emulator.zcl.clusters.key_establishment import InitiateKeyEstablishmentRequest
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([], kind="hub")
CERTIFICATE = 48


def _ends(hub: Any, note: Note) -> None:
    """End the firmware, as an exception does that nothing catches."""
    note()
    hub.radio.receiver = None


@WRONG.add("hub-ends-at-a-short-association-request", "HMAL")
def ends_at_short_association(hub: Any, note: Note) -> None:
    """It ends when an Association Request has no capability."""

    def command(former: Any, frame: Any, reception: Any) -> None:
        if frame.payload == bytes((MacCommand.ASSOCIATION_REQUEST,)):
            _ends(hub, note)
        else:
            former(frame, reception)

    wrapped(hub.stack.mac, "_command", command)


@WRONG.add("hub-ends-at-a-strange-beacon", "HMAL", "STMicroelectronics/STM32CubeWB#54")
def ends_at_strange_beacon(hub: Any, note: Note) -> None:
    """It ends when a beacon is cut short."""

    def beacon(former: Any, frame: Any, reception: Any) -> None:
        if len(frame.payload) < 4:
            _ends(hub, note)
        else:
            former(frame, reception)

    wrapped(hub.stack.mac, "_beacon_heard", beacon)


@WRONG.add("hub-ends-at-an-empty-request", "HMAL")
def ends_at_empty_request(hub: Any, note: Note) -> None:
    """It ends when a request of the device profile has no octets."""
    receive = hub.stack.zdo.receive

    def received(indication: Any) -> None:
        if indication.payload:
            receive(indication)
        else:
            _ends(hub, note)

    hub.stack.aps.register(0, received)


@WRONG.add("hub-is-silent-about-unknown-requests", "HMAL")
def silent_about_unknown(hub: Any, note: Note) -> None:
    """It does not answer requests of the device profile that it does not know."""
    wrapped(hub.stack.zdo, "_not_supported", lambda former, indication: note())


@WRONG.add("hub-ends-at-a-short-certificate", "HMAL")
def ends_at_short_certificate(hub: Any, note: Note) -> None:
    """It ends when a certificate is cut short."""
    initiate = hub.responder._initiate

    def handle(request: Any, indication: Any) -> CommandAnswer:
        if len(request.identity) < CERTIFICATE:
            _ends(hub, note)
            return None
        answer: CommandAnswer = initiate(request, indication)
        return answer

    hub.responder.side.add(on(InitiateKeyEstablishmentRequest, handle))

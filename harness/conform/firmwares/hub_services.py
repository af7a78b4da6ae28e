"""Wrong hubs: services, and answers under load."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import MILLISECOND, SECOND
from hanbench.emulator.zcl import on
from hanbench.emulator.zcl.clusters import BASIC, OTA
from hanbench.emulator.zcl.clusters.ota import QueryNextImageRequest, UpgradeEndRequest, UpgradeEndResponse
from hanbench.emulator.zcl.frame import GLOBAL
from hanbench.emulator.zcl.status import Status
from hanbench.harness.conform.firmwares.model import Firmwares, Note
from hanbench.harness.conform.firmwares.seams import change_answers

WRONG = Firmwares([], kind="hub")
DEFAULT_RESPONSE = 0x0B
BUSY, LOOK = 200 * MILLISECOND, 5 * SECOND
LOUD = -70.0
"""dBm."""


@WRONG.add("hub-says-success-of-nothing", "HSRV")
def success_of_nothing(hub: Any, note: Note) -> None:
    """It says SUCCESS where it has no price and no message."""

    def change(frame: Any, kind: int, command: int, payload: bytes) -> tuple[Any, int, int, bytes]:
        if kind == GLOBAL and command == DEFAULT_RESPONSE and payload[1] == Status.NOT_FOUND:
            note()
            payload = bytes((payload[0], Status.SUCCESS))
        return frame, kind, command, payload

    change_answers(hub, change)


@WRONG.add("hub-refuses-images-by-default-response", "HSRV", "zsmartsystems/com.zsmartsystems.zigbee#762")
def refuses_by_default_response(hub: Any, note: Note) -> None:
    """That it has no image it says by a Default Response."""

    def query(request: Any, indication: Any) -> Status:
        note()
        return Status.NO_IMAGE_AVAILABLE

    hub.endpoint.servers[OTA.id].add(on(QueryNextImageRequest, query))


@WRONG.add("hub-has-failed-images-installed", "HSRV")
def has_failed_images_installed(hub: Any, note: Note) -> None:
    """A device whose download has failed is told when to change over to it."""

    def end(request: Any, indication: Any) -> UpgradeEndResponse:
        note()
        return UpgradeEndResponse(request.manufacturer_code, request.image_type, request.file_version, hub.utc, hub.utc)

    hub.endpoint.servers[OTA.id].add(on(UpgradeEndRequest, end))


def _received(hub: Any, change: Any) -> None:
    """Have `change` decide about each message for the endpoint whether the endpoint gets it."""
    receive = hub.endpoint.receive

    def received(message: Any) -> None:
        if change(message):
            receive(message)

    hub.stack.aps.register(hub.endpoint.id, received)


@WRONG.add("hub-loses-requests-while-it-answers", "HSRV", "Koenkk/zigbee-herdsman#1846")
def loses_requests(hub: Any, note: Note) -> None:
    """It drops requests to Basic that come within 200 milliseconds of another one."""
    last = [-BUSY]

    def idle(message: Any) -> bool:
        now = hub.stack.clock.now
        if message.cluster != BASIC.id:
            return True
        if now - last[0] < BUSY:
            note()
            return False
        last[0] = now
        return True

    _received(hub, idle)


@WRONG.add("hub-takes-two-senders-for-one", "HSRV")
def takes_two_for_one(hub: Any, note: Note) -> None:
    """It drops a request with the transaction number of another one, whoever sent that."""
    recent: dict[int, tuple[int, int]] = {}

    def another(message: Any) -> bool:
        number, now = message.payload[1], hub.stack.clock.now
        time, sender = recent.get(number, (-SECOND, message.src))
        if now - time < SECOND and sender != message.src:
            note()
            return False
        recent[number] = now, message.src
        return True

    _received(hub, another)


@WRONG.add("hub-is-deaf-after-noise", "HSRV", "espressif/esp-zigbee-sdk#880")
def deaf_after_noise(hub: Any, note: Note) -> None:
    """Once there was noise on its channel, it hears nothing more until it restarts."""

    def listen() -> None:
        if hub.radio._air.energy(hub.radio) > LOUD:
            note()
            hub.radio.receiver = None
        else:
            hub.stack.clock.call_later(LOOK, listen)

    hub.stack.clock.call_later(LOOK, listen)

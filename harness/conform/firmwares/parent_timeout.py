"""Wrong firmwares: the end-device timeout."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.clock import MINUTE, SECOND
from hanbench.emulator.zigbee.nwk.commands import EndDeviceTimeoutRequest, EndDeviceTimeoutResponse
from hanbench.emulator.zigbee.nwk.join_states import JoinEvent
from hanbench.harness.conform.firmwares.model import Firmwares, Note, wrapped

WRONG = Firmwares([])
PATIENCE = 10 * SECOND


def _ask(device: Any) -> None:
    stack = device.stack
    if stack.joined:
        request = EndDeviceTimeoutRequest(timeout=stack.config.requested_timeout_index)
        stack.nwk.send_command(stack.nwk.network.parent, request)


def _on_response(device: Any, handle: Any) -> None:
    device.stack.nwk.on_command[EndDeviceTimeoutResponse.ID] = lambda frame, command, mac_frame: handle(command)


@WRONG.add("needs-a-timeout", "EDT", "zigbee-rs/zigbee-rs#68, which takes no answer for an old parent")
def needs_a_timeout(device: Any, note: Note) -> None:
    """It looks for another parent when its own does not grant it a timeout."""
    joiner, granted = device.stack.joiner, [False]

    def responded(command: Any) -> None:
        granted[0] = command.status == 0

    def joined(former: Any, rejoined: bool) -> None:
        granted[0] = False
        former(rejoined)

        def look() -> None:
            if not granted[0]:
                note()
                joiner.event(JoinEvent.REJOIN)

        device.stack.clock.call_later(PATIENCE, look)

    _on_response(device, responded)
    wrapped(joiner, "on_joined", joined)


@WRONG.add("asks-until-granted", "EDT", kind="ihd")
def asks_until_granted(device: Any, note: Note) -> None:
    """It asks for its timeout each time that it was refused, without end."""

    def responded(command: Any) -> None:
        if command.status:
            note()
            device.stack.clock.call_later(SECOND, _ask, device)

    _on_response(device, responded)


@WRONG.add("asks-for-its-timeout-each-minute", "EDT", "nrfconnect/ncs-zigbee#13 (known issue KRKNWK-20726)")
def asks_each_minute(device: Any, note: Note) -> None:
    """It asks for its timeout each minute, although its parent counts its polls."""

    def again() -> None:
        note()
        _ask(device)
        device.stack.clock.call_later(MINUTE, again)

    device.stack.clock.call_later(MINUTE, again)

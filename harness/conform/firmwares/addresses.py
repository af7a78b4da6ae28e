"""Wrong firmwares: short addresses that a parent changes."""

from __future__ import annotations

from typing import Any

from hanbench.emulator.zigbee.nwk.commands import RejoinResponse
from hanbench.harness.conform.firmwares.model import Firmwares, Note

WRONG = Firmwares([])


@WRONG.add("keeps-a-double-address", "ADR", "Koenkk/zigbee2mqtt#27517")
def keeps_a_double_address(device: Any, note: Note) -> None:
    """It takes no short address that it did not ask for, and goes on under one that another device has, too."""
    handlers, joiner = device.stack.nwk.on_command, device.stack.joiner
    former = handlers[RejoinResponse.ID]

    def answered(frame: Any, command: Any, mac_frame: Any) -> None:
        if joiner.state.name == "JOINED":
            note()
        else:
            former(frame, command, mac_frame)

    handlers[RejoinResponse.ID] = answered


@WRONG.add("takes-any-address", "ADR")
def takes_any_address(device: Any, note: Note) -> None:
    """It takes its short address from whatever Rejoin Response comes, whoever sends it."""
    handlers, joiner = device.stack.nwk.on_command, device.stack.joiner
    former = handlers[RejoinResponse.ID]

    def answered(frame: Any, command: Any, mac_frame: Any) -> None:
        if joiner.state.name != "JOINED" or command.status:
            former(frame, command, mac_frame)
            return
        note()
        network = device.storage.network
        network.short = command.short
        device.stack.nwk.apply(network)

    handlers[RejoinResponse.ID] = answered

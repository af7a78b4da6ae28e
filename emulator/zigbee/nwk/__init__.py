"""The network layer: frames and commands, neighbours, joining, the parent's side, maintenance (R22, chapter 3).

`frames`, `commands` and `beacon` are meant to be used by their module's name: `frames.parse`, `commands.Leave`.
"""

from hanbench.emulator.zigbee.nwk import beacon, commands, frames
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.commands import NwkCommand
from hanbench.emulator.zigbee.nwk.frames import NwkFrame

__all__ = ["BeaconPayload", "NwkCommand", "NwkFrame", "beacon", "commands", "frames"]

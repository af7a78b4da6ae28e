"""The network layer: frames, commands, joining, parent, maintenance (R22, chapter 3).

`frames`, `commands` and `beacon` are used by their module's name: `frames.decode`, `commands.Leave`.
"""

from hanbench.emulator.zigbee.nwk import beacon, commands, frames
from hanbench.emulator.zigbee.nwk.beacon import BeaconPayload
from hanbench.emulator.zigbee.nwk.commands import NwkCommand
from hanbench.emulator.zigbee.nwk.frames import NwkFrame

__all__ = ["BeaconPayload", "NwkCommand", "NwkFrame", "beacon", "commands", "frames"]

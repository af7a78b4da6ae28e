"""The application support sub-layer: delivery, fragmentation, keys and the Trust Centre (R22, chapters 2.2 and 4).

`frames` and `commands` are used by their module's name: `frames.decode`, `commands.SwitchKey`.
"""

from hanbench.emulator.zigbee.aps import commands, frames
from hanbench.emulator.zigbee.aps.commands import ApsCommand
from hanbench.emulator.zigbee.aps.frames import ApsFrame, Fragment

__all__ = ["ApsCommand", "ApsFrame", "Fragment", "commands", "frames"]

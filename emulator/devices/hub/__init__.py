"""The Communications Hub: `hub` puts it together, and each other file is one of its functions."""

from hanbench.emulator.devices.hub.flash import DeviceEntry, HubFlash
from hanbench.emulator.devices.hub.hub import CommsHub
from hanbench.emulator.devices.hub.wan import WanInterface, WanReply

__all__ = ["CommsHub", "DeviceEntry", "HubFlash", "WanInterface", "WanReply"]

"""The in-home display: `ihd` puts it together, and each other file is one of its functions."""

from hanbench.emulator.devices.ihd.display import Display
from hanbench.emulator.devices.ihd.ihd import Ihd

__all__ = ["Display", "Ihd"]

"""The gas meter: `gsme` puts it together, and each other file is one of its functions."""

from hanbench.emulator.devices.gsme.flash import GasMeterFlash
from hanbench.emulator.devices.gsme.gsme import Gsme
from hanbench.emulator.devices.gsme.mirror_states import MirrorState

__all__ = ["GasMeterFlash", "Gsme", "MirrorState"]

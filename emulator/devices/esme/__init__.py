"""The electricity meter."""

from hanbench.emulator.devices.esme.esme import Esme

__all__ = ["Esme"]

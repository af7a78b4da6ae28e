"""hanbench: a device-facing HAN emulator and test harness for GB SMETS1 meters."""

from __future__ import annotations

__version__ = "0.5.0"

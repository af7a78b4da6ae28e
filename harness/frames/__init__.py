"""Dissection of frames to names and text, for fault patterns, expectations, evidence and reports."""

from __future__ import annotations

from hanbench.harness.frames.dissected import Dissected, Layer
from hanbench.harness.frames.dissector import Dissector

__all__ = ["Dissected", "Dissector", "Layer"]

"""What a frame on the air is, in names and words: for patterns of faults, expectations, evidence and reports."""

from __future__ import annotations

from hanbench.harness.frames.dissected import Dissected, Layer
from hanbench.harness.frames.dissector import Dissector

__all__ = ["Dissected", "Dissector", "Layer"]

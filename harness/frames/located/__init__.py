"""Decoding of single frames, field by field, with the offset of each: for people who paste octets."""

from __future__ import annotations

from hanbench.harness.frames.located.decoder import LAYERS, Decoder
from hanbench.harness.frames.located.reading import Hints
from hanbench.harness.frames.located.tree import (
    DecodedField,
    DecodedFile,
    DecodedFrame,
    DecodedLayer,
    Undecoded,
    WantedKey,
)

__all__ = [
    "LAYERS",
    "DecodedField",
    "DecodedFile",
    "DecodedFrame",
    "DecodedLayer",
    "Decoder",
    "Hints",
    "Undecoded",
    "WantedKey",
]

"""Crafting frames at a prompt: scapy layers for every command of the clusters, and a lab that sends them on the Air.

This imports scapy, which takes long; no other part of hanbench imports this.
"""

from __future__ import annotations

from hanbench.harness.crafting.lab import Answer, Lab
from hanbench.harness.crafting.layers import LAYERS, ApsPacket, ZclPacket, addressed, cluster

__all__ = ["LAYERS", "Answer", "ApsPacket", "Lab", "ZclPacket", "addressed", "cluster"]

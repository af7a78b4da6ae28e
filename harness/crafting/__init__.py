"""Crafting frames at a prompt: scapy layers for every command of the clusters, and a lab that sends them into the Air.

Imports scapy, which takes its time: nothing else of hanbench imports this.
"""

from __future__ import annotations

from hanbench.harness.crafting.lab import Answer, Lab
from hanbench.harness.crafting.layers import LAYERS, ApsPacket, ZclPacket, addressed, cluster

__all__ = ["LAYERS", "Answer", "ApsPacket", "Lab", "ZclPacket", "addressed", "cluster"]

"""What a user chooses about the broker."""

from __future__ import annotations

from dataclasses import dataclass

from hanbench.harness.broker.address import BrokerAddress


@dataclass(frozen=True)
class BrokerOptions:
    """The broker of one or several benches."""

    address: BrokerAddress
    commands: bool = False
    """Whether requests are carried out: whoever may write to the broker's topics may then break the bench."""
    frames: bool = False
    """Whether frames are published, with QoS 0."""
    home_assistant: bool = False
    """Whether Home Assistant is told of the bench, below `homeassistant/`."""
    glow: bool = False
    """Whether the meters are published as a Hildebrand Glow does, below `glow/`."""

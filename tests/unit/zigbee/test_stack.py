"""Stacks by role: each goes with the configuration of its role alone."""

from __future__ import annotations

import pytest

from hanbench.emulator.clock import VirtualClock
from hanbench.emulator.errors import LocalProtocolError
from hanbench.emulator.radio import Air, AirRadio
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.nwk.config import LogicalType, NodeConfig
from hanbench.emulator.zigbee.stack import CoordinatorStack, EndDeviceStack, RouterStack, SleepyStack, Stack
from hanbench.emulator.zigbee.storage import NonVolatile

CONFIGS: dict[type[Stack], NodeConfig] = {
    CoordinatorStack: NodeConfig(LogicalType.COORDINATOR),
    RouterStack: NodeConfig(LogicalType.ROUTER),
    EndDeviceStack: NodeConfig(LogicalType.END_DEVICE),
    SleepyStack: NodeConfig(LogicalType.END_DEVICE, rx_on=False),
}


def stack(kind: type[Stack], config: NodeConfig) -> Stack:
    clock = VirtualClock()
    radio = AirRadio(Air(clock, split(1, "air")), clock, split(1, "radio"), "node")
    return kind(radio, clock, split(1, "node"), NonVolatile(0xA1), config)


@pytest.mark.parametrize("other", CONFIGS, ids=lambda kind: f"of {kind.__name__}")
@pytest.mark.parametrize("kind", CONFIGS, ids=lambda kind: kind.__name__)
def test_a_stack_takes_the_configuration_of_its_role_alone(kind: type[Stack], other: type[Stack]) -> None:
    if kind is other:
        assert not stack(kind, CONFIGS[kind]).joined
        return
    with pytest.raises(LocalProtocolError, match=kind.__name__):
        stack(kind, CONFIGS[other])

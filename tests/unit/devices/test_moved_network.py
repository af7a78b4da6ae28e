"""A hub moves to another PAN ID while its electricity meter is deaf.

Expected: the meter finds its network within 24 hours (SE 1.4a, 5.5.5.3: failing keep-alives lead to recovery after at
most 24 hours; 5.5.5.4: by extended PAN ID), whatever the hub says of the keep-alive (base 1 to 255 minutes, jitter 0 to
0x0200 s; writable, so that a device may read an invalid one too; all bits set is ZCL's non-value).
"""

from __future__ import annotations

import asyncio

import pytest

from hanbench.emulator.zcl.clusters import KEEP_ALIVE
from hanbench.emulator.zcl.clusters.keep_alive import KeepAliveAttributes
from hanbench.emulator.zigbee.nwk.join_states import JoinState
from hanbench.harness.conform.dut.emulated import EmulatedDevice
from hanbench.harness.conform.fuzz.session import Session
from hanbench.harness.conform.selftest import healthy_setting
from hanbench.profiles.rulesets import Cohort

DAY_S = 24 * 3600.0
DELIVERED_S = 12.0
"""More than nwkNetworkBroadcastDeliveryTime, 9 s (R22, table 3-57)."""


@pytest.mark.parametrize("cohort", [Cohort.IOC, Cohort.MOC_SECURE])
@pytest.mark.parametrize("timing", [None, (10, 300), (254, 0x0200), (254, 0xFFFE)])
def test_a_meter_that_missed_the_network_update_is_back_in_a_day(
    cohort: Cohort, timing: tuple[int, int] | None
) -> None:
    session = Session(healthy_setting(cohort, "esme"), "2")
    try:
        device = session.bench.device
        assert isinstance(device, EmulatedDevice)
        hub, meter = session.bench.han.hub, device._device
        if timing is not None:
            server = hub.endpoint.servers[KEEP_ALIVE.id]
            server.set(KeepAliveAttributes.TCKeepAliveBase, timing[0])
            server.set(KeepAliveAttributes.TCKeepAliveJitter, timing[1])
            session.bench.run(asyncio.sleep(5 * 3600))  # the meter has read them
        extended = meter.stack.nwk.network.extended_pan_id
        hear, meter.stack.mac.on_data = meter.stack.mac.on_data, None
        assert hub.stack.maintenance.change_pan_id() is not None
        session.bench.run(asyncio.sleep(DELIVERED_S))
        meter.stack.mac.on_data = hear
        assert meter.stack.mac.pan_id != hub.stack.mac.pan_id
        outcome = session.play((), 1)
        assert outcome.alive, outcome.why
        assert outcome.recovery_s is not None
        assert outcome.recovery_s <= DAY_S
        assert meter.stack.joiner.state is JoinState.JOINED
        assert meter.stack.mac.pan_id == hub.stack.mac.pan_id
        assert meter.stack.nwk.network.extended_pan_id == extended
    finally:
        session.close()

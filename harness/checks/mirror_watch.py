"""Watches the mirror of a gas meter, which goes on answering when its meter is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hanbench.harness.checks.han_connectivity import HanConnectivityCheck
from hanbench.harness.checks.mirror_age import mirror_age
from hanbench.harness.han.han import Han

LOOK_EVERY = 60
"""Seconds of the bench's clock between two looks."""


async def watch_mirror(han: Han, told: Callable[[str], None]) -> None:
    """Tell when the gas meter's mirror becomes stale, and when the meter is heard again; until cancelled."""
    check, was_stale = HanConnectivityCheck(), False
    while True:
        await asyncio.sleep(LOOK_EVERY)
        age = mirror_age(han, check.sleep_allowance(han) + check.margin)
        if age is not None and age.stale is not was_stale:
            was_stale = age.stale
            told(age.words)

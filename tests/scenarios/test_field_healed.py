"""A capture in which a fault was put right: `hanbench diagnose` calls no meter failed that is well again."""

from __future__ import annotations

import asyncio
from io import BytesIO
from pathlib import Path

import pytest

from hanbench.emulator.clock import run
from hanbench.harness.capture import Recorder
from hanbench.harness.capture.foreign import read_foreign
from hanbench.harness.faults import FAULTS
from hanbench.harness.field import FieldKeys, FieldVerdict, diagnose
from hanbench.harness.han.formation import form
from tests.support.field_captures import HOUR, home
from tests.support.han import START

OF_THE_HUB = ("hub-counter-lost", "hub-full", "hub-without-power", "hub-reflashed", "hub-exchanged", "repeater-gone")


@pytest.mark.parametrize("fault", [*OF_THE_HUB, "gsme-exchanged"])
def test_a_meter_that_is_well_again_is_heard_well(fault: str, tmp_path: Path) -> None:
    """Five hours after the fault was put right: ten wakes."""
    han = home(fault, f"healed/{fault}")

    async def story() -> None:
        await form(han)
        await asyncio.sleep(3 * HOUR)
        await FAULTS[fault].inject(han)
        await asyncio.sleep(6 * HOUR)
        await FAULTS[fault].heal(han)
        await asyncio.sleep(5 * HOUR)

    stream = BytesIO()
    recorder = Recorder(han.medium, stream, epoch=START)
    run(han.clock, story())
    recorder.detach()
    path = tmp_path / "healed.pcapng"
    path.write_bytes(stream.getvalue())
    keys = FieldKeys()
    for key in han.keys:
        keys.add(key.label, key.octets)
    found = diagnose(read_foreign(path), keys, gsme=han.settings.gsme.ieee)
    assert (found.verdict, found.ranked) == (FieldVerdict.HEARD_WELL, ())

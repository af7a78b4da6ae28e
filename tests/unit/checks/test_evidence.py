"""The evidence of a check: which octets on the air belong to it, and that no octets end it."""

from __future__ import annotations

import asyncio

import pytest

from hanbench.emulator.mac.frames import short_data_ends
from hanbench.emulator.radio.fcs import fcs
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.harness.case.check import Verdict
from tests.support.han import check_connectivity, run_on_han

COMPRESSED = bytes.fromhex("4188 07 621a 3412 7856")
"""Data (IEEE 802.15.4-2011, 5.2.1.1), PAN ID compression, short addresses: PAN 0x1A62, 0x5678 to 0x1234."""
OF_TWO_PANS = bytes.fromhex("0188 07 621a 3412 0100 7856")
"""The same without compression: the source is in PAN 0x0001."""


@pytest.mark.parametrize("mpdu", [COMPRESSED, OF_TWO_PANS], ids=["one PAN", "two PANs"])
def test_the_ends_of_a_data_frame_are_read_where_they_stand(mpdu: bytes) -> None:
    assert short_data_ends(mpdu + fcs(mpdu)) == (0x1A62, 0x5678, 0x1234)


@pytest.mark.parametrize("mpdu", [COMPRESSED, OF_TWO_PANS], ids=["one PAN", "two PANs"])
def test_a_data_frame_cut_short_has_no_ends(mpdu: bytes) -> None:
    for length in range(len(mpdu)):
        assert short_data_ends(mpdu[:length] + fcs(mpdu[:length])) is None


def test_frames_of_three_to_eight_octets_do_not_end_a_check() -> None:
    async def scenario(han):
        check = asyncio.create_task(check_connectivity(han))
        await asyncio.sleep(3)
        stranger = SilentStation("stranger", han.hub.stack.nwk.network.channel)
        for length in range(3, 9):
            mpdu = COMPRESSED[: length - 2]
            han.air.send(stranger, mpdu + fcs(mpdu), han.clock.now)
            await asyncio.sleep(0.1)
        return await check

    assert run_on_han(scenario, seed="evidence").verdict is Verdict.PASS

"""A radio that lies about acknowledgements is told from a meter that is dead (design, section 7)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hanbench.emulator.radio.interface import TxResult, TxStatus
from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.han.han import Han
from tests.support.han import check_connectivity, run_on_han


def swallowing(han: Han, radio: Any, lost: Callable[[bytes], bool]) -> None:
    """Let a radio call some frames acknowledged that it does not send."""
    transmit = radio.transmit

    def lying(psdu: bytes, done: Callable[[TxResult], None], **options: Any) -> None:
        if lost(psdu):
            han.clock.call_later(4_000, done, TxResult(TxStatus.ACKED, False))
        else:
            transmit(psdu, done, **options)

    radio.transmit = lying


def short_of_gsme(han: Han) -> bytes:
    network = han.gsme.storage.network
    assert network is not None
    return network.short.to_bytes(2, "little")


def test_a_hubs_radio_that_invents_acknowledgements_makes_a_check_inconclusive() -> None:
    async def scenario(han: Han) -> HanCheck:
        meter = short_of_gsme(han)
        swallowing(han, han.radio("hub"), lambda psdu: psdu[5:7] == meter)
        return await check_connectivity(han)

    found = run_on_han(scenario, seed="lies")
    assert (found.verdict, found.cause) == (Verdict.INCONCLUSIVE, Subject.BENCH)
    assert "the radio of the hub calls" in found.detail
    assert "it polls and gets nothing" in found.detail


def test_a_meters_radio_that_invents_acknowledgements_makes_a_check_inconclusive() -> None:
    async def scenario(han: Han) -> HanCheck:
        swallowing(han, han.radio("gsme"), lambda psdu: psdu[0] & 7 == 1)
        return await check_connectivity(han)

    found = run_on_han(scenario, seed="lies")
    assert (found.verdict, found.cause) == (Verdict.INCONCLUSIVE, Subject.BENCH)
    assert "the radio of the gsme calls" in found.detail


def test_a_repeaters_radio_that_invents_acknowledgements_makes_a_check_inconclusive() -> None:
    async def scenario(han: Han) -> HanCheck:
        meter = short_of_gsme(han)
        swallowing(han, han.radio("repeater"), lambda psdu: psdu[5:7] == meter)
        return await check_connectivity(han)

    found = run_on_han(scenario, seed="lies", repeater=True)
    assert (found.verdict, found.cause) == (Verdict.INCONCLUSIVE, Subject.BENCH)
    assert "the radio of the repeater calls" in found.detail
    assert "it polls and gets nothing" in found.detail


def test_a_meter_that_polls_and_gets_nothing_is_told_so() -> None:
    """Its parent acknowledges its polls and has lost its requests: `sleepy_queue` never runs them."""

    async def scenario(han: Han) -> HanCheck:
        han.hub.sleepy_queue.heard = lambda ieee: None  # type: ignore[method-assign]
        han.hub.stack.parent.on_awake.clear()
        han.gsme.conduct = replace(han.gsme.conduct, hung=True)
        return await check_connectivity(han)

    found = run_on_han(scenario, seed="lies")
    assert found.verdict is Verdict.FAIL
    assert "it polls and gets nothing" in found.detail


def test_honest_radios_are_no_liars() -> None:
    async def scenario(han: Han) -> HanCheck:
        han.gsme.power_off()
        return await check_connectivity(han)

    found = run_on_han(scenario, seed="lies")
    assert found.verdict is Verdict.FAIL
    assert "radio" not in found.detail

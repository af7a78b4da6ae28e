"""A WAN that loses a message makes a check inconclusive, never a failure of the gas meter (Various 1, (ii)(b), (c))."""

from __future__ import annotations

import pytest

from hanbench.harness.case.check import HanCheck, Subject, Verdict
from hanbench.harness.han.han import Han
from tests.support.han import check_connectivity, run_on_han

MESSAGES = 10
"""Requests and answers of a check that passes: two device tables, and three reads."""


async def losing(han: Han, number: int) -> HanCheck:
    """A check during which the WAN loses the message with this number, from 1."""
    carried = 0

    def loses() -> bool:
        nonlocal carried
        carried += 1
        return carried == number

    han.wan.loses = loses
    return await check_connectivity(han)


@pytest.mark.parametrize("number", range(1, MESSAGES + 1))
def test_the_loss_of_any_message_is_no_failure_of_the_gas_meter(number: int) -> None:
    found = run_on_han(lambda han: losing(han, number), seed="lossy")
    assert (found.verdict, found.cause, found.code) == (Verdict.INCONCLUSIVE, Subject.WAN, None)


def test_a_check_has_no_more_messages_than_these() -> None:
    assert run_on_han(lambda han: losing(han, MESSAGES + 1), seed="lossy").verdict is Verdict.PASS

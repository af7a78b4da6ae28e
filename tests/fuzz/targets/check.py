"""A HAN-connectivity check while somebody sends what they like: it ends in a verdict, and a dead meter never passes."""

from __future__ import annotations

import asyncio

from hanbench.emulator.clock import VirtualClock, run
from hanbench.emulator.radio import AirRadio, RadioConfig, TxResult
from hanbench.harness.case.check import Verdict
from hanbench.harness.checks import HanConnectivityCheck
from tests.fuzz.home import fresh_home, injected
from tests.fuzz.target import Target


def _check(octets: bytes, *, dead: bool) -> Verdict:
    home = fresh_home()
    han, clock = home.han, home.clock
    intruder = AirRadio(han.air, clock, han.random("intruder"), "intruder", (2.0, 2.0))
    intruder.configure(RadioConfig(channel=han.radio("hub").config.channel))

    ended: list[TxResult] = []

    async def attacked() -> Verdict:
        sent = 0
        if dead:
            han.gsme.power_off()
        check = asyncio.create_task(HanConnectivityCheck().run(han))
        for frame in injected(octets):
            await asyncio.sleep(0.02)
            psdu = home.psdu(frame)
            if len(psdu) >= 3 and len(ended) == sent:
                sent += 1
                intruder.transmit(psdu[:127], ended.append, retries=0)
        return (await check).check.verdict

    assert isinstance(clock, VirtualClock)
    return run(clock, attacked())


def _dead(octets: bytes) -> None:
    verdict = _check(octets, dead=True)
    assert verdict is not Verdict.PASS, "a meter without power passed"


def _healthy(octets: bytes) -> None:
    assert isinstance(_check(octets, dead=False), Verdict)


TARGETS = (
    Target("check.dead", _dead, (), 700),
    Target("check.healthy", _healthy, (), 700),
)

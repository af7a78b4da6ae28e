"""A bench without asyncio: each call runs the bench's time as long as it needs."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import Coroutine
from contextlib import ExitStack
from typing import Any

from hanbench.emulator.clock import ClockLoop
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.case.check import HanCheck
from hanbench.harness.checks import EvidencedCheck, HanConnectivityCheck
from hanbench.harness.faults import FAULTS, Fault
from hanbench.harness.han.formation import form
from hanbench.harness.han.han import Han
from hanbench.profiles.benches import StartingState
from hanbench.profiles.explain import suggestion


class UnknownFaultError(KeyError):
    """There is no fault of that name; the text has the nearest one."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        near = suggestion(name, tuple(FAULTS))
        self._text = f"no such fault: {name!r}{near} (`hanbench faults` lists them)"

    def __str__(self) -> str:
        return self._text  # KeyError would show its repr


class Bench:
    """A HAN on its own clock, for tests and prompts that are not coroutines."""

    def __init__(
        self,
        name: str = "virtual",
        seed: str = "1",
        begins: StartingState = StartingState.INSTALLED,
        firmware: str | None = None,
    ) -> None:
        """`name`: a shipped bench, or a bench file. `firmware`: the model of all its virtual dongles.

        Raises ProfileError.
        """
        found = BenchFile.find(name)
        self._bench = found if firmware is None else found.with_firmware(firmware)
        clock = self._bench.clock()
        self._runner = asyncio.Runner(loop_factory=lambda: ClockLoop(clock))
        self._kept = ExitStack()
        state = self._kept.enter_context(self._bench.state(lambda text: warnings.warn(text, stacklevel=2)))
        try:
            self.han: Han = self._bench.assemble(clock=clock, seed=seed, state=state)
            self.run(self._open())
        except BaseException:
            self._kept.close()
            raise
        if begins is StartingState.NEW:
            self.run(form(self.han))
        else:
            self.run(self._bench.begin(self.han))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine to its end; `asyncio.sleep` in it is the bench's time."""
        return self._runner.run(work)

    def wait(self, seconds: float) -> None:
        """Let `seconds` of the bench's time pass."""
        self.run(asyncio.sleep(seconds))

    def check(self) -> HanCheck:
        """Run one HAN-connectivity check."""
        found: EvidencedCheck = self.run(HanConnectivityCheck().run(self.han))
        return found.check

    def inject(self, fault: str) -> None:
        """Inject a fault. Raises UnknownFaultError, a KeyError."""
        __tracebackhide__ = True
        chosen = _fault(fault)

        async def injected() -> None:
            await chosen.inject(self.han)

        self.run(injected())

    def heal(self, fault: str) -> None:
        """Heal a fault. Raises UnknownFaultError, a KeyError."""
        __tracebackhide__ = True
        chosen = _fault(fault)

        async def healed() -> None:
            await chosen.heal(self.han)

        self.run(healed())

    def close(self) -> None:
        """Close all radios and the event loop. Raises OutputError if the state of the bench cannot be written."""
        self.run(self._close())
        self._runner.close()
        self._kept.close()

    async def _open(self) -> None:
        await self.han.radios.__aenter__()

    async def _close(self) -> None:
        self.han.radios.close()


def _fault(name: str) -> Fault:
    __tracebackhide__ = True
    if name not in FAULTS:
        raise UnknownFaultError(name)
    return FAULTS[name]

"""What a case sees of the air, and states about it: steps, expected frames, and what must hold."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Literal

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.pattern import FramePattern
from hanbench.harness.conform.bench import ConformBench, UnreachedError
from hanbench.harness.conform.frame import Expected, Frame, Where
from hanbench.harness.conform.result import Failure, Margin, StepResult

Sender = Literal["device", "hub", "esme", "gsme", "anyone"]
"""The device under test, or one of the bench's own."""


class CaseFailed(Exception):  # noqa: N818  a verdict, not an error
    """What must hold does not."""

    def __init__(self, failure: Failure, frames: tuple[Frame, ...] = ()) -> None:
        super().__init__(failure.sentence)
        self.failure = failure
        self.frames = frames


class Watcher:
    """The frames of one case, step by step. Time passes only in the methods that wait."""

    def __init__(self, bench: ConformBench) -> None:
        self._bench = bench
        self._start = bench.clock.now
        self._from = len(bench.frames)
        """Index of the first frame that the next expectation may meet."""
        self._mark = self._from
        """Index of the first frame of the present step."""
        self._steps: list[tuple[str, float, list[int]]] = []
        self.misnumbered: tuple[int, list[Frame]] = (0, [])
        """Number of the last request without an answer, and the answers with other numbers that came in its place."""
        self.margins: list[Margin] = []
        self.kind = bench.setting.kind

    @property
    def now(self) -> float:
        """Seconds of the bench's clock."""
        return self._bench.clock.now / SECOND

    # --- steps --------------------------------------------------------------------------------------------------------

    def step(self, sentence: str) -> None:
        """Begin a step. Frames before it do not count in what follows."""
        self.misnumbered = (0, [])
        self._steps.append((sentence, self.now - self._start / SECOND, []))
        self._mark = self._from = len(self._bench.frames)

    @property
    def steps(self) -> tuple[StepResult, ...]:
        return tuple(StepResult(sentence, round(at, 3), tuple(frames)) for sentence, at, frames in self._steps)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._bench.run(asyncio.sleep(seconds))

    def wait_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Let time pass until a condition of the bench's own devices holds; return whether it does."""
        return self._bench.run(self._holds(condition, seconds))

    async def _holds(self, condition: Callable[[], bool], seconds: float) -> bool:
        end = self.now + seconds
        while not condition():
            if self.now >= end:
                return False
            await asyncio.sleep(1)
        return True

    # --- frames -------------------------------------------------------------------------------------------------------

    def pattern(
        self,
        name: str | None,
        *,
        sender: Sender = "device",
        cluster: str | None = None,
        where: Where | None = None,
        that: str = "",
    ) -> Expected:
        """Return a pattern of frames by their names in `hanbench run`; `where` narrows it, and `that` says how."""
        role = self.kind if sender == "device" else None if sender == "anyone" else sender
        return Expected(FramePattern(name=name, sender=role, cluster=cluster), where, that)

    def frames(
        self,
        name: str | None = None,
        *,
        sender: Sender = "device",
        cluster: str | None = None,
        where: Where | None = None,
    ) -> list[Frame]:
        """Return the frames of the present step that belong to a set."""
        wanted = self.pattern(name, sender=sender, cluster=cluster, where=where)
        return [frame for frame in self._bench.frames[self._mark :] if wanted.matches(frame)]

    def every_frame(self) -> list[Frame]:
        """Return every frame of the case from its first step on, and of its preparation."""
        return self._bench.frames

    def expect(
        self,
        name: str | None,
        *,
        within: float,
        sender: Sender = "device",
        cluster: str | None = None,
        where: Where | None = None,
        that: str = "",
        otherwise: str = "",
    ) -> Frame:
        """Return the next frame of a set, after the one expected before; the case fails if none comes in time.

        `within`: seconds from now. `otherwise`: the sentence about its absence.
        """
        wanted = self.pattern(name, sender=sender, cluster=cluster, where=where, that=that)
        found = self.seek(wanted, within)
        if found is None:
            raise self.missed(wanted, within, otherwise or f"no such frame within {within:g} s")
        return self.noted(found)

    def noted(self, frame: Frame) -> Frame:
        """Note a frame as one that the present step rests on, and return it."""
        self._steps[-1][2].append(frame.number)
        return frame

    def missed(self, wanted: Expected, within: float, sentence: str) -> CaseFailed:
        """Return the failure of a device that did not send a frame of a set in time."""
        return CaseFailed(Failure(sentence, f"{wanted.words} within {within:g} s", self._seen()), self._last())

    def seek(self, wanted: Expected, within: float) -> Frame | None:
        """Return the next frame of a set, after the one expected before; None: it did not come in time."""
        found = self._bench.run(self._sought(wanted, within))
        if found is not None:
            self._from = found.number
        return found

    async def _sought(self, wanted: Expected, within: float) -> Frame | None:
        for frame in self._bench.frames[self._from :]:
            if wanted.matches(frame):
                return frame
        arrived: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()

        def saw(frame: Frame) -> None:
            if not arrived.done() and wanted.matches(frame):
                arrived.set_result(frame)

        self._bench.on_frame = saw
        try:
            async with asyncio.timeout(within):
                return await arrived
        except TimeoutError:
            return None
        finally:
            self._bench.on_frame = lambda frame: None

    def never(
        self,
        name: str | None,
        *,
        during: float,
        sender: Sender = "device",
        cluster: str | None = None,
        where: Where | None = None,
        that: str = "",
        otherwise: str = "",
    ) -> None:
        """Let `during` seconds pass; the case fails if a frame of the present step belongs to a set."""
        wanted = self.pattern(name, sender=sender, cluster=cluster, where=where, that=that)
        found = next(iter(self.frames(name, sender=sender, cluster=cluster, where=where)), None)
        found = found or self.seek(wanted, during)
        if found is not None:
            sentence = otherwise or "there must be no such frame"
            raise CaseFailed(Failure(sentence, f"no {wanted.words}", found.found.line), (found,))

    # --- what must hold -----------------------------------------------------------------------------------------------

    def require(self, holds: bool, sentence: str, *frames: Frame, expected: str = "", seen: object = "") -> None:
        """State what must hold. `sentence` says what is wrong if it does not."""
        if self._steps:
            self._steps[-1][2].extend(frame.number for frame in frames)
        if not holds:
            said = str(seen) if seen != "" else "; ".join(frame.found.line for frame in frames[:3])
            tsn, others = self.misnumbered
            if not frames and others:
                numbers = ", ".join(str(frame.zcl.tsn) for frame in others if frame.zcl is not None)
                said = f"{said or 'no answer'}; but an answer with transaction {numbers}, where the request has {tsn}"
                frames = tuple(others[:3])
            raise CaseFailed(Failure(sentence, expected, said), frames)

    def require_equal(self, seen: object, expected: object, sentence: str, *frames: Frame, form: str = "") -> None:
        """State that a value is the expected one. `form`: how both are shown, such as `#06x`."""
        shown = [str(each) if each is None else format(each, form) for each in (expected, seen)]
        self.require(seen == expected, sentence, *frames, expected=shown[0], seen=shown[1])

    def measure(self, what: str, value: float, limit: float, unit: str = "s", *frames: Frame) -> None:
        """State that a measured value is within its limit, and note the margin."""
        self.margins.append(Margin(what, round(value, 3), round(limit, 3), unit))
        self.require(
            value <= limit, f"{what}: too much", *frames, expected=f"at most {limit:g} {unit}", seen=f"{value:g} {unit}"
        )

    def bench_must(self, holds: bool, sentence: str) -> None:
        """State what the bench needs; the case is inconclusive otherwise."""
        if not holds:
            raise UnreachedError(sentence)

    def _seen(self) -> str:
        names = [frame.name for frame in self.frames() if frame.name != "acknowledgement"]
        counted = {name: names.count(name) for name in names}
        return ", ".join(f"{count} x {name}" for name, count in counted.items()) or "nothing from the device"

    def _last(self) -> tuple[Frame, ...]:
        return tuple(self.frames()[-6:])

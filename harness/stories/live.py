"""A story told on a HAN: faults, checks and commissionings are carried out on real frames."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from types import TracebackType
from typing import Any, NamedTuple, TypeVar

from msgspec import structs

from hanbench.emulator.clock import SECOND, ClockLoop
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.case.check import HanCheck, Subject
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.pattern import Phase
from hanbench.harness.case.plan import FaultEvent, State
from hanbench.harness.checks import EvidencedCheck, EvidencedCommissioning, HanConnectivityCheck, commission
from hanbench.harness.faults.active_faults import ActiveFaults
from hanbench.harness.faults.frame_faults import EventTally, Note
from hanbench.harness.han.formation import FormationError, form
from hanbench.harness.han.han import Han
from hanbench.harness.han.installed import install
from hanbench.harness.stories.fault_timeline import FaultTimeline
from hanbench.harness.stories.frame_count import FrameCount
from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError

T = TypeVar("T")

FORMATION = timedelta(minutes=15)
"""Time between the set-up of the HAN and the loading of the installation."""
_TOO_LONG = f"it is not up when the installation is loaded, after {FORMATION // timedelta(minutes=1)} minutes"

Told = EvidencedCheck | EvidencedCommissioning
"""What a check or a commissioning came to."""


class Beginning(NamedTuple):
    """How a story begins, and what is planned in it."""

    begins: StartingState
    events: tuple[FaultEvent, ...]
    check: HanConnectivityCheck
    scenario: str
    """The id of the scenario, for errors."""


def no_capture(text: str) -> None:
    """Discard a comment on a frame, because there is no capture."""


class HanStory:
    """A story told on a HAN that is there, from the present moment on.

    Time is that of the HAN's clock, microseconds. `run` must have begun before anything else is asked of the story.
    """

    _faults: FaultTimeline

    def __init__(
        self,
        han: Han,
        check: HanConnectivityCheck,
        calendar: Calendar,
        truth: Callable[[int, Subject, State, str], None],
        *,
        count: FrameCount | None = None,
        note: Note = no_capture,
    ) -> None:
        """`calendar`: the dates of the case. `truth` is told each change of the ground truth: its time, subject, state
        and cause.
        """
        self.han = han
        self.frames = 0
        """Transmissions on the Air up to the last end of a check or commissioning, or change of the ground truth."""
        self._check_settings = check
        self._truth = truth
        self._count = count
        self._note = note
        self._job: asyncio.Task[Told] | None = None
        self._commissionings = 0
        self._calendar = calendar

    @property
    def time(self) -> int:
        """The time of the HAN, microseconds."""
        return self.han.clock.now

    @property
    def quiet(self) -> bool:
        """Whether the ground truth will not change by itself any more."""
        return self._job is None and self._faults.quiet

    @property
    def tallies(self) -> tuple[EventTally, ...]:
        """What the trigger and the frame fault of each planned event have met so far."""
        return self._faults.tallies

    async def load(self, events: Sequence[FaultEvent], active: ActiveFaults | None = None) -> None:
        """Load the installation: the planned events count from now on. `active`: the faults of the HAN so far."""
        self._faults = self._timeline(events, active)
        self._faults.load()

    def _timeline(self, events: Sequence[FaultEvent], active: ActiveFaults | None = None) -> FaultTimeline:
        return FaultTimeline(self.han, events, self._calendar, self._record, self._note, active)

    async def abandon(self) -> None:
        """End the story: what is planned does not happen any more, and faults that are active stay."""
        self._faults.abandon()
        if self._job is not None:
            self._job.cancel()
            await asyncio.gather(self._job, return_exceptions=True)
            self._job = None

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the HAN's loop, while the HAN goes on."""
        raise NotImplementedError

    def _record(self, subject: Subject, state: State, cause: str) -> None:
        self.frames = self.han.medium.frames
        self._truth(self.han.clock.now, subject, state, cause)

    # --- what reaches the HAN ---------------------------------------------------------------------------------------

    def prepare_check(self, attempt: int) -> None:
        """See `Story.prepare_check`."""
        self.run(self._prepare(attempt))

    async def _prepare(self, attempt: int) -> None:
        self._faults.check_asked_for(attempt)

    def begin_check(self, attempt: int) -> None:
        """See `Story.begin_check`."""
        self.run(self._begin(self._check(attempt)))

    def begin_commissioning(self, devices: Sequence[MeterRole]) -> None:
        """See `Story.begin_commissioning`."""
        self.run(self._begin(self._commission(tuple(devices))))

    async def _begin(self, job: Coroutine[Any, Any, Told]) -> None:
        self._job = asyncio.get_running_loop().create_task(job)

    async def _check(self, attempt: int) -> EvidencedCheck:
        start = self.han.clock.now
        await self._faults.settled()
        with self._during("checks"):
            found = await self._check_settings.run(self.han, attempt)
        # The check began at its time, even if a fault or a recovery was still in progress then.
        date = self._calendar.date
        check = structs.replace(
            found.check, started=date(start), finished=date(self.han.clock.now), start=start / SECOND
        )
        return found._replace(check=check)

    async def _commission(self, devices: tuple[MeterRole, ...]) -> EvidencedCommissioning:
        self._commissionings += 1
        self._faults.commissioning_begins(self._commissionings)
        await self._faults.settled()
        with self._during("commissioning"):
            return await commission(self.han, devices, self._check_settings)

    def _during(self, phase: Phase) -> AbstractContextManager[None]:
        return nullcontext() if self._count is None else self._count.during(phase)

    def proceed(self, until: int) -> Told | None:
        """Go on up to and with `until`, or to the end of the check or commissioning in progress, which is returned."""
        return self.run(self._proceed(until))

    async def _proceed(self, until: int) -> Told | None:
        job = self._job
        if job is None:
            await self._end_of(until)
            return None
        time_is_up = asyncio.ensure_future(self._end_of(until))
        await asyncio.wait((job, time_is_up), return_when=asyncio.FIRST_COMPLETED)
        if not job.done():
            return None
        self._job = None
        time_is_up.cancel()
        await self._end_of(self.han.clock.now)
        self.frames = self.han.medium.frames
        return job.result()

    async def _end_of(self, time: int) -> None:
        """Wait until all that happens up to and in this microsecond has happened."""
        clock, over = self.han.clock, asyncio.get_running_loop().create_future()
        clock.post_last(max(time, clock.now), _resolve, over)
        await over


class LiveStory(HanStory):
    """A story from the set-up of its HAN on. A context manager: the radios of the HAN are in use meanwhile.

    The installation is loaded at `FORMATION`. Entering raises ProfileError if planned faults of frames keep the HAN
    from forming.
    """

    def __init__(
        self,
        han: Han,
        beginning: Beginning,
        truth: Callable[[int, Subject, State, str], None],
        *,
        count: FrameCount | None = None,
        note: Note = no_capture,
    ) -> None:
        """`truth` is told each change of the ground truth: its time, subject, state and cause."""
        super().__init__(han, beginning.check, han.calendar, truth, count=count, note=note)
        self._beginning = beginning
        self._runner = asyncio.Runner(loop_factory=lambda: ClockLoop(han.clock))

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.get_loop().run_until_complete(work)

    def __enter__(self) -> LiveStory:
        try:
            self.run(self._open())
        except BaseException:
            self._runner.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        try:
            self.run(self._close(kind, error, where))
        finally:
            self._runner.close()

    async def _open(self) -> None:
        await self.han.radios.__aenter__()
        try:
            await self._set_up()
        except BaseException as error:
            await self.han.radios.__aexit__(type(error), error, error.__traceback__)
            raise

    async def _set_up(self) -> None:
        self._faults = self._timeline(self._beginning.events)
        await self._faults.set_up(round(FORMATION.total_seconds() * SECOND))
        if self._beginning.begins is StartingState.NEW:
            await self._form()
        else:
            install(self.han)
        await asyncio.sleep(FORMATION.total_seconds() - asyncio.get_running_loop().time())
        self._faults.load()

    async def _form(self) -> None:
        if not self._faults.disturbs_set_up:
            await form(self.han)
            return
        try:
            async with asyncio.timeout_at(FORMATION.total_seconds()):
                await form(self.han)
        except (FormationError, TimeoutError) as error:
            problem = f"the HAN does not form under its faults of frames: {str(error) or _TOO_LONG}"
            raise ProfileError(self._beginning.scenario, problem, "changes") from None

    async def _close(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._job is not None:
            await self.abandon()
        await self.han.radios.__aexit__(kind, error, where)


def _resolve(over: asyncio.Future[None]) -> None:
    if not over.done():
        over.set_result(None)


def check_of(told: Told) -> HanCheck | Commissioning:
    """Return what the session is told."""
    return told.check if isinstance(told, EvidencedCheck) else told.commissioning

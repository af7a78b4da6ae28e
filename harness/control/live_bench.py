"""A bench that is kept: its HAN on a paced clock, its journal, its captures, and what the verbs do to it.

Everything here runs in the bench's own event loop, in the bench's time. `BenchThread` is the way in from other loops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from hanbench.emulator.clock import PacedClock
from hanbench.emulator.errors import LocalProtocolError
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.case.check import HanCheck
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.checks import HanConnectivityCheck, commission
from hanbench.harness.checks.mirror_watch import watch_mirror
from hanbench.harness.control import errors
from hanbench.harness.control.captures import Captures
from hanbench.harness.control.errors import ControlError, ErrorKind
from hanbench.harness.control.events import BenchEnded, CommissioningProgress, LogLine
from hanbench.harness.control.frame_log import FrameLog
from hanbench.harness.control.hand_case import HandCase
from hanbench.harness.control.journal import KEPT_FRAMES, Journal
from hanbench.harness.control.nodes import Nodes
from hanbench.harness.control.requests import Request
from hanbench.harness.control.table import verb_of
from hanbench.harness.faults import FAULTS
from hanbench.harness.faults.active_faults import ActiveFaults, BenchError
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han, NotEmulatedError
from hanbench.harness.han.radios import NotOnTheAirError
from hanbench.profiles.rulesets import Cohort

if TYPE_CHECKING:
    from hanbench.harness.control.played_scenario import ScenarioPlayer

A = TypeVar("A")

LOOK_EVERY = 1.0
"""Interval between looks for changes of nodes, and between flushes of captures; real seconds."""
MOST_WAITING = 64
"""Number of requests that one bench works on at a time."""
_ERRORS: tuple[tuple[type[Exception], ErrorKind], ...] = (
    (BenchError, errors.FAULT_FAILED),
    (TimeoutError, errors.FAULT_FAILED),
    (FormationError, errors.DID_NOT_JOIN),
    (NotEmulatedError, errors.NOT_EMULATED),
    (NotOnTheAirError, errors.NOT_EMULATED),
    (LocalProtocolError, errors.NO_POWER),
)
"""Exceptions of the harness, and the documented errors that they are."""


class Work(Generic[A]):
    """Work on the HAN that takes the bench's time: it goes on, whether or not anybody waits for it."""

    def __init__(self, task: asyncio.Task[A], so_far: Callable[[], A]) -> None:
        self.so_far = so_far
        """Makes the answer while the work goes on; called in the bench's thread."""
        self.task = task


class LiveBench:
    """One bench that is kept."""

    def __init__(self, file: BenchFile, han: Han, folder: Path, name: str = "", kept_frames: int = KEPT_FRAMES) -> None:
        """`han` must have a paced clock, and no power yet. `name`: of this bench among those that are up."""
        assert isinstance(han.clock, PacedClock)
        self.file = file
        self.han = han
        self.clock: PacedClock = han.clock
        self.folder = folder
        self.name = name or file.profile.id
        self.journal = Journal(han.calendar, lambda: self.clock.now, kept_frames)
        self.frames = FrameLog(han, self.journal, kept_frames)
        self.captures = Captures(han, folder, file.profile.id)
        self.faults = ActiveFaults(han)
        self.nodes = Nodes(han, self.faults, self.journal)
        self.checking = asyncio.Lock()
        """Held during a check or a commissioning."""
        self.case = HandCase(han, file.profile.cohort or Cohort.IOC, self.journal, self._commission)
        self.last_check: HanCheck | None = None
        self.checks = 0
        self.played: ScenarioPlayer | None = None
        """The scenario that plays."""
        self.on_log: Callable[[str], None] = lambda text: None
        """Called with each line of the log, in the bench's thread."""
        self.up = False
        self.detail = "the HAN is coming up"
        self._reported: set[str] = set()
        self._stop: asyncio.Event
        self._tasks: set[asyncio.Task[Any]] = set()
        han.on_progress = han.on_event = self.log
        han.radios.on_event = lambda dongle, text: self.log(f"dongle {dongle}: {text}")

    # --- life ---------------------------------------------------------------------------------------------------------

    async def live(self, started: Callable[[], None], seconds: float | None = None) -> None:
        """Keep the bench until `stop`, or for `seconds` of its clock. `started` is called when the ports are open.

        Raises RadioError and OutputError.
        """
        self._stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(self._failed)
        with ExitStack() as stack:
            self.captures.start()
            stack.callback(self.captures.close)
            async with self.han.radios:
                started()
                self.keep(loop.create_task(self._come_up()))
                self.keep(loop.create_task(watch_mirror(self.han, self.log)))
                self._look_again(loop)
                ending = loop.create_task(self._ending(seconds))
                try:
                    await ending
                finally:
                    await self._end_tasks()

    async def _ending(self, seconds: float | None) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            pass

    async def _end_tasks(self) -> None:
        if self.played is not None:
            self.played.stop()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """End the bench."""
        self._stop.set()

    def ended(self, reason: str, *, failed: bool) -> None:
        """Tell the end of the bench."""
        self.up, self.detail = False, reason
        self.journal.add(BenchEnded, reason=reason, failed=failed)

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Keep a task until it ends; it is cancelled at the end of the bench."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _failed(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Log a failure of hanbench that nobody waits for, each once; the bench goes on."""
        error = context.get("exception")
        text = f"{context.get('message', '')}: {type(error).__name__}: {error}"
        if text not in self._reported:
            self._reported.add(text)
            self.log(f"hanbench itself failed: {text}")

    async def _come_up(self) -> None:
        try:
            await self.file.begin(self.han)
        except FormationError as error:
            self.detail = f"the HAN did not come up: {error}; the ports stay open"
        else:
            self.up, self.detail = True, ""
            for name in self.file.profile.faults:
                self.faults.adopt(FAULTS[name])
        self.log(self.detail or "the HAN is up")
        self.nodes.look()

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look at the nodes each `LOOK_EVERY` real seconds, which are more of the bench's."""
        loop.call_later(LOOK_EVERY * self.clock.speed, self._look_again, loop)
        self.captures.flush()
        self.nodes.look_if_frames()

    def log(self, text: str) -> None:
        """Add a line to the bench's log."""
        self.journal.add(LogLine, text=text)
        self.on_log(f"{self.han.calendar.shown(self.clock.now)}  {text}")

    def note(self, text: str) -> None:
        """Add a comment to the next frame of every capture."""
        self.captures.note(text)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def perform(self, request: Request[A]) -> A | Work[A]:
        """Do what a request asks for, and return its answer, or the work that will give it. Raises ControlError."""
        verb = verb_of(request)
        if not self.up and not verb.while_forming:
            raise ControlError(errors.NOT_UP_YET, self.detail)
        module, _, function = verb.handler.partition(":")
        handler = getattr(import_module(f"{__package__}.handlers.{module}"), function)
        answer: A | Work[A] = await self.told(handler(self, request))
        return answer

    async def told(self, work: Coroutine[Any, Any, A]) -> A:
        """Return the result of work on the HAN. Raises ControlError for each exception that has a documented error."""
        try:
            return await work
        except ControlError:
            raise
        except Exception as error:
            for kind, known in _ERRORS:
                if isinstance(error, kind):
                    raise ControlError(known, str(error) or type(error).__name__) from error
            raise ControlError(errors.INTERNAL, f"{type(error).__name__}: {error}") from error

    def work(self, work: Coroutine[Any, Any, A], so_far: Callable[[], A]) -> Work[A]:
        """Begin work that takes the bench's time. Raises ControlError if too much waits already."""
        if len(self._tasks) >= MOST_WAITING:
            work.close()
            raise ControlError(errors.BUSY, f"{len(self._tasks)} requests are in work")
        task = asyncio.get_running_loop().create_task(self.told(work))
        self.keep(task)
        return Work(task, so_far)

    def checked(self, check: HanCheck) -> None:
        """Note a check that has ended."""
        self.last_check = check
        self.nodes.failures.checked(check)

    def new_attempt(self) -> int:
        """Return the number of the next check."""
        self.checks += 1
        return self.checks

    async def _commission(self, devices: tuple[MeterRole, ...]) -> Commissioning:
        """Commission devices for the case of the checks by hand."""
        names = tuple(each.value for each in devices)
        self.journal.add(CommissioningProgress, devices=names, by="reference")
        found = (await commission(self.han, devices, HanConnectivityCheck())).commissioning
        self.journal.add(CommissioningProgress, devices=names, commissioning=found, by="reference")
        return found

    def must_not_need_real_time(self) -> None:
        """Raise ControlError if something outside this process takes part, which has its own time."""
        if self.file.profile.real_time:
            raise ControlError(errors.NEEDS_REAL_TIME, "foreign devices or hosts take part in this bench")

"""A bench that is kept: its homes on a paced clock, its journal, its captures, and what the verbs do to it.

Everything here runs in the bench's own event loop, in the bench's time. `BenchThread` is the way in from other loops.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar

from hanbench.emulator.clock import PacedClock
from hanbench.emulator.errors import LocalProtocolError
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.kept_capture import CAPTURE_SIZE, CaptureFiles
from hanbench.harness.bench.street import Street
from hanbench.harness.broker.address import BrokerAddress
from hanbench.harness.case.check import HanCheck
from hanbench.harness.checks.mirror_watch import watch_mirror
from hanbench.harness.control import errors
from hanbench.harness.control.captures import Captures
from hanbench.harness.control.errors import ControlError, ErrorKind, unknown_name
from hanbench.harness.control.event_file import EventFile
from hanbench.harness.control.events import BenchEnded, LogLine
from hanbench.harness.control.frame_log import FrameLog
from hanbench.harness.control.journal import KEPT_FRAMES, Journal
from hanbench.harness.control.live_home import LiveHome
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.requests import Request
from hanbench.harness.control.table import Verb, verb_of
from hanbench.harness.faults.active_faults import BenchError
from hanbench.harness.files import OutputError
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import NotEmulatedError
from hanbench.harness.han.radios import NotOnTheAirError
from hanbench.profiles.benches import ROLES
from hanbench.profiles.rulesets import shipped

A = TypeVar("A")

LOOK_EVERY = 1.0
"""Interval between looks for changes of nodes, and between flushes of captures; real seconds."""
MOST_WAITING = 64
"""Number of requests that one bench works on at a time."""
MOST_NAMED = 8
"""Number of homes that an error names."""
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
    """One bench that is kept: a street of homes, of which there may be one."""

    def __init__(
        self,
        file: BenchFile,
        street: Street,
        folder: Path,
        name: str = "",
        kept_frames: int = KEPT_FRAMES,
        capture_size: int = CAPTURE_SIZE,
    ) -> None:
        """`street` must have a paced clock, and no power yet. `name`: of this bench among those that are up.

        `capture_size`: octets that its captures use at most.
        """
        assert isinstance(street.clock, PacedClock)
        shipped()  # loaded once, instead of by each bench's thread when it is first asked for its state
        self.file = file
        self.street = street
        self.clock: PacedClock = street.clock
        self.folder = folder
        self.name = name or file.profile.id
        self.journal = Journal(street.calendar, lambda: self.clock.now, kept_frames)
        self.frames = FrameLog(street, self.journal, kept_frames)
        self.captures = Captures(street, folder, file.profile.id, CaptureFiles(capture_size), self.log)
        self.last_check: HanCheck | None = None
        """The latest check of any home."""
        self.broker: BrokerAddress | None = None
        """The broker at which the controller of a scenario may be."""
        self.on_log: Callable[[str], None] = lambda text: None
        """Called with each line of the log, in the bench's thread."""
        self.end = ""
        """Why the bench has ended; empty: it goes on."""
        self.homes = {home.name: LiveHome(self, home) for home in street.homes}
        """By name, in the order of the file; the name of a home that is alone is empty."""
        self.record: EventFile | None = None
        """The journal on disk, once the bench lives."""
        self._reported: set[str] = set()
        self._failure: BaseException | None = None
        """What ends the bench, if it fails."""
        self._stop: asyncio.Event
        self._next_look: asyncio.TimerHandle
        self._tasks: set[asyncio.Task[Any]] = set()
        self._working: set[asyncio.Task[Any]] = set()
        if street.outlets is not street.homes[0].han.radios:
            street.outlets.on_event = lambda dongle, text: self.log(f"dongle {dongle}: {text}")

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
            self.record = EventFile(self)
            async with self.street:
                started()
                for home in self.homes.values():
                    self.keep(loop.create_task(home.come_up()))
                    self.keep(loop.create_task(watch_mirror(home.han, home.log)))
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
        if self._failure is not None:
            raise self._failure

    async def _end_tasks(self) -> None:
        for home in self.homes.values():
            if home.played is not None:
                home.played.stop()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """End the bench."""
        self._stop.set()

    def fail(self, error: BaseException) -> None:
        """End the bench because of an error, which `live` raises."""
        self._failure = self._failure or error
        self._stop.set()

    def ended(self, reason: str, *, failed: bool) -> None:
        """Tell the end of the bench."""
        self.end = reason
        self.journal.add(BenchEnded, reason=reason, failed=failed)
        if self.record is not None:
            self.record.close()

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

    def _look_again(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look at the nodes each `LOOK_EVERY` real seconds, which are more of the bench's."""
        self._next_look = loop.call_later(LOOK_EVERY * self.clock.speed, self._look_again, loop)
        self.captures.flush()
        for name, home in self.homes.items():
            home.look_if_frames(self.frames.frames_of[name])
        if self.record is not None:
            self.record.look()

    def paced_anew(self) -> None:
        """Look at once after a change of the clock's speed: the next look was planned at the old one."""
        self._next_look.cancel()
        self._look_again(asyncio.get_running_loop())

    def log(self, text: str) -> None:
        """Add a line about the whole bench to its log."""
        self.journal.add(LogLine, text=text)
        self.tell_log(text)

    def tell_log(self, text: str) -> None:
        """Tell a line that is in the journal to `on_log`."""
        self.on_log(f"{self.street.calendar.shown(self.clock.now)}  {text}")

    def note(self, text: str) -> None:
        """Add a comment to the next frame of every capture."""
        self.captures.note(text)

    # --- homes --------------------------------------------------------------------------------------------------------

    @property
    def up(self) -> bool:
        """Whether the HANs of all homes have come up, and the bench goes on."""
        return not self.end and all(home.up for home in self.homes.values())

    @property
    def node_states(self) -> tuple[NodeState, ...]:
        """The states of the nodes of all homes."""
        return tuple(state for home in self.homes.values() for state in home.nodes.states)

    def home(self, name: str | None) -> LiveHome:
        """Return the home of this name; None: the only one. Raises ControlError, which names the homes."""
        if name is None:
            if len(self.homes) == 1:
                return next(iter(self.homes.values()))
            problem = f"expected the name of a home, because there are several: {_listed(self.homes)}"
            raise ControlError(errors.UNKNOWN_HOME, problem)
        if name not in self.homes or not name:
            if "" in self.homes:
                raise ControlError(errors.UNKNOWN_HOME, f"{name!r}: the only home of this bench has no name")
            raise unknown_name(errors.UNKNOWN_HOME, "home", name, self.homes)
        return self.homes[name]

    def node(self, name: str) -> tuple[LiveHome, str]:
        """Return the home and the role of a node, HOME.ROLE; the only home may be left out. Raises ControlError."""
        nodes = {home.home.node(role): (home, role) for home in self.homes.values() for role in home.nodes.roles}
        if len(self.homes) == 1:
            nodes |= {role: (home, role) for home, role in nodes.values()}
        if name in nodes:
            return nodes[name]
        if name in ROLES and len(self.homes) > 1:
            problem = f"{name!r}: expected HOME.{name}, because there are several homes: {_listed(self.homes)}"
            raise ControlError(errors.UNKNOWN_NODE, problem)
        raise unknown_name(errors.UNKNOWN_NODE, "node", name, nodes)

    # --- requests -----------------------------------------------------------------------------------------------------

    async def perform(self, request: Request[A]) -> A | Work[A]:
        """Do what a request asks for, and return its answer, or the work that will give it. Raises ControlError."""
        verb = verb_of(request)
        self._must_be_up(verb, request)
        module, _, function = verb.handler.partition(":")
        handler = getattr(import_module(f"{__package__}.handlers.{module}"), function)
        answer: A | Work[A] = await self.told(handler(self, request))
        return answer

    def _must_be_up(self, verb: Verb, request: Request[Any]) -> None:
        """Raise ControlError if a verb needs a HAN that is up, and that of its home is not."""
        if verb.while_forming:
            return
        node = getattr(request, "node", None)
        if node is None and "." in (device := getattr(request, "device", None) or ""):
            node = device
        home = self.home(getattr(request, "home", None)) if node is None else self.node(node)[0]
        home.must_be_up()

    async def told(self, work: Coroutine[Any, Any, A]) -> A:
        """Return the result of work on the HAN. Raises ControlError for each exception that has a documented error."""
        try:
            return await work
        except ControlError:
            raise
        except OutputError as error:  # a store of the journal refused what happened, and ends the bench
            raise ControlError(errors.BENCH_ENDED, f"{self.name}: {error}") from error
        except Exception as error:
            for kind, known in _ERRORS:
                if isinstance(error, kind):
                    raise ControlError(known, str(error) or type(error).__name__) from error
            raise ControlError(errors.INTERNAL, f"{type(error).__name__}: {error}") from error

    def work(self, work: Coroutine[Any, Any, A], so_far: Callable[[], A]) -> Work[A]:
        """Begin work that takes the bench's time. Raises ControlError if too much waits already."""
        if len(self._working) >= MOST_WAITING:
            work.close()
            raise ControlError(errors.BUSY, f"{len(self._working)} requests are in work")
        task = asyncio.get_running_loop().create_task(self.told(work))
        self.keep(task)
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        task.add_done_callback(lambda _: work.close())  # it was cancelled before it began: the bench ends
        return Work(task, so_far)

    def must_not_need_real_time(self) -> None:
        """Raise ControlError if something outside this process takes part, which has its own time."""
        if self.file.profile.real_time:
            raise ControlError(errors.NEEDS_REAL_TIME, "foreign devices or hosts take part in this bench")


def _listed(homes: Collection[str]) -> str:
    """Return the names of homes, at most `MOST_NAMED` of them."""
    named = ", ".join(list(homes)[:MOST_NAMED])
    return named if len(homes) <= MOST_NAMED else f"{named}, ... ({len(homes)})"

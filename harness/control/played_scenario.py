"""A scenario that plays on a home of a live bench: its story is laid on the bench's clock, and its HAN is the home's.

The scenario begins at the present moment. The case keeps its own dates, so that the rules are those of the scenario's
days; only the clock joins them to the bench's dates. The session of the case runs in a thread of its own, because a
controller may think as long as it likes; whatever it does on the HAN happens in the bench's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import CancelledError, Future
from datetime import datetime
from threading import Thread
from typing import TYPE_CHECKING, Any, TypeVar

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.check import HanCheck, Subject
from hanbench.harness.case.commissioning import Commissioning
from hanbench.harness.case.controller import AnyController
from hanbench.harness.case.installation import Installation
from hanbench.harness.case.plan import State
from hanbench.harness.case.session import CaseLabel, drive
from hanbench.harness.case.trace import (
    AnyRecord,
    CheckRecorded,
    GroundTruth,
    Trace,
)
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.checks import HanConnectivityCheck
from hanbench.harness.control.answers import PlayedScenario
from hanbench.harness.control.events import ScenarioProgress
from hanbench.harness.control.trace_events import TraceTeller
from hanbench.harness.scenario.answers import Answers
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.stories.live import HanStory, check_of
from hanbench.profiles.rulesets import RuleSet

if TYPE_CHECKING:
    from hanbench.harness.control.live_home import LiveHome

T = TypeVar("T")

MakeController = Callable[[Mapping[str, RuleSet]], AnyController]


class StoppedError(RuntimeError):
    """The scenario was stopped."""


class ScenarioPlayer:
    """One scenario on one home, from `start` to its end. Create, start and stop it in the bench's thread."""

    def __init__(
        self,
        home: LiveHome,
        scenario: Scenario,
        rulesets: Mapping[str, RuleSet],
        make_controller: MakeController,
        controller_name: str,
    ) -> None:
        self.home = home
        self.scenario = scenario
        self.controller_name = controller_name
        self.outcome: Outcome | None = None
        self._rulesets = rulesets
        self._make_controller = make_controller
        self._began = home.han.clock.now
        self.trace = _JournaledTrace(self, scenario.start, self._began)
        self.story = _BenchStory(self, self.trace)
        self.installation: Installation = scenario.installation(rulesets)
        self._thread = Thread(target=self._play, name=f"scenario {scenario.id}", daemon=True)

    def start(self) -> None:
        """Begin the story and its session."""
        self.home.journal.add(ScenarioProgress, scenario=self.scenario.id, phase="begun", detail=self.scenario.title)
        self._thread.start()

    def stop(self) -> None:
        """Stop the session; the HAN stays as it is, and what is planned does not happen."""
        self.story.stop()

    def state(self) -> PlayedScenario:
        """Return what plays."""
        return PlayedScenario(
            self.scenario.id,
            self.scenario.title,
            self.controller_name,
            self.home.name,
            self._began / SECOND,
            self.trace.calendar.date(self.home.han.clock.now),
        )

    # --- in the thread of the session ---------------------------------------------------------------------------------

    def _play(self) -> None:
        scenario, seed = self.scenario, str(self.home.han.seed)
        plan = scenario.drawn(seed)
        phase, detail = "ended", ""
        try:
            self.story.run(self.story.load(plan.changes, self.home.faults))
            with Answers(None) as answers:
                controller = self._make_controller(self._rulesets)
                label = CaseLabel(scenario.id, self.controller_name, seed)
                self.outcome = drive(
                    controller, self.installation, self.story, plan, self.trace, await_=answers.wait_for, about=label
                )
            detail = f"decided {self.outcome.value if self.outcome else 'nothing'}"
        except StoppedError:
            phase = "stopped"
        except Exception as error:  # noqa: BLE001 - whatever ends a scenario is told; the bench goes on
            phase, detail = "failed", " ".join(f"{type(error).__name__}: {error}".split())
        self.story.finish(phase, detail)

    def ended(self, phase: str, detail: str) -> None:
        """Note the end of the session, in the bench's thread."""
        self.home.played = None
        self.home.journal.add(ScenarioProgress, scenario=self.scenario.id, phase=phase, detail=detail)
        self.home.nodes.look()


class _BenchStory(HanStory):
    """The story of a scenario, told on the home's HAN. Its methods are those of `Story`, for the session's thread."""

    def __init__(self, player: ScenarioPlayer, trace: Trace) -> None:
        home = player.home
        super().__init__(home.han, HanConnectivityCheck(), trace.calendar, self._noted, note=home.note)
        self._player = player
        self._trace = trace
        self._loop = asyncio.get_running_loop()
        self._truths: list[tuple[int, Subject, State, str]] = []
        self._pending: Future[Any] | None = None
        self._stopping = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._stopping:
            work.close()
            raise StoppedError
        try:
            self._pending = pending = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # the bench has ended
            work.close()
            raise StoppedError from None
        try:
            return pending.result()
        except CancelledError:
            raise StoppedError from None
        finally:
            self._record_truths()

    def stop(self) -> None:
        """End the session at its next step, or in the one that it waits for."""
        self._stopping = True
        if self._pending is not None:
            self._pending.cancel()

    def finish(self, phase: str, detail: str) -> None:
        """Leave the HAN to the bench."""

        async def left() -> None:
            await self.abandon()
            self._player.ended(phase, detail)

        work = left()
        try:
            asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            work.close()

    def begin_check(self, attempt: int) -> None:
        self._player.home.new_attempt()
        super().begin_check(attempt)

    def proceed(self, until: int) -> HanCheck | Commissioning | None:  # type: ignore[override]  # as `Story` has it
        told = super().proceed(until)
        self._trace.time = self.time
        return None if told is None else check_of(told)

    def _noted(self, time: int, subject: Subject, state: State, cause: str) -> None:
        self._truths.append((time, subject, state, cause))

    def _record_truths(self) -> None:
        truths, self._truths = self._truths, []
        for time, subject, state, cause in truths:
            self._trace.time = max(time, self._trace.time)
            self._trace.truth(subject, state, cause)


class _JournaledTrace(Trace):
    """The trace of a scenario, which is told to the journal as it grows.

    A decision is in the journal, and with its hooks, before the session goes on.
    """

    __slots__ = ("_player",)

    def __init__(self, player: ScenarioPlayer, start: datetime, time: int) -> None:
        super().__init__(start, time)
        self._player = player

    def truth(self, subject: Subject, state: State, cause: str = "") -> None:
        super().truth(subject, state, cause)
        self._tell(GroundTruth(self.now, subject, state, cause))

    def add(self, record: AnyRecord) -> None:
        super().add(record)
        self._tell(record)

    def _tell(self, record: AnyRecord) -> None:
        player = self._player
        if isinstance(record, CheckRecorded):
            player.home.checked(record.check)
        name, rulesets = player.controller_name, player._rulesets
        TraceTeller(player.home.journal, player.installation, rulesets, name).tell(record)

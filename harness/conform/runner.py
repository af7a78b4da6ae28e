"""The runner: each case on a bench of its own; after a failure it goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from msgspec import structs

from hanbench.emulator.clock import SECOND
from hanbench.hardware.errors import RadioError
from hanbench.harness.capture import keyfile
from hanbench.harness.capture.recorder import Recorder
from hanbench.harness.conform.bench import ConformBench, FloodError, Setting, UnreachedError
from hanbench.harness.conform.case import Ability, Case
from hanbench.harness.conform.conduct.judging import judged
from hanbench.harness.conform.conduct.rule import Remark
from hanbench.harness.conform.dut.command import DeviceError
from hanbench.harness.conform.dut.physical import HANDS, by_command
from hanbench.harness.conform.frame import Frame
from hanbench.harness.conform.kinds import bench_for, tester_for
from hanbench.harness.conform.probe import Observation
from hanbench.harness.conform.result import CaseResult, Conduct, Failure, Verdict
from hanbench.harness.conform.tester import Tester
from hanbench.harness.conform.watching import CaseFailed
from hanbench.harness.files import WholeFile
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.health import OutageError

LONGEST_S = 600.0
"""Longest case that is run in real time, by default, seconds."""
MOST_EVIDENCE = 12
"""Frames of a case that a report shows."""
NOT_FAILED = (Verdict.PASS, Verdict.INCONCLUSIVE)
"""Verdicts that give way to what is wrong with a frame."""
NO_SUCH_FRAME = "no such frame in any case"
BENCH_FAULTS = (UnreachedError, FormationError, RadioError, OutageError, DeviceError)


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run leaves out."""

    longest_s: float = LONGEST_S
    """Longest case in real time, seconds; in virtual time every case is run."""
    unattended: bool = False
    """Leave out the cases that need a person."""


class Runner:
    """Runs cases on a device, one after the other."""

    def __init__(self, setting: Setting, limits: Limits = Limits(), captures: Path | None = None) -> None:
        """`captures`: folder for the frames of what failed."""
        self._setting = setting
        self._limits = limits
        self._captures = captures
        self.observation: Observation | None = None
        """What the first case observed of the device as a whole."""
        self._conduct: dict[str, tuple[str, Conduct]] = {}
        """By the case of the area AIR: the first case that broke its rules in passing, and how."""

    def run(self, case: Case) -> CaseResult:
        """Run one case. Raises OutputError."""
        result = self._with_conduct(self._run(case))
        self.remember(result)
        return result

    def remember(self, result: CaseResult) -> None:
        """Take what a case found in passing for the cases that are about it."""
        for each in result.conduct:
            self._conduct.setdefault(each.case, (result.id, each))

    def _with_conduct(self, result: CaseResult) -> CaseResult:
        """Let a case about conduct fail if another case before it saw what is against its rules."""
        known = self._conduct.get(result.id)
        if known is None or result.verdict not in NOT_FAILED:
            return result
        where, conduct = known
        sentence = f"in {where}, {conduct.sentence}"
        failure = Failure(sentence, NO_SUCH_FRAME, conduct.frame.line)
        return structs.replace(
            result,
            verdict=Verdict.FAIL,
            reason=sentence,
            seen_in=where,
            failure=failure,
            evidence=(conduct.frame,),
        )

    def _run(self, case: Case) -> CaseResult:
        reason = not_applicable(case, self._setting, self._limits)
        if reason is not None:
            return structs.replace(_blank(case), verdict=Verdict.NOT_APPLICABLE, reason=reason)
        try:
            bench = bench_for(self._setting, f"{self._setting.seed}/{case.id}")
        except BENCH_FAULTS as error:
            return structs.replace(_blank(case), verdict=Verdict.INCONCLUSIVE, reason=str(error))
        except Exception as error:
            if not self._setting.choice.foreign:
                raise
            crash = _crash(error)
            return structs.replace(_blank(case), verdict=Verdict.FAIL, reason=crash.sentence, failure=crash)
        try:
            return self._on(bench, case)
        finally:
            bench.close()

    def _on(self, bench: ConformBench, case: Case) -> CaseResult:
        missing = case.needs - bench.abilities
        if missing:
            reason = f"this bench cannot {min(each.value for each in missing)}"
            return structs.replace(_blank(case), verdict=Verdict.NOT_APPLICABLE, reason=reason)
        result = _carried_out(case, bench, self._observed)
        if self._captures is not None and result.verdict in (Verdict.FAIL, Verdict.INCONCLUSIVE):
            result = structs.replace(result, capture=_captured(bench, self._captures, case.id))
        return result

    def _observed(self, found: Observation) -> None:
        self.observation = found


def not_applicable(case: Case, setting: Setting, limits: Limits) -> str | None:
    """Return why a case does not apply to a device; None: it does."""
    missing = case.gate.missing(setting.pics)
    if missing is not None:
        return missing
    unstated = [name for name in case.values if getattr(setting.pixit, name) is None]
    if unstated:
        return f"the PIXIT does not state {', '.join(unstated)}"
    by_hand = _by_hand(case, setting) if limits.unattended else None
    if by_hand is not None:
        return f"a person would have to {by_hand.value}, and --unattended leaves such cases out"
    lasts = case.lasts(setting.pixit)
    if setting.real_time and lasts > limits.longest_s:
        return f"it takes up to {lasts:.0f} s of real time, and --longest is {limits.longest_s:.0f} s"
    return None


def _by_hand(case: Case, setting: Setting) -> Ability | None:
    """Return what a person has to do for a case; None: nothing. Every case begins with a reset of the device."""
    port = setting.choice.port
    if port is None:
        return None
    needed = ({*case.needs, Ability.RESET} & HANDS) - by_command(port)
    return min(needed, key=lambda each: each.value, default=None)


def _carried_out(case: Case, bench: ConformBench, observed: Callable[[Observation], None]) -> CaseResult:
    blank = _blank(case)
    tester: Tester | None = None
    verdict, reason, failure = Verdict.PASS, "", None
    frames: tuple[Frame, ...] = ()
    begun = bench.clock.now
    try:
        bench.begin(case.begins)
        tester = tester_for(bench)
        tester.on_observed = observed
        begun = bench.clock.now
        case.play(tester)
    except CaseFailed as failed:
        verdict, failure, frames, reason = Verdict.FAIL, failed.failure, failed.frames, failed.failure.sentence
    except FloodError as error:
        verdict, reason = Verdict.FAIL, str(error)
        failure, frames = Failure(reason, "a device that sleeps between its frames", reason), tuple(bench.frames[-6:])
    except BENCH_FAULTS as error:
        verdict, reason = Verdict.INCONCLUSIVE, str(error)
    except Exception as error:
        if not bench.setting.choice.foreign:
            raise
        failure = _crash(error)
        verdict, reason, frames = Verdict.FAIL, failure.sentence, tuple(bench.frames[-6:])
    conduct = _conduct(bench)
    own = next((each for each in conduct if each.case == case.id), None)
    if own is not None and verdict in NOT_FAILED:
        verdict, reason, failure = Verdict.FAIL, own.sentence, Failure(own.sentence, NO_SUCH_FRAME, own.frame.line)
        frames = (bench.frames[own.frame.number - 1],)
    broken = bench.han.health.failure
    if broken is not None and verdict is not Verdict.PASS:
        verdict, reason, failure = Verdict.INCONCLUSIVE, broken, None
    return structs.replace(
        blank,
        verdict=verdict,
        reason=reason,
        failure=failure,
        steps=() if tester is None else tester.steps,
        margins=() if tester is None else tuple(tester.margins),
        conduct=conduct,
        evidence=tuple(frame.evidence() for frame in _shown(tester, bench, frames)),
        duration_s=round((bench.clock.now - begun) / SECOND, 3),
        frames=len(bench.frames),
    )


def _conduct(bench: ConformBench) -> tuple[Conduct, ...]:
    """Return what is wrong with frames of the device, whatever the case is about."""
    setting, remarks = bench.setting, list[Remark]()
    for start, end in pairwise((0, *bench.resets, len(bench.frames))):
        remarks += judged(bench.frames[start:end], setting.kind, bench.own.ieee, setting.pixit.wake_period_s)
    return tuple(Conduct(each.case, each.sentence, each.frame.evidence()) for each in remarks)


def _crash(error: Exception) -> Failure:
    """Return the failure of a device whose class raised an exception."""
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return Failure(f"the device crashed: {said}", "no exception", said)


def _shown(tester: Tester | None, bench: ConformBench, frames: tuple[Frame, ...]) -> list[Frame]:
    """Return the frames that the verdict rests on, in order, each once."""
    numbers = {frame.number for frame in frames}
    if tester is not None:
        numbers |= {number for step in tester.steps for number in step.frames}
    chosen = sorted(numbers)[-MOST_EVIDENCE:]
    return [bench.frames[number - 1] for number in chosen]


def _captured(bench: ConformBench, folder: Path, id: str) -> str:
    """Write the frames of a case, with their keys beside them; return the name of the file."""
    path = folder / f"{id}.pcapng"
    with WholeFile(path) as stream:
        recorder = Recorder(bench.han.medium, stream, epoch=bench.han.calendar.epoch)
        for frame in bench.frames:
            recorder(frame.transmission)
        recorder.detach()
    keyfile.write(keyfile.beside(path), bench.han.keys)
    return path.name


def _blank(case: Case) -> CaseResult:
    return CaseResult(
        id=case.id,
        area=case.area,
        title=case.title,
        verdict=Verdict.INCONCLUSIVE,
        requirements=tuple(map(str, case.requirements)),
        gate=case.gate.text,
    )

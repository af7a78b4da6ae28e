"""`hanbench conform --fuzz`: a device under malformed frames, and sequences that killed one once more."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hanbench.harness.campaign.interruption import deferred, end_if_asked
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log, print_command, print_json, print_line, unbroken, verdict
from hanbench.harness.cli.tables import table
from hanbench.harness.conform.bench import Setting
from hanbench.harness.conform.fuzz.files import FILES, write_fuzz_report
from hanbench.harness.conform.fuzz.frame import read_sequence
from hanbench.harness.conform.fuzz.fuzzer import Fuzzer, FuzzPlan, Progress, replay
from hanbench.harness.conform.fuzz.report import INTERRUPTED, FuzzReport, Kill
from hanbench.harness.conform.fuzz.selftest import MOST_LEFT, fuzz_selftest
from hanbench.harness.conform.runner import BENCH_FAULTS
from hanbench.harness.files import locked_folder
from hanbench.harness.words import counted

SHOWN = 8
"""Frames of a sequence that are printed."""


def fuzz(plan: FuzzPlan, *, as_json: bool) -> int:
    """Run the fuzzer.

    Exit status: 0 the device lives; 1 frames killed it; 2 the bench was at fault; 130 the run was interrupted.
    """
    assert plan.folder is not None
    log(f"hanbench conform --fuzz: {plan.setting.kind} as {plan.setting.choice.text}, seed {plan.setting.seed}")
    with locked_folder(plan.folder), deferred():
        try:
            report = Fuzzer(plan, _told(plan)).run()
        except BENCH_FAULTS as error:
            log(f"hanbench conform --fuzz: {error}")
            return ExitStatus.UNKNOWN
        write_fuzz_report(plan.folder, report)
    if as_json:
        print_json(report)
    else:
        _print_report(report, plan.folder)
    if report.ended == INTERRUPTED:
        return ExitStatus.INTERRUPTED
    return ExitStatus.VIOLATION if report.kills else ExitStatus.EXPECTED


def _told(plan: FuzzPlan) -> Callable[[Progress], None]:
    """Return what prints the progress: a line at each tenth of the time or of the frames, whichever comes first."""
    tenths = 0

    def tell(now: Progress) -> None:
        nonlocal tenths
        end_if_asked()
        parts = (now.seconds / plan.seconds if plan.seconds else 0, now.frames / plan.frames if plan.frames else 0)
        if int(10 * max(parts)) > tenths:
            tenths = int(10 * max(parts))
            log(f"  {now.seconds:.0f} s: {now.frames} frames, {now.recoveries} recoveries, {now.kills} kills")

    return tell


def fuzz_replay(setting: Setting, path: Path, *, as_json: bool) -> int:
    """Send the sequence of a file again. Exit status as for `fuzz`. Raises ProfileError, BadInput."""
    sequence = read_sequence(path)
    if sequence.dut != setting.kind:
        raise BadInput(None, "--dut", f"found {setting.kind}; expected {sequence.dut}, as in {path}")
    try:
        outcome = replay(setting, sequence)
    except BENCH_FAULTS as error:
        log(f"hanbench conform --fuzz-replay: {error}")
        return ExitStatus.UNKNOWN
    if as_json:
        print_json({"alive": outcome.alive, "recovery_s": outcome.recovery_s, "why": outcome.why})
    elif outcome.alive:
        silent = "" if outcome.recovery_s is None else f", after {outcome.recovery_s:g} s of silence"
        print_line(f"{verdict('pass')} the device answers after {len(sequence.frames)} frames{silent}")
    else:
        print_line(f"{verdict('fail')} the device is dead after {len(sequence.frames)} frames: {outcome.why}")
    return ExitStatus.EXPECTED if outcome.alive else ExitStatus.VIOLATION


def selftest_of_fuzzer(seed: str, *, as_json: bool) -> int:
    """Fuzz firmwares that die at one frame or two. Exit status: 0 each is found; 1 one is not."""
    results = []
    for result in fuzz_selftest(seed):
        results.append(result)
        log(f"  {result.id}: {'found' if result.caught else 'NOT found'} in {result.frames} frames")
    if as_json:
        print_json(results)
    else:
        rows = [(each.id, str(each.frames), str(each.left), each.line, each.source) for each in results]
        table(("wrong firmware", "frames", "left", "last frame", "source"), rows)
        missed = sum(not each.caught for each in results)
        print_line(f"{len(results)} wrong firmwares: {missed} not found, or not shrunk to {MOST_LEFT} frames.")
    return ExitStatus.EXPECTED if all(each.caught for each in results) else ExitStatus.VIOLATION


def _print_report(report: FuzzReport, folder: Path) -> None:
    rows = [(row.layer.value, row.knowledge.value, str(row.frames)) for row in report.sent]
    table(("layer", "keys", "frames"), rows)
    print_line()
    slowest = report.slowest_recovery_s
    recoveries = counted(len(report.recoveries), "recovery", "recoveries")
    recovered = "no recovery" if slowest is None else f"{recoveries}, the slowest {slowest:g} s"
    print_line(
        f"{report.frames} frames in {report.timing.sending:.0f} s, {report.rate:.0f} a second, "
        f"{report.processor_rate:.0f} in a second of processor time, to {counted(report.devices, 'device')}: "
        f"{recovered} (limit {report.recovery_limit_s:g} s), {counted(len(report.kills), 'kill')}"
    )
    for number, kill in enumerate(report.kills, 1):
        _print_kill(number, kill)
    if report.unexplained:
        print_line(f"{verdict('fail')} dead, and it was not found out of which frames: {report.unexplained}")
    print_line(report.badge)
    print_line(report.notice)
    print_line("reports: " + ", ".join(unbroken(folder / name) for name in FILES))


def _print_kill(number: int, kill: Kill) -> None:
    frames = counted(len(kill.sequence), "frame")
    shrunk = f"{frames}, of which a fresh one dies" if kill.reproduced else "no fresh one dies of the latest"
    print_line(f"{verdict('fail')} kill {number}, after {kill.after_frames} frames: {kill.why}; {shrunk}")
    for each in kill.sequence[:SHOWN]:
        print_line(f"    {each.frame.layer.value}, {each.frame.knowledge.value}: {each.line}")
        print_line(f"      {each.psdu}")
    if len(kill.sequence) > SHOWN:
        print_line(f"    and {len(kill.sequence) - SHOWN} more in the report")
    print_command("    again: ", kill.replay)

"""`hanbench check`: one HAN-connectivity check on a bench."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import structs

from hanbench.emulator.clock import SECOND, PacedClock, VirtualClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import capturing_if
from hanbench.harness.bench.state_folder import StateFolder
from hanbench.harness.case.calendar import shown
from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.checks import HanConnectivityCheck, never_begun
from hanbench.harness.checks.mirror_age import MirrorAge
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import log, print_json, print_line, unbroken, verdict
from hanbench.harness.files import locked_folder_if, write_whole
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han
from hanbench.harness.han.health import OutageError

STATUS = {
    Verdict.PASS: ExitStatus.EXPECTED,
    Verdict.FAIL: ExitStatus.VIOLATION,
    Verdict.INCONCLUSIVE: ExitStatus.UNKNOWN,
}


class BenchCheck(HanCheck, frozen=True, kw_only=True):
    """The result of a check and its bench: the output of `--json`, and the content of check.json."""

    bench: str
    seed: str
    capture: str | None
    mirror: str | None = None
    """The age of the gas meter's mirror, in words; null: the hub has none."""


def check(bench_name: str, seed: str | None, speed: float | str | None, out: Path | None, as_json: bool) -> int:
    """Bring BENCH up, a file or the id of a shipped bench, and check its gas meter's HAN connectivity.

    Exit status: 0 pass; 1 fail; 2 inconclusive.
    """
    bench = BenchFile.find(bench_name)
    bench.can_check()
    clock = bench.clock(speed)
    with bench.state(log) as state, locked_folder_if(out):
        said = _check(bench, clock, seed, out, state)
    if as_json:
        print_json(said)
    else:
        _print_result(said, None if out is None or said.capture is None else out / said.capture)
    return STATUS[said.verdict]


def _check(
    bench: BenchFile, clock: VirtualClock, seed: str | None, out: Path | None, state: StateFolder | None
) -> BenchCheck:
    """Return the result of the check, which is written to `out` as well."""
    han = bench.assemble(clock=clock, seed=seed, state=state)
    paced = isinstance(clock, PacedClock)
    if paced:
        han.on_progress = lambda text: log(f"{han.calendar.shown(clock.now)}  {text}")
        han.radios.on_event = lambda name, text: han.on_progress(f"dongle {name}: {text}")
    log(f"hanbench check: {bench.profile.title}")
    capture = None if out is None else out / f"{bench.profile.id}.pcapng"
    with capturing_if(han, capture):
        found, mirror = run(clock, _checked(bench, han))
    said = BenchCheck(
        **structs.asdict(found),
        bench=bench.profile.id,
        seed=str(han.seed),
        capture=None if capture is None else capture.name,
        mirror=None if mirror is None else mirror.words,
    )
    if out is not None:
        write_whole(out / "check.json", msgspec.json.encode(said) + b"\n")
    return said


async def _checked(bench: BenchFile, han: Han) -> tuple[HanCheck, MirrorAge | None]:
    async with han.radios:
        started = han.clock.now
        try:
            await han.health.or_outage(bench.begin(han))
        except (FormationError, OutageError) as error:
            detail = f"the bench did not come up: {han.health.failure or error}"
            return never_begun(han, started, detail), None
        check, wakes = HanConnectivityCheck(), han.settings.gsme.wake_interval // SECOND
        wait = check.sleep_allowance(han) + check.margin
        han.on_progress(f"checking; the gas meter wakes every {wakes} s, and has {wait:g} s to answer")
        found = await check.run(han)
        return found.check, found.mirror


def _print_result(said: BenchCheck, capture: Path | None) -> None:
    code = f" {said.code}" if said.code else ""
    print_line(f"{verdict(said.verdict.value + code)}: {said.detail}")
    print_line(f"  from {shown(said.started, said.start)} to {shown(said.finished, said.end)}")
    if said.cause is not None:
        print_line(f"  cause: {said.cause.value}")
    if said.mirror is not None:
        print_line(f"  {said.mirror}")
    if said.frames:
        more = " ..." if len(said.frames) > 12 else ""
        print_line(f"  evidence: frames {', '.join(map(str, said.frames[:12]))}{more}")
    if capture is not None:
        print_line(f"  capture: {unbroken(capture)}")

"""`hanbench check`: one HAN-connectivity check on a bench."""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import structs

from hanbench.emulator.clock import SECOND, PacedClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import capturing_if
from hanbench.harness.case.check import HanCheck
from hanbench.harness.checks import HanConnectivityCheck, never_begun
from hanbench.harness.cli.check_text import STATUS, print_check
from hanbench.harness.cli.output import log, print_json, print_line, unbroken
from hanbench.harness.files import locked_folder_if, write_whole
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.han import Han
from hanbench.harness.han.health import OutageError


class BenchCheck(HanCheck, frozen=True, kw_only=True):
    """The result of a check and its bench: the output of `--json`, and the content of check.json."""

    bench: str
    seed: str
    capture: str | None


def check(bench_name: str, seed: str | None, speed: float | str | None, out: Path | None, as_json: bool) -> int:
    """Bring BENCH up, a file or the id of a shipped bench, and check its gas meter's HAN connectivity.

    Exit status: 0 pass; 1 fail; 2 inconclusive.
    """
    bench = BenchFile.find(bench_name)
    bench.can_check()
    clock = bench.clock(speed)
    han = bench.assemble(clock=clock, seed=seed)
    paced = isinstance(clock, PacedClock)
    if paced:
        han.on_progress = lambda text: log(f"{han.calendar.shown(clock.now)}  {text}")
        han.radios.on_event = lambda name, text: han.on_progress(f"dongle {name}: {text}")
    capture = None if out is None else out / f"{bench.profile.id}.pcapng"
    with locked_folder_if(out):
        log(f"hanbench check: {bench.profile.title}")
        with capturing_if(han, capture):
            found = run(clock, _checked(bench, han))
        said = BenchCheck(
            **structs.asdict(found),
            bench=bench.profile.id,
            seed=str(han.seed),
            capture=None if capture is None else capture.name,
        )
        if out is not None:
            write_whole(out / "check.json", msgspec.json.encode(said) + b"\n")
    if as_json:
        print_json(said)
    else:
        _print_result(said, capture)
    return STATUS[found.verdict]


async def _checked(bench: BenchFile, han: Han) -> HanCheck:
    async with han.radios:
        started = han.clock.now
        try:
            await han.health.or_outage(bench.begin(han))
        except (FormationError, OutageError) as error:
            detail = f"the bench did not come up: {han.health.failure or error}"
            return never_begun(han, started, detail)
        check, wakes = HanConnectivityCheck(), han.settings.gsme.wake_interval // SECOND
        wait = check.sleep_allowance(han) + check.margin
        han.on_progress(f"checking; the gas meter wakes every {wakes} s, and has {wait:g} s to answer")
        return (await check.run(han)).check


def _print_result(said: BenchCheck, capture: Path | None) -> None:
    print_check(said)
    if capture is not None:
        print_line(f"  capture: {unbroken(capture)}")

"""`hanbench check`: one HAN-connectivity check on a bench."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from hanbench.emulator.clock import SECOND, PacedClock, run
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.captured import capturing_if
from hanbench.harness.bench.street import Street, StreetHome, assemble_street, chosen_homes
from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.checks import HanConnectivityCheck, never_begun
from hanbench.harness.checks.mirror_age import MirrorAge
from hanbench.harness.cli.check_text import STATUS, print_check
from hanbench.harness.cli.embed_keys import embed_keys_of, needs_folder
from hanbench.harness.cli.output import log, print_json, print_line, unbroken
from hanbench.harness.files import locked_folder_if, write_whole
from hanbench.harness.han.formation import FormationError
from hanbench.harness.han.health import OutageError

SEVERITY = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL)
"""Of several homes, the last of these verdicts decides the exit status."""
_INCONCLUSIVE = ("is inconclusive", "are inconclusive")


class HomeCheck(HanCheck, frozen=True, kw_only=True):
    """The result of a check, with what is told beside it."""

    mirror: MirrorAge | None = None
    """The gas meter's mirror at the end of the check; null: the hub has none."""


class BenchCheck(HomeCheck, frozen=True, kw_only=True):
    """The result of a check and its bench: the output of `--json`, and the content of check.json."""

    bench: str
    seed: str
    capture: str | None


class StreetCheck(Struct, frozen=True, kw_only=True):
    """The same of a bench of several homes: a check for each home that was checked."""

    bench: str
    seed: str
    capture: str | None
    verdict: Verdict
    """The worst verdict of the homes, which decides the exit status."""
    homes: dict[str, HomeCheck]


def check(
    bench_name: str,
    home: str | None,
    seed: str | None,
    speed: float | str | None,
    out: Path | None,
    embed_keys: bool,
    as_json: bool,
) -> int:
    """Bring BENCH up, a file or the id of a shipped bench, and check its gas meters' HAN connectivity.

    Exit status: 0 pass; 1 fail, of any home; 2 inconclusive.
    """
    needs_folder(out, embed_keys)
    bench = BenchFile.find(bench_name)
    clock = bench.clock(speed)
    with bench.state(log) as state:
        street = assemble_street(bench, clock, seed=seed, state=state)
        checked = chosen_homes(bench, street, home)
        for each in checked:
            each.bench.can_check()
        street.on_event(
            lambda text: log(f"{street.calendar.shown(clock.now)}  {text}"), progress=isinstance(clock, PacedClock)
        )
        capture = None if out is None else out / f"{bench.profile.id}.pcapng"
        with locked_folder_if(out):
            log(f"hanbench check: {bench.profile.title}")
            with capturing_if(street, capture):
                found = run(clock, _checked(street, checked))
            if capture is not None and embed_keys:
                embed_keys_of(capture)
            said = _said(bench, street, dict(zip(checked, found, strict=True)), capture)
            if out is not None:
                write_whole(out / "check.json", msgspec.json.encode(said) + b"\n")
    if as_json:
        print_json(said)
    else:
        _print_results(dict(zip(checked, found, strict=True)), capture)
    return STATUS[_worst(found)]


def _worst(found: Iterable[HomeCheck]) -> Verdict:
    return max((each.verdict for each in found), key=SEVERITY.index)


def _said(
    bench: BenchFile, street: Street, found: dict[StreetHome, HomeCheck], capture: Path | None
) -> BenchCheck | StreetCheck:
    name = None if capture is None else capture.name
    if bench.profile.homes:
        homes = {home.name: check for home, check in found.items()}
        return StreetCheck(
            bench=bench.profile.id, seed=street.seed, capture=name, verdict=_worst(homes.values()), homes=homes
        )
    (only,) = found.values()
    return BenchCheck(**structs.asdict(only), bench=bench.profile.id, seed=street.seed, capture=name)


async def _checked(street: Street, homes: tuple[StreetHome, ...]) -> list[HomeCheck]:
    """Bring all homes up, and check some, each as soon as it is up."""
    async with street:
        others = [asyncio.ensure_future(_accompany(street, home)) for home in street.homes if home not in homes]
        found = await asyncio.gather(*(_checked_home(street, home) for home in homes))
        for other in others:
            other.cancel()
        return found


async def _accompany(street: Street, home: StreetHome) -> None:
    """Bring up a home that is not checked; it is only there."""
    with contextlib.suppress(FormationError):
        await street.begin(home)


async def _checked_home(street: Street, home: StreetHome) -> HomeCheck:
    han = home.han
    started = han.clock.now
    try:
        await han.health.or_outage(street.begin(home))
    except (FormationError, OutageError) as error:
        detail = f"the bench did not come up: {han.health.failure or error}"
        return HomeCheck(**structs.asdict(never_begun(han, started, detail)))
    check, wakes = HanConnectivityCheck(), han.settings.gsme.wake_interval // SECOND
    wait = check.sleep_allowance(han) + check.margin
    han.on_progress(f"checking; the gas meter wakes every {wakes} s, and has {wait:g} s to answer")
    found = await check.run(han)
    return HomeCheck(**structs.asdict(found.check), mirror=found.mirror)


def _print_results(found: dict[StreetHome, HomeCheck], capture: Path | None) -> None:
    for home, check in found.items():
        print_check(check, home.name, None if check.mirror is None else check.mirror.words)
    if len(found) > 1:
        print_line(_summary({home.name: check.verdict for home, check in found.items()}))
    if capture is not None:
        print_line(f"  capture: {unbroken(capture)}")


def _summary(verdicts: dict[str, Verdict]) -> str:
    """Return how many homes pass, and the names of the others, such as `2 of 3 homes pass; no2 fails`."""
    passed = sum(each is Verdict.PASS for each in verdicts.values())
    parts = [f"{passed} of {len(verdicts)} homes pass"]
    for kind, one, several in ((Verdict.FAIL, "fails", "fail"), (Verdict.INCONCLUSIVE, *_INCONCLUSIVE)):
        names = [name for name, each in verdicts.items() if each is kind]
        if names:
            parts.append(f"{', '.join(names)} {one if len(names) == 1 else several}")
    return "; ".join(parts)

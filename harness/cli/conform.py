"""`hanbench conform`: vendor firmware as device under test."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from hanbench.harness.cli.conform_fuzz import fuzz, fuzz_replay, selftest_of_fuzzer
from hanbench.harness.cli.conform_text import print_cases, print_report, print_result, print_selftest
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log, print_json, print_line
from hanbench.harness.conform.bench import Kind, Setting, UnreachedError
from hanbench.harness.conform.case import Case
from hanbench.harness.conform.cases import AREAS, by_id, every_case
from hanbench.harness.conform.drafting import draft
from hanbench.harness.conform.dut.person import AtTheTerminal
from hanbench.harness.conform.firmwares.catalogue import wrong_firmwares
from hanbench.harness.conform.fuzz.fuzzer import FuzzPlan
from hanbench.harness.conform.report import ConformReport, read_conform_report, signs_of_case
from hanbench.harness.conform.request import Request, RequestError, setting_of
from hanbench.harness.conform.run import FILES, Plan, Run
from hanbench.harness.conform.runner import Limits
from hanbench.harness.conform.selftest import seeds_from, selftest
from hanbench.harness.files import locked_folder, write_whole
from hanbench.harness.report.against import SignsAgainst
from hanbench.profiles.conform.tolerated import read_tolerated
from hanbench.profiles.explain import suggestion
from hanbench.profiles.rulesets import Cohort


class Options(Struct, frozen=True, kw_only=True):
    """The options of the command."""

    dut: Kind
    device: str
    cohort: Cohort
    pics: Path | None
    pixit: Path | None
    areas: tuple[str, ...]
    cases: tuple[str, ...]
    seed: str
    longest: float
    bench: str | None
    unattended: bool
    tolerate: Path | None
    out: Path
    resume: bool
    probe: bool
    listed: bool
    selftest: bool
    seeds: int
    jobs: int | None
    fuzz: float | None
    fuzz_frames: int | None
    fuzz_replay: Path | None
    against: Path | None
    tolerate_until: datetime | None
    as_json: bool


def conform(**options: Any) -> int:
    """Test the firmware of a gas meter, an electricity meter, a hub or a display, on frames alone."""
    options["cohort"] = Cohort(options["cohort"])
    chosen = Options(**options)
    cases = selected(chosen.areas, chosen.cases)
    if chosen.fuzz is not None or chosen.fuzz_frames is not None or chosen.fuzz_replay is not None:
        return _fuzz(chosen)
    if chosen.selftest:
        return _selftest(chosen)
    if chosen.listed:
        print_cases(cases, as_json=chosen.as_json)
        return ExitStatus.EXPECTED
    setting = _setting(chosen)
    if chosen.probe:
        return _probe(setting, chosen)
    with locked_folder(chosen.out):
        report = _run(setting, cases, chosen)
    if chosen.as_json:
        print_json(report.summary)
    else:
        print_report(report, chosen.out, FILES)
    return _status(report)


def selected(areas: Sequence[str], cases: Sequence[str]) -> list[Case]:
    """Return the cases that the options name; all: neither names any. Raises BadInput."""
    known = {area.code for area in AREAS}
    for area in areas:
        if area not in known:
            near = suggestion(area, sorted(known))
            raise BadInput(None, "--only", f"no such area {area!r}{near}; there are {', '.join(sorted(known))}")
    for case in cases:
        if case not in by_id():
            near = suggestion(case, tuple(by_id()))
            raise BadInput(None, "--case", f"no such case {case!r}{near} (`hanbench conform --list` lists them)")
    if cases:
        return [by_id()[case] for case in dict.fromkeys(cases)]
    return [case for case in every_case() if not areas or case.area in areas]


def _setting(options: Options) -> Setting:
    """Return the setting that the options ask for; PICS and PIXIT are checked here. Raises BadInput, ProfileError."""
    person = None if options.unattended else AtTheTerminal(log)
    request = Request(
        dut=options.dut,
        device=options.device,
        cohort=options.cohort,
        pics=options.pics,
        pixit=options.pixit,
        seed=options.seed,
        bench=options.bench,
        probing=options.probe,
    )
    try:
        return setting_of(request, person)
    except RequestError as error:
        raise BadInput(None, f"--{error.key}", str(error)) from None


def _against(options: Options) -> SignsAgainst | None:
    if options.against is None:
        if options.tolerate_until is not None:
            raise BadInput(None, "--tolerate-until", "expected --against too: the report that has the known failures")
        return None
    earlier = read_conform_report(options.against)
    signs = {result.id: found for result in earlier.cases if (found := signs_of_case(result))}
    until = None if options.tolerate_until is None else options.tolerate_until.date()
    return SignsAgainst(signs, until=until, today=datetime.now(UTC).date())


def _run(setting: Setting, cases: Sequence[Case], options: Options) -> ConformReport:
    plan = Plan(
        setting,
        cases,
        options.out,
        Limits(options.longest, options.unattended),
        _against(options),
        {} if options.tolerate is None else read_tolerated(options.tolerate),
        options.resume,
        datetime.now(UTC).date(),
        _replay(options),
    )
    run = Run(plan)
    log(f"hanbench conform: {len(cases)} cases, {options.dut} as {setting.choice.text}, seed {options.seed}")
    for result in run.results():
        if not options.as_json:
            print_result(result)
    return run.finish()


def _replay(options: Options) -> str:
    """Return the command that tests the same device again."""
    words = ["hanbench", "conform", "--dut", options.dut, "--device", options.device, "--cohort", options.cohort.value]
    words += ["--seed", options.seed]
    words += [] if options.bench is None else ["--bench", options.bench]
    words += [] if options.pics is None else ["--pics", str(options.pics)]
    words += [] if options.pixit is None else ["--pixit", str(options.pixit)]
    return shlex.join(words)


def _probe(setting: Setting, options: Options) -> int:
    try:
        drafted = draft(setting)
    except UnreachedError as error:
        log(f"hanbench conform --probe: {error}")
        return ExitStatus.UNKNOWN
    with locked_folder(options.out):
        path = options.out / "pics.toml"
        write_whole(path, drafted)
    print_line(f"draft of the PICS: {path}; look through it, and add what cannot be seen from outside")
    return ExitStatus.EXPECTED


def _fuzz(options: Options) -> int:
    """Fuzz the device, repeat a sequence, or test the fuzzer. Raises BadInput, ProfileError, OutputError."""
    for given, name in ((options.areas, "--only"), (options.cases, "--case"), (options.probe, "--probe")):
        if given:
            raise BadInput(None, name, "not together with --fuzz: it runs no case")
    if options.bench is not None:
        raise BadInput(None, "--fuzz", "expected a device that is emulated, of a class or of a command, and no --bench")
    if options.selftest:
        return selftest_of_fuzzer(options.seed, as_json=options.as_json)
    setting = _setting(options)
    if options.fuzz_replay is not None:
        return fuzz_replay(setting, options.fuzz_replay, as_json=options.as_json)
    today = datetime.now(UTC).date()
    plan = FuzzPlan(setting, options.out, options.fuzz, options.fuzz_frames, replay=_replay(options), today=today)
    return fuzz(plan, as_json=options.as_json)


def _selftest(options: Options) -> int:
    """Run the cases on wrong firmwares and on healthy devices.

    Exit status: 0 every wrong firmware is found, each case finds one, and healthy devices pass; 1 a firmware is not
    found, or a case finds none; 4 a healthy device does not pass: the case is wrong, or the device.
    """
    log(f"hanbench conform --selftest: {len(wrong_firmwares())} wrong firmwares, and the healthy devices")
    found = selftest(jobs=options.jobs or os.cpu_count() or 1, seeds=seeds_from(options.seed, options.seeds))
    if options.as_json:
        print_json(found)
    else:
        print_selftest(found)
    if found.healthy_failures:
        return ExitStatus.INTERNAL
    return ExitStatus.VIOLATION if found.survivors or found.dead_weight else ExitStatus.EXPECTED


def _status(report: ConformReport) -> ExitStatus:
    sums = report.summary
    if sums.failed > sums.tolerated:
        return ExitStatus.VIOLATION
    proved = sums.passed + sums.failed > 0
    return ExitStatus.EXPECTED if proved and not sums.inconclusive else ExitStatus.UNKNOWN

"""`hanbench run`: one scenario, step by step."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from hanbench.emulator.clock import PacedClock
from hanbench.emulator.zcl.smart_energy import SmartEnergyEra
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.campaign.finding import find_scenario
from hanbench.harness.campaign.unanswered import Watch
from hanbench.harness.capture import keyfile
from hanbench.harness.case.calendar import shown
from hanbench.harness.case.trace import AnyRecord, encode
from hanbench.harness.checks.mirror_age import MirrorAge
from hanbench.harness.cli.chosen_controller import chosen_controller
from hanbench.harness.cli.embed_keys import embed_keys_of, needs_folder
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import log, print_command, print_json, print_line, unbroken, verdict
from hanbench.harness.cli.story_progress import StoryProgress, minutes
from hanbench.harness.controllers.lookup import named
from hanbench.harness.files import locked_folder_if, write_whole
from hanbench.harness.han.credentials import Credentials, load_credentials
from hanbench.harness.han.settings import ERAS
from hanbench.harness.oracle import Basis, words_of
from hanbench.harness.report.failure_text import violation_lines
from hanbench.harness.report.html import HtmlWriter, encode_detail
from hanbench.harness.report.junit import JunitWriter
from hanbench.harness.report.model import ScenarioReport, describe, file_of_one
from hanbench.harness.report.replay import RUN, replay_command
from hanbench.harness.report.timeline import CheckDetail, ScenarioDetail, timeline
from hanbench.harness.scenario.never_reached import never_reached
from hanbench.harness.scenario.rehearsal import rehearse
from hanbench.harness.scenario.run import ScenarioResult, run_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import story_clock
from hanbench.profiles.benches import StartingState
from hanbench.profiles.cohorts import household
from hanbench.profiles.rulesets import Cohort, shipped

ACKNOWLEDGED = "aps-ack"
SHOWN = 6
"""Maximum number of frames to print for a check; the report has more."""

_DATE, _TIME, _HALF_A_DAY = "%Y-%m-%d %H:%M", "%H:%M", 43_200


def run(
    scenario: str,
    seed: str,
    speed: float | str | None,
    controller: str,
    out: Path | None,
    bench_name: str | None,
    begins: str | None,
    certificates: str | None,
    slow_background: bool,
    embed_keys: bool,
    hold_to: str,
    as_json: bool,
) -> int:
    """Run SCENARIO: a file, or the id of a shipped scenario or of one in the suite of `verify`.

    The same seed brings the same frames back, octet for octet, with the same background. With --slow-background, they
    have the numbers that reports of `verify` and pytest name; a report names the seed of each scenario.
    """
    needs_folder(out, embed_keys)
    rulesets = shipped()
    loaded = find_scenario(scenario, rulesets)
    if begins is not None:
        loaded = msgspec.structs.replace(loaded, begins=StartingState(begins))
    credentials = None if certificates is None else load_credentials(certificates)
    make = chosen_controller(controller)
    capture = None if out is None else out / f"{loaded.id}.pcapng"
    bench_name = bench_name or loaded.bench
    bench = None if bench_name is None else BenchFile.find(bench_name)
    takes = _rehearsed(loaded, bench, speed, seed, slow_background, credentials)
    clock = story_clock(loaded, bench, speed)  # after the rehearsal, because its time begins at once
    pace = f"speed {clock.speed:g}" if isinstance(clock, PacedClock) else "virtual time"
    switches = _switches(bench_name, begins, certificates, slow_background)
    where = "" if bench is None else f", bench {bench_name}"
    with locked_folder_if(out):
        log(f"hanbench run: {loaded.id}{where}, controller {named(controller)}, seed {seed}, {pace}")
        progress = None if takes is None else StoryProgress(clock, takes)
        result = run_scenario(
            loaded,
            rulesets,
            make,
            seed=seed,
            controller_name=named(controller),
            capture=capture,
            slow_background=slow_background,
            clock=clock,
            credentials=credentials,
            bench=bench,
            hold_to=Basis(hold_to),
            on_record=_teller(loaded, progress),
        )
        if capture is not None and embed_keys:
            embed_keys_of(capture)
        again = replay_command(scenario, seed=seed, controller=named(controller), switches=switches, by=RUN)
        report = describe(result, capture=None if capture is None else capture.name, replay=again)
        detail = timeline(result)
        if out is not None:
            _write(out, result, report, detail, named(controller))
    if as_json:
        print_json(file_of_one(report))
    else:
        mirrors = [each.mirror for each in result.evidenced]
        unreached = never_reached(loaded.drawn(seed).changes, result.records)
        _print_result(report, detail, mirrors, capture, unreached)
    return ExitStatus.EXPECTED if report.as_expected else ExitStatus.VIOLATION


def _teller(scenario: Scenario, progress: StoryProgress | None) -> Callable[[AnyRecord], None]:
    """Return what tells of each record at once: of time-outs, and in real time of what happens."""
    watch = Watch(scenario.id, log)

    def tell(record: AnyRecord) -> None:
        watch(record)
        if progress is not None:
            progress.record(record)

    return tell


def _switches(
    bench: str | None, begins: str | None, certificates: str | None, slow_background: bool
) -> dict[str, str | None]:
    """Return the options that shape a run, besides seed and controller."""
    given = {"--bench": bench, "--begins": begins, "--certificates": certificates}
    switches: dict[str, str | None] = {option: value for option, value in given.items() if value is not None}
    return switches | ({"--slow-background": None} if slow_background else {})


def _rehearsed(
    scenario: Scenario,
    bench: BenchFile | None,
    speed: float | str | None,
    seed: str,
    slow_background: bool,
    credentials: Credentials | None,
) -> float | None:
    """Print how long a story takes in real time, and return that, seconds; None: it runs in virtual time.

    Raises ProfileError.
    """
    clock = story_clock(scenario, bench, speed)
    if not isinstance(clock, PacedClock):
        return None
    found = rehearse(
        scenario,
        shipped(),
        bench,
        seed=seed,
        speed=speed,
        slow_background=slow_background,
        credentials=credentials,
    )
    whole, settling = found.whole / clock.speed, found.settling / clock.speed
    try:
        ends = f"{datetime.now(UTC).astimezone() + timedelta(seconds=whole):{_DATE if whole > _HALF_A_DAY else _TIME}}"
    except OverflowError:
        ends = "in no user's lifetime"
    log(
        f"real time: this story takes at least {minutes(whole)} (minutes:seconds) with the reference controller, "
        f"{minutes(settling)} of it until the installation is loaded; it ends about {ends}"
    )
    return whole


def _write(out: Path, result: ScenarioResult, report: ScenarioReport, detail: ScenarioDetail, controller: str) -> None:
    """Write trace, report.json, junit.xml and report.html; the capture is there already."""
    write_whole(out / "trace.jsonl", encode(result.records))
    write_whole(out / "report.json", msgspec.json.encode(file_of_one(report)) + b"\n")
    with JunitWriter(out / "junit.xml", tests=1, suite="hanbench run") as junit:
        junit.add(report)
    rule_sets = tuple(shipped())
    page = HtmlWriter(
        out / "report.html",
        title=report.title,
        seed=result.seed,
        controller=controller,
        rule_sets=(report.rules,) if report.rules in rule_sets else rule_sets,
    )
    with page:
        page.add(report, encode_detail(detail))


def _evidence(check: CheckDetail, began: datetime) -> None:
    """Print the evidence of a verdict: number, time and text of each frame."""
    telling = [frame for frame in check.frames if frame.name != ACKNOWLEDGED]
    for frame in telling[:SHOWN]:
        when = shown(began + timedelta(seconds=frame.time), frame.time)
        print_line(f"    #{frame.number:<6} {when}  {frame.sender} to {frame.receiver}: {frame.line}")
    left = len(check.frames) + check.left_out - min(len(telling), SHOWN)
    if left:
        print_line(f"    and {left} more, acknowledgements among them")


def _print_result(
    report: ScenarioReport,
    detail: ScenarioDetail,
    mirrors: Iterable[MirrorAge | None],
    capture: Path | None,
    unreached: Iterable[str],
) -> None:
    print_line(f"{report.title} ({report.cohort}, {report.installation_type}, rules {report.rules})")
    for evidenced, mirror in zip(detail.checks, mirrors, strict=True):
        check = evidenced.check
        found = verdict(f"{check.verdict.value} {check.code}" if check.code else check.verdict.value)
        print_line(f"  check {check.attempt}, {shown(check.started, check.start)}: {found}: {check.detail}")
        if mirror is not None:
            print_line(f"    {mirror.words}")
        _evidence(evidenced, detail.began)
    for consent in report.consents:
        at = datetime.fromisoformat(consent.time)
        when = shown(at, (at - detail.began).total_seconds())
        print_line(f"  {consent.supplier}: {consent.says.value}, {when}")
    decided = report.decision.value if report.decision else "nothing"
    print_line(f"  decided: {decided}; the rules allow: {words_of(report.expected)} ({report.because})")
    for remark in (*report.remarks, *unreached):
        print_line(f"  {remark}")
    for violation, explanation in zip(report.violations, report.explanations, strict=True):
        word = "VIOLATION" if violation in report.failing else f"told, held to {report.hold_to.value}:"
        sentence, *why = violation_lines(violation, explanation)
        print_line(f"  {verdict(word)} {sentence}")
        for line in why:
            print_line(f"  {line}")
    for short in report.unmet:
        print_line(f"  {verdict('NOT AS THE AUTHOR EXPECTS')} {short}")
    if capture is not None:
        print_line(f"  to read: {unbroken(capture.with_name('report.html'))}")
        early = ERAS[household(Cohort(report.cohort)).gsme.smart_energy] is SmartEnergyEra.SE_1_1
        preferences = (keyfile.EARLY_SMART_ENERGY,) if early else ()
        print_command("  open the capture: ", keyfile.hint(capture, *preferences))

"""`hanbench verify`: a controller on the whole suite of scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from typing import Any, TypeVar

import msgspec

from hanbench.harness.campaign import Campaign, Lost, Result, execute
from hanbench.harness.campaign.evidence import Keeper
from hanbench.harness.campaign.executor import Shard, estimate
from hanbench.harness.campaign.finding import hint, select
from hanbench.harness.campaign.interruption import deferred
from hanbench.harness.campaign.judge_test.quick import quick_ids
from hanbench.harness.campaign.suite import suite
from hanbench.harness.campaign.unanswered import DeadControllerError, SilentControllerError
from hanbench.harness.cli.against import against_earlier
from hanbench.harness.cli.chosen_controller import chosen_controller
from hanbench.harness.cli.errors import BadInput, ExitStatus
from hanbench.harness.cli.output import log, print_json
from hanbench.harness.cli.progress import with_progress
from hanbench.harness.cli.verify_options import Options
from hanbench.harness.cli.verify_result import Course, print_result
from hanbench.harness.controllers.lookup import named
from hanbench.harness.files import OutputError, locked_folder
from hanbench.harness.report.against import Against
from hanbench.harness.report.folder import ReportFolder
from hanbench.harness.report.json_file import ShardReport
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.words import counted
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import shipped

T = TypeVar("T")
_WORTH_TELLING = 10.0
"""Seconds from which on the time that a run will take is told at its start."""


def verify(**options: Any) -> int:
    """Judge a migration controller on every cohort, installation type, rule set, fault and consent.

    Each scenario sets up a HAN of emulated meters, checks it over real ZigBee frames in virtual time, injects faults,
    and compares the controller's actions with the rules of the TMAD.
    """
    chosen = Options(**options)
    try:
        scenarios = _chosen(chosen)
        against = against_earlier(chosen.against, chosen.tolerate_until)
        chosen_controller(chosen.controller)
    except KeyboardInterrupt:
        return _nothing_played()
    if chosen.store is not None:
        from hanbench.harness.cli.stored import verify_in_store

        return verify_in_store(chosen, chosen.store, len(scenarios))
    with locked_folder(chosen.out), deferred():
        course, reports = _run(scenarios, chosen, against)
    if course.interrupted and not course.played:
        return _nothing_played()
    if chosen.as_json:
        compared = {} if against is None else {"against": against.comparison}
        print_json(msgspec.structs.asdict(reports.summary) | compared)
    else:
        print_result(course, reports, chosen.out)
    if course.unwritten is not None:
        raise course.unwritten
    if course.interrupted:
        return ExitStatus.INTERRUPTED
    for property in course.untested(reports):
        log(f"hanbench itself failed: no case put {property} to the test")
    if course.lost or course.untested(reports):
        return ExitStatus.INTERNAL
    return ExitStatus.VIOLATION if course.fails(reports) else ExitStatus.EXPECTED


def _nothing_played() -> ExitStatus:
    log("hanbench verify: interrupted before the first case was over: nothing was judged, and no report was written")
    return ExitStatus.INTERRUPTED


def _chosen(options: Options) -> Sequence[Scenario]:
    """Return the scenarios that the options name. Raises BadInput."""
    quick = options.suite == "quick" and not options.cases
    every = suite(StartingState(options.begins), options.scenarios, quick_ids() if quick else None)
    if not options.cases:
        try:
            return select(options.only, every)
        except ValueError as error:
            raise BadInput(None, "--only", str(error)) from None
    by_id = {scenario.id: scenario for scenario in every}
    for name in options.cases:
        if name not in by_id:
            said = f"no such case {name!r}{hint(name, list(by_id))} (`hanbench scenarios` lists them)"
            raise BadInput(None, name, said)
    return [by_id[name] for name in options.cases]


def _run(scenarios: Sequence[Scenario], options: Options, against: Against | None) -> tuple[Course, ReportFolder]:
    """Run the scenarios and write the reports; after Ctrl-C, of what was run before it.

    Raises OutputError if the reports cannot be begun. Later, such an error stops the run, and there are no reports.
    """
    controller = named(options.controller)
    part = ""
    if options.shard is not None:
        scenarios = Shard(*options.shard).part_of(scenarios, options.seed)
        part = f" (part {options.shard[0]} of {options.shard[1]})"
    log(f"hanbench verify: {counted(len(scenarios), 'scenario')}{part}, controller {controller}, seed {options.seed}")
    excuses = (lambda _: False) if against is None else against.excuses
    course = Course(len(scenarios) * options.seeds, options.is_whole, Keeper(options.evidence, excuses), against)
    reports = ReportFolder(
        options.out,
        title="hanbench verify",
        seed=options.seed,
        controller=controller,
        rule_sets=tuple(shipped()),
        tests=course.planned,
        shard=None if options.shard is None else ShardReport(*options.shard),
    )
    try:
        with suppress(KeyboardInterrupt), reports:
            _play(scenarios, options, course, reports)
    except OutputError as error:
        course.unwritten, course.interrupted, course.stopped = error, False, str(error)
    return course, reports


def _play(scenarios: Sequence[Scenario], options: Options, course: Course, reports: ReportFolder) -> None:
    """Play the scenarios on each seed. Raises OutputError, and KeyboardInterrupt if there is nothing to report."""
    campaigns = options.campaigns(len(scenarios))
    try:
        _tell_time(scenarios, campaigns, options.processes)
        for campaign in campaigns:
            with closing(execute(scenarios, campaign, options.processes, tell=log)) as results:
                _add(reports, with_progress(results, len(scenarios)), campaign, course, options.fail_fast)
            if course.stopped:
                break
        course.interrupted = False
    except KeyboardInterrupt:
        if not course.played:
            raise


def _tell_time(scenarios: Sequence[Scenario], campaigns: Sequence[Campaign], jobs: int) -> None:
    """Tell how long a long run will take. Raises BadInput if the controller answers nothing."""
    try:
        seconds = estimate(scenarios, campaigns[0], jobs, tell=log) * len(campaigns)
    except DeadControllerError as error:
        raise BadInput(None, "--controller", str(error)) from None
    if seconds > _WORTH_TELLING:
        log(f"  this takes about {counted(round(seconds), 'second')}")


def _add(
    reports: ReportFolder,
    results: Iterable[tuple[Scenario, Result | Lost]],
    campaign: Campaign,
    course: Course,
    fail_fast: bool,
) -> None:
    for scenario, result in _until_silent(results, course):
        course.played += 1
        if isinstance(result, Lost):
            course.lost[scenario.id] = result.reason
            continue
        report = result.report
        if result.evidence is not None and campaign.captures is not None:
            stem = campaign.captures / campaign.stem(scenario.id)
            report = course.keeper.keep(scenario, report, result.evidence, stem)
        if course.against is not None:
            report = course.against.marked(report)
            course.against.add(report)
        reports.add(report, result.detail, result.reached)
        if fail_fast and not course.excuses(report):
            course.stopped = "--fail-fast"
            return


def _until_silent(results: Iterable[T], course: Course) -> Iterator[T]:
    """Yield the results, until the controller has not answered for too long."""
    try:
        yield from results
    except SilentControllerError as error:
        course.stopped = str(error)

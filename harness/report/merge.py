"""The reports of several runs of one suite (`verify --shard`) joined into one: report.json, JUnit, page, captures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

from hanbench.harness.files import PRIVATE, write_whole
from hanbench.harness.report.against import Against
from hanbench.harness.report.html import HtmlWriter, details_of
from hanbench.harness.report.json_file import MissingShards, Report, ReportWriter, read_report
from hanbench.harness.report.junit import JunitWriter
from hanbench.harness.report.model import ScenarioReport, Summary
from hanbench.harness.report.stale import StaleEvidence
from hanbench.harness.report.tally import Tally
from hanbench.profiles.errors import ProfileError

ALIKE = ("hanbench", "seed", "controller", "rule_sets")
"""What the runs must have in common."""


class Shard(NamedTuple):
    """The report of one run, and the folder that it is in."""

    folder: Path
    report: Report


def read_shards(folders: Sequence[Path]) -> list[Shard]:
    """Read the reports in these folders. Raises ProfileError if one is no report, or if they do not belong together."""
    shards = [Shard(folder, read_report(folder / "report.json")) for folder in folders]
    first = shards[0]
    played: dict[tuple[str, str], Path] = {}
    for shard in shards:
        file = shard.folder / "report.json"
        for key in ALIKE:
            found, expected = getattr(shard.report, key), getattr(first.report, key)
            if found != expected:
                raise ProfileError(file, f"found {_said(found)}; expected {_said(expected)}, as in {first.folder}", key)
        if _parts(shard.report) != _parts(first.report):
            found, expected = (_parts_said(each.report) for each in (shard, first))
            raise ProfileError(file, f"found {found}; expected {expected}, as in {first.folder}", "shard")
        for report in shard.report.scenarios:
            other = played.setdefault((report.id, report.seed), shard.folder)
            if other is not shard.folder:
                raise ProfileError(file, f"expected a case that {other} does not have", report.id)
    return shards


def missing(shards: Sequence[Shard]) -> MissingShards | None:
    """Return the parts of the run that are not there; None: all are, or the run had no parts."""
    there = {shard.report.shard.number for shard in shards if shard.report.shard is not None}
    of = _parts(shards[0].report)
    numbers = tuple(number for number in range(1, of + 1) if number not in there)
    return MissingShards(numbers, of) if numbers else None


def _parts(report: Report) -> int:
    """Return of how many parts the run of a report was; 0: it was not run in parts."""
    return 0 if report.shard is None else report.shard.of


def _parts_said(report: Report) -> str:
    return "no --shard" if report.shard is None else f"a part of {report.shard.of}"


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else repr(value)


def merge(shards: Sequence[Shard], out: Path, against: Against | None = None) -> tuple[Tally, Summary]:
    """Write the joined reports into the folder `out`, with captures and keys beside them. Raises OutputError.

    `out` is none of the folders that the reports are in. `against` says which failures are tolerated, whatever the
    parts say, and takes in each report; None: none is.
    """
    about, lost = shards[0].report, missing(shards)
    seed, controller, rule_sets = about.seed, about.controller, about.rule_sets
    tests = sum(len(shard.report.scenarios) for shard in shards)
    tally, stale, title = Tally(), StaleEvidence(out), "hanbench verify"
    data, page_file = out / "report.json", out / "report.html"
    with (
        ReportWriter(data, seed=seed, controller=controller, rule_sets=rule_sets, missing=lost) as whole,
        JunitWriter(out / "junit.xml", tests=tests, missing=lost) as junit,
        HtmlWriter(page_file, title=title, seed=seed, controller=controller, rule_sets=rule_sets, missing=lost) as page,
    ):
        for shard in shards:
            stored = _details(shard.folder)
            whole.coverage.join(shard.report.coverage)
            for number, found in enumerate(_with_captures(shard, out)):
                report = _marked(found, against)
                whole.add(report)
                junit.add(report)
                page.add(report, stored.get(number))
                tally.add(report)
                stale.spare(report)
    stale.remove()
    return tally, whole.summary


def _marked(report: ScenarioReport, against: Against | None) -> ScenarioReport:
    if against is None:
        return msgspec.structs.replace(report, tolerated_until=None)
    against.add(report)
    return against.marked(report)


def _details(folder: Path) -> dict[int, bytes]:
    """Return the details in the page of a folder; none if there is no page."""
    try:
        return details_of(folder / "report.html")
    except OSError:
        return {}


def _with_captures(shard: Shard, out: Path) -> Iterator[ScenarioReport]:
    """Yield the reports of a shard, with capture, keys and trace copied to `out`; those without files name none."""
    for report in shard.report.scenarios:
        trace = report.trace if _copied(shard.folder, report.trace, out) else None
        captured = _copied(shard.folder, report.capture, out) and _copied(shard.folder, report.keys, out, PRIVATE)
        capture, keys = (report.capture, report.keys) if captured else (None, None)
        yield msgspec.structs.replace(report, capture=capture, keys=keys, trace=trace)


def _copied(folder: Path, name: str | None, out: Path, mode: int = 0o666) -> bool:
    """Copy a file of a shard to `out`; False: none is named, it is not there, or its name leads elsewhere."""
    if name is None:
        return False
    source = folder / name
    if Path(name).name != name or not source.is_file():
        return False
    if os.path.realpath(source) != os.path.realpath(out / name):
        write_whole(out / name, source.read_bytes(), mode)
    return True

"""The content of `campaign.json`: the report of a campaign as far as it has come, and the same in one sentence."""

from __future__ import annotations

from msgspec import Struct, structs

from hanbench.harness.campaigns.rows import CaseVerdict
from hanbench.harness.campaigns.spec import CampaignSpec
from hanbench.harness.foreign_text import cleaned_lines, cleaned_throughout
from hanbench.harness.words import counted

VERSION = 1
"""Increased when a reader of the version before could misread a report."""


class PropertySides(Struct, frozen=True):
    """How far a campaign tested one property: numbers of cases."""

    property: str
    title: str
    rule: str
    """What it rests on."""
    evaluated: int
    interesting: int
    """Cases in which a controller that does not keep it could show it; 0: the campaign says nothing about it."""
    violated: int


class Situation(Struct, frozen=True):
    """Cases that ended under one rule set, in one type of installation, after one last statement of a supplier."""

    rules: str
    type: str
    said: str
    decisions: dict[str, int]
    """Cases by what was decided; empty: no case came here."""


class FaultPair(Struct, frozen=True):
    """Cases in which two faults were there; twice the same: in which the one was there."""

    first: str
    second: str
    cases: int
    failed: int


class Example(Struct, frozen=True):
    """The smallest failing scenario of a cluster that was found."""

    number: int
    scenario: str
    """The text of its file."""
    command: str
    """Plays its file in the folder of the report."""
    steady: bool
    """Whether the controller gave its answers again while the story shrank."""


class Cluster(Struct, frozen=True):
    """Failures that are told as one."""

    id: int
    controller: str
    property: str
    rule: str
    fault: str
    outcome: str
    cases: int
    first: int
    """The lowest number of a case."""
    case: str
    seed: str
    text: str
    replay: str
    """The command that plays the first case again."""
    example: Example | None = None


class SlowCase(Struct, frozen=True):
    """One of the cases that took the most real time."""

    number: int
    case: str
    seed: str
    by: str
    wall_ms: float
    virtual_s: int


class Session(Struct, frozen=True):
    """One run of the command."""

    began: float
    """Seconds since 1970."""
    seconds: float
    ended: str
    """`finished`, or why it ended; empty: it was killed, or goes on."""
    workers: str
    cases: int
    worker_deaths: int


class CampaignReport(Struct, frozen=True):
    """The content of `campaign.json`."""

    version: int
    name: str
    seed: str
    hanbench: str
    python: str
    source: str
    spec_hash: str
    spec: CampaignSpec
    """The whole spec, defaults included; URLs of controllers without user, password and query."""
    plays: dict[str, str]
    """Which controllers are played, and on what, in words by the keys of the spec."""
    size: int
    played: int
    verdicts: dict[str, int]
    """Cases by verdict."""
    controllers: dict[str, dict[str, int]]
    """The same for each controller, and for each device of conform cases."""
    seconds: float
    """Real time of all sessions."""
    worker_seconds: float
    """Real time of all workers."""
    properties: tuple[PropertySides, ...]
    unreached: tuple[str, ...]
    """The properties whose interesting side no case reached."""
    situations: tuple[Situation, ...]
    faults: tuple[str, ...]
    unmet_faults: tuple[str, ...]
    """Faults of the catalogue, of those that every HAN can have, that no case had."""
    pairs: tuple[FaultPair, ...]
    clusters: tuple[Cluster, ...]
    more_clusters: int
    """How many are not named, because there are too many."""
    hours: tuple[tuple[int, int], ...]
    """Hours of the HAN's clock until a decision, each with its number of cases."""
    quantiles: dict[str, int]
    """Hours within which so many of a hundred decisions were made."""
    slowest: tuple[SlowCase, ...]
    sessions: tuple[Session, ...]
    alarms: tuple[tuple[int, str, str], ...]
    """Cases that came to something else when they were played again: number, what was stored, what came."""


def cleaned_report(report: CampaignReport) -> CampaignReport:
    """Return a report with every text fit for a page: on one line, but for the files of its examples."""
    return structs.replace(cleaned_throughout(report), clusters=tuple(map(_cleaned_cluster, report.clusters)))


def _cleaned_cluster(cluster: Cluster) -> Cluster:
    found = cleaned_throughout(cluster)
    if cluster.example is None or found.example is None:
        return found
    return structs.replace(
        found, example=structs.replace(found.example, scenario=cleaned_lines(cluster.example.scenario))
    )


def headline(report: CampaignReport) -> str:
    """Return the report in one sentence."""
    violations = report.verdicts.get(CaseVerdict.VIOLATION.words, 0)
    crashed = report.verdicts.get(CaseVerdict.CRASHED.words, 0)
    deaths = sum(each.worker_deaths for each in report.sessions)
    parts = [
        f"{report.played:,} of {counted(report.size, 'case')}",
        counted(violations, "violation"),
        *([f"{crashed:,} crashed"] if crashed else []),
        counted(len(report.unreached), "unreached property", "unreached properties"),
        counted(deaths, "worker restart"),
        *([counted(len(report.alarms), "alarm")] if report.alarms else []),
        f"{report.seconds:,.0f} s in {counted(len(report.sessions), 'session')}",
    ]
    return f"{', '.join(parts)}; seed {report.seed}"

"""Stores of campaigns whose cases nobody played: quick to make, and to go on with."""

from __future__ import annotations

from pathlib import Path

from hanbench.harness.campaigns.coordinator import batches_of, begun
from hanbench.harness.campaigns.plan import plan_of
from hanbench.harness.campaigns.playing import Batch, BatchResult
from hanbench.harness.campaigns.reach import Tallies, count_verdict
from hanbench.harness.campaigns.rows import CaseName, CaseVerdict, Failing, Row
from hanbench.harness.campaigns.spec import CampaignSpec, RandomPart
from hanbench.harness.campaigns.store import Store

BATCH = 10


def spec_of(name: str = "small", size: int = 30) -> CampaignSpec:
    """A campaign of random stories: its plan costs nothing."""
    return CampaignSpec(name, size, batch=BATCH, random=RandomPart())


def begin(folder: Path, spec: CampaignSpec | None = None) -> Path:
    """Begin a campaign in a folder, in place of one that is there."""
    spec = spec or spec_of()
    with Store.begin(folder, begun(spec), list(batches_of(plan_of(spec), []))) as store:
        store.begin_session("nobody")
        store.end_session("interrupted")
    return folder


def play(folder: Path, batches: int = 1, failing: int = 0) -> None:
    """Store that the next batches were played, as far as they are there; so many cases of each failed."""
    with Store.open(folder) as store:
        store.begin_session("nobody")
        for low, high in store.to_do(batches, []):
            store.commit(_result(low, high, failing))
        store.end_session("interrupted")


def _result(low: int, high: int, failing: int) -> BatchResult:
    tallies, rows, failures = Tallies.empty(), [], []
    for number in range(low, high):
        failed = number - low < failing
        verdict = CaseVerdict.VIOLATION if failed else CaseVerdict.AS_EXPECTED
        rows.append(Row(number, int(verdict), 4, 3600, 1000 + number, 7))
        count_verdict(tallies, "reference", verdict)
        if failed:
            name = CaseName(f"story-{number}", "1", "reference")
            failures.append(
                Failing(number, name, "count", "letter, 2", "wan-down", "hold", "<b>counts</b> one too few")
            )
    return BatchResult(Batch(low, high), tuple(rows), tallies, tuple(failures), 1000 * len(rows))

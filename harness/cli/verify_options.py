"""The options of `hanbench verify`, and the campaigns that they ask for."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hanbench.harness.campaign import Campaign
from hanbench.harness.oracle import Basis
from hanbench.profiles.benches import StartingState

_TOLD = 200
"""The most cases of which the page has every story: telling one takes longer than playing its case."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """The options of the command, under their names."""

    seed: str
    seeds: int
    jobs: int | None
    suite: str
    only: str
    scenarios: Path | None
    cases: tuple[str, ...]
    shard: tuple[int, int] | None
    controller: str
    begins: str
    out: Path
    capture: str | None
    evidence: int
    remembers: bool
    fail_fast: bool
    against: Path | None
    tolerate_until: datetime | None
    hold_to: str
    store: Path | None
    as_json: bool

    @property
    def beyond_a_spec(self) -> dict[str, bool]:
        """The options that a campaign's spec has no words for, and whether they are given."""
        return {
            "--case": bool(self.cases),
            "--scenarios": self.scenarios is not None,
            "--shard": self.shard is not None,
            "--capture": self.capture is not None,
            "--fail-fast": self.fail_fast,
            "--against": self.against is not None,
            "--no-memory": not self.remembers,
        }

    @property
    def processes(self) -> int:
        return self.jobs or os.cpu_count() or 1

    @property
    def is_whole(self) -> bool:
        """Whether the whole suite is asked for."""
        return self.suite == "full" and self.only == "*" and not self.cases and self.shard is None

    def campaigns(self, cases: int) -> list[Campaign]:
        """One for each seed: the first has that of the option, the others have a number behind it.

        `cases`: how many a campaign plays. Of a few, the page tells every story.
        """
        seeds = [self.seed, *(f"{self.seed}.{number}" for number in range(2, self.seeds + 1))]
        return [
            Campaign(
                seed,
                self.controller,
                captures=self.out,
                capture=self.capture,
                remembers=self.remembers,
                hold_to=Basis(self.hold_to),
                begins=StartingState(self.begins),
                folder=self.scenarios,
                tells=cases <= _TOLD,
                number=number,
            )
            for number, seed in enumerate(seeds, 1)
        ]

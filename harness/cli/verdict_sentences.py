"""What the scenarios of a run come to, in sentences that `verify` and `report merge` print."""

from __future__ import annotations

from collections.abc import Sequence

from hanbench.harness.report.tally import Tally
from hanbench.harness.words import counted


def verdict_sentences(tally: Tally) -> Sequence[str]:
    """Return how many scenarios failed, or that none did, and how many violations are told and fail nothing."""
    weaker = []
    if tally.told:
        weaker = [
            f"{counted(tally.told, 'violation')} of a weaker basis than {tally.held_to}: told above, failing nothing."
        ]
    if tally.failures:
        failures, violations = counted(tally.failures, "scenario"), counted(tally.violations, "violation")
        tolerated = f"; {tally.tolerated:,} of them tolerated" if tally.tolerated else ""
        return (f"{failures} did not go as the rules demand ({violations}){tolerated}.", *weaker)
    if tally.told:
        return (f"No violation up to the basis held to ({tally.held_to}).", *weaker)
    return ("Every decision was one that the rules allow." if tally.outcomes else "Nothing was judged.",)

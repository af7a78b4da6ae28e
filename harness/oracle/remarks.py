"""What is worth telling about a case, and convicts nobody."""

from __future__ import annotations

from collections.abc import Iterator

from hanbench.harness.case.trace import Excluded
from hanbench.harness.oracle.case import Case
from hanbench.harness.oracle.expected import Expected


def remarks_on(case: Case, allowed: Expected) -> Iterator[str]:
    """Yield sentences: a lawful way that is not the usual one, a day of replacement that has passed."""
    if case.outcome in allowed.outcomes[1:]:
        yield f"another way than {allowed.outcomes[0].value}, and no rule is against it"
    for _, excluded in case.exclusions:
        yield from _past(excluded)


def _past(excluded: Excluded) -> Iterator[str]:
    record, day = excluded.exclusion, excluded.time.date()
    if record is not None and record.replace_by < day:
        yield f"the day to replace the GSME by, {record.replace_by}, had passed when it was excluded on {day}"

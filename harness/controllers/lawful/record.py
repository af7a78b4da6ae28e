"""Another record of an exclusion."""

from __future__ import annotations

from datetime import datetime

from msgspec import structs

from hanbench.harness.case.vocabulary import ExclusionRecord
from hanbench.harness.controllers.reference import Reference


class RecordsTheLastFailures(Reference):
    """Names the last failures that are required, not every one that counts (letter, 2: three failures)."""

    def exclusion_record(self, now: datetime) -> ExclusionRecord | None:
        """Return the record with the last failures alone."""
        record = super().exclusion_record(now)
        required = self.failures_required(now)
        return None if record is None else structs.replace(record, attempts=record.attempts[-required:])

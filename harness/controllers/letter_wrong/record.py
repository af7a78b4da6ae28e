"""Wrong about the record of the GSME that is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, CheckEnded, ExclusionRecord, InstallationLoaded
from hanbench.harness.controllers.reference import Reference
from hanbench.profiles.rulesets import RuleSet


class ReplaceByTheEndOfThatYear(Reference):
    """Reads "by end 2022" as by the end of the year of the exclusion (letter, 7)."""

    def exclusion_record(self, now: datetime) -> ExclusionRecord | None:
        """Return a record with 31 December of the present year."""
        record = super().exclusion_record(now)
        return record and msgspec.structs.replace(record, replace_by=date(now.year, 12, 31))


class RecordNamesTheFirstSupplier(Reference):
    """Records the supplier of the day of loading, not the one that must replace the GSME (letter, 7)."""

    _supplier = ""

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        """Note the supplier of the GSME."""
        if isinstance(event, InstallationLoaded):
            self._supplier = event.installation.gsme.supplier
        return super().handle(event, now)

    def exclusion_record(self, now: datetime) -> ExclusionRecord | None:
        """Return a record that names the supplier of that day."""
        record = super().exclusion_record(now)
        return record and msgspec.structs.replace(record, supplier=self._supplier)


class RecordKeepsWhatAPassWiped(Reference):
    """Lists in the exclusion record failures from before a pass, which are not persistent (letter, 2)."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        """Begin without failures."""
        super().__init__(rulesets)
        self._ever: list[int] = []

    def note_check(self, result: CheckEnded) -> None:
        """Note each failure."""
        super().note_check(result)
        if self.last_failed:
            self._ever.append(result.attempt)

    def exclusion_record(self, now: datetime) -> ExclusionRecord | None:
        """Return a record with failures from before a pass."""
        record = super().exclusion_record(now)
        return record and msgspec.structs.replace(record, attempts=tuple(self._ever))

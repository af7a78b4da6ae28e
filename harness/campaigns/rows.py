"""What one case comes to in the store: a verdict, a decision, times, and a hash of its trace."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct

from hanbench.harness.words import counted


class CaseVerdict(IntEnum):
    """The verdict on a case. The numbers stand in stores: none is ever used for another one."""

    AS_EXPECTED = 0
    VIOLATION = 1
    """A property was violated, or an expectation of the author not met; of a conform case: it failed."""
    INCONCLUSIVE = 2
    NOT_APPLICABLE = 3
    """A conform case that does not apply to its device."""
    CRASHED = 4
    """hanbench failed at it: with an exception, or a worker process died at it twice."""

    @property
    def words(self) -> str:
        """The name in reports."""
        return self.name.lower().replace("_", " ")


def counted_verdicts(verdicts: Mapping[str, int]) -> str:
    """Return how many cases have which verdict: "23 violations, 977 as expected". `verdicts`: cases by their words."""
    return ", ".join(
        counted(cases, words) if words == CaseVerdict.VIOLATION.words else f"{cases:,} {words}"
        for words, cases in verdicts.items()
    )


DECISIONS = ("", "migrate-both", "migrate-esme-only", "retry", "hold", "refuse", "exclude-installation")
"""What was decided, by the number in the store; 0: nothing. Only ever longer."""


class Row(NamedTuple):
    """One case in the store."""

    number: int
    """Its index in the campaign."""
    verdict: int
    """A `CaseVerdict`."""
    decision: int
    """A place in `DECISIONS`."""
    virtual_s: int
    """Seconds of the HAN's clock from the loading of the installation to the end."""
    wall_us: int
    """Microseconds of real time; two plays differ in it alone."""
    trace_hash: int
    """The first 8 octets of the BLAKE2b hash of the trace, as a signed number; 0: there is no trace."""

    def is_sound(self, size: int) -> bool:
        """Whether a campaign of this size can have stored the row."""
        return (
            {*map(type, self)} == {int}
            and 0 <= self.number < size
            and 0 <= self.verdict <= max(CaseVerdict)
            and 0 <= self.decision < len(DECISIONS)
        )

    @property
    def words(self) -> str:
        """What each play of the case must come to, for people."""
        told = f"{self.trace_hash & (1 << 64) - 1:016x}"
        decided = DECISIONS[self.decision] or "nothing"
        return f"{CaseVerdict(self.verdict).words}, decided {decided}, {self.virtual_s:,} s, trace {told}"

    @property
    def outcome(self) -> tuple[int, int, int, int, int]:
        """What each play of the case must come to."""
        return self.number, self.verdict, self.decision, self.virtual_s, self.trace_hash


class CaseName(Struct, frozen=True):
    """What a case is called where indexes mean nothing: in another spec, on another command line."""

    case: str
    """The id of a case of the suite or of conform, or the number of a random story."""
    seed: str
    """That of the run."""
    by: str
    """The controller; of a conform case the device, with kind and cohort."""


class Failing(NamedTuple):
    """What is told of a case that did not go as expected."""

    number: int
    name: CaseName
    violated: str
    """The property, or what stands for one."""
    rule: str
    fault: str
    outcome: str
    text: str

    @property
    def cluster(self) -> tuple[str, str, str, str, str]:
        """What failures have in common that are told as one."""
        return self.name.by, self.violated, self.rule, self.fault, self.outcome

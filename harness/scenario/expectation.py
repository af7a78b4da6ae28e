"""What the author of a scenario expects, and where a run falls short of it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.pattern import FramePattern
from hanbench.harness.case.trace import AnyRecord, CheckRecorded, CommissioningRecorded, Excluded
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle.decider import decided
from hanbench.profiles.rulesets import Decider, RuleSet

Count = Annotated[int, Meta(ge=0)]
Phase = Literal["anywhere", "checks", "commissioning"]


class FrameExpectation(FramePattern, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How many frames of a kind there are on the air."""

    during: Phase = "anywhere"
    """`checks`: while a HAN-connectivity check runs; `commissioning`: while devices are commissioned."""
    at_least: Count | None = None
    at_most: Count | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.at_least is None and self.at_most is None:
            raise ValueError("give `at_least` or `at_most`, or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("`at_least` is more than `at_most`")

    def shortfall(self, counted: int) -> str | None:
        """What is wrong with so many frames, if anything is."""
        if self.at_least is not None and counted < self.at_least:
            wanted = f"at least {self.at_least}"
        elif self.at_most is not None and counted > self.at_most:
            wanted = f"at most {self.at_most}" if self.at_most else "none"
        else:
            return None
        when = "" if self.during == "anywhere" else f" during {self.during}"
        return f"{self.words}{when}: {counted} on the air, expected {wanted}"


class Expectation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the author of a scenario expects, beside what the rules demand anyway."""

    outcome: Outcome
    checks: Count | None = None
    """How many HAN-connectivity checks are run."""
    decider: Decider | None = None
    """Who decides about the gas meter; the rules of the day of the decision say so."""
    decided_after: Moment | None = None
    decided_before: Moment | None = None
    commissioned: tuple[MeterRole, ...] | None = None
    excluded: tuple[MeterRole, ...] | None = None
    frames: tuple[FrameExpectation, ...] = ()


def failed_expectations(
    wanted: Expectation,
    outcome: Outcome | None,
    records: Sequence[AnyRecord],
    rulesets: Mapping[str, RuleSet],
    counted: Sequence[int],
) -> Iterator[str]:
    """Yield what was expected and did not come. `counted`: frames on the air, for each of `wanted.frames`."""
    if outcome is not wanted.outcome:
        yield f"outcome {outcome.value if outcome else 'none'}, expected {wanted.outcome.value}"
    checks = sum(isinstance(record, CheckRecorded) for record in records)
    if wanted.checks not in (None, checks):
        yield f"{checks} checks, expected {wanted.checks}"
    end = decided(records, rulesets)
    if wanted.decider not in (None, end.by):
        assert wanted.decider is not None
        yield f"decided by {end.by.value if end.by else 'nobody'}, expected {wanted.decider.value}"
    if wanted.decided_after is not None and (end.at is None or end.at < wanted.decided_after):
        yield f"decided at {end.at or 'no time'}, expected not before {wanted.decided_after}"
    if wanted.decided_before is not None and (end.at is None or end.at > wanted.decided_before):
        yield f"decided at {end.at or 'no time'}, expected not after {wanted.decided_before}"
    attempts = (record.commissioning for record in records if isinstance(record, CommissioningRecorded))
    done = {device for attempt in attempts if attempt.succeeded for device in attempt.devices}
    if wanted.commissioned is not None and done != set(wanted.commissioned):
        yield f"commissioned: {_names(done)}, expected {_names(wanted.commissioned)}"
    left = {record.device for record in records if isinstance(record, Excluded)}
    if wanted.excluded is not None and left != set(wanted.excluded):
        yield f"excluded: {_names(left)}, expected {_names(wanted.excluded)}"
    for expectation, number in zip(wanted.frames, counted, strict=True):
        if (shortfall := expectation.shortfall(number)) is not None:
            yield shortfall


def _names(devices: object) -> str:
    assert isinstance(devices, set | tuple)
    return ", ".join(sorted(device.value for device in devices)) or "nothing"

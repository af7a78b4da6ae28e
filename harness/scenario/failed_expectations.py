"""The expectations of a scenario's author that a run does not meet, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hanbench.harness.case.trace import AnyRecord, CheckRecorded, CommissioningRecorded, Excluded
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle.decider import decided
from hanbench.harness.scenario.expectation import Expectation
from hanbench.profiles.rulesets import RuleSet


def failed_expectations(
    wanted: Expectation,
    outcome: Outcome | None,
    records: Sequence[AnyRecord],
    rulesets: Mapping[str, RuleSet],
    counted: Sequence[int],
) -> Iterator[str]:
    """Yield each expectation that failed. `counted`: number of frames on the air, for each of `wanted.frames`."""
    if wanted.outcome not in (None, outcome):
        assert wanted.outcome is not None
        yield f"outcome {outcome.value if outcome else 'none'}, expected {wanted.outcome.value}"
    checks = sum(isinstance(record, CheckRecorded) for record in records)
    if wanted.checks not in (None, checks):
        yield f"{checks} checks, expected {wanted.checks}"
    end = decided(records, rulesets)
    if wanted.decider not in (None, end.by):
        assert wanted.decider is not None
        yield f"decided by {end.by.value if end.by else 'no party'}, expected {wanted.decider.value}"
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

"""How far cases tested each property: was it evaluated, did a case come to its interesting side, was it violated?

A property is *evaluated* by a case that has what it speaks about: a check, a decision, an end. Its *interesting side*
is reached where a controller that does not keep the property could show it: for `attempt-cap`, when the attempts are
used up; for `withdrawal-honoured`, when the failure is persistent and the consent was taken back. A run that never came
there says nothing about the property, however many cases passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from hanbench.harness.campaign.judge_test.facts import Facts, Moment
from hanbench.harness.case.check import Subject, Verdict
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.plan import StatementKind
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import Violation
from hanbench.harness.oracle.case import Case
from hanbench.harness.report.coverage import Reached
from hanbench.profiles.rulesets import Consent


class _Sides(NamedTuple):
    evaluated: Callable[[Facts], bool]
    interesting: Callable[[Facts], bool]


def _always(facts: Facts) -> bool:
    return True


def _checked(facts: Facts) -> bool:
    return bool(facts.case.spans)


def _failed(facts: Facts) -> bool:
    return Verdict.FAIL in facts.verdicts


def _passed(facts: Facts) -> bool:
    return Verdict.PASS in facts.verdicts


def _not_passed(facts: Facts) -> bool:
    return any(each is not Verdict.PASS for each in facts.verdicts)


def _persistent(facts: Facts) -> bool:
    return bool(facts.moments)


def _due(facts: Facts) -> bool:
    return bool(facts.due)


def _closed(facts: Facts) -> bool:
    return facts.case.closed is not None


def _closed_with(*outcomes: Outcome) -> Callable[[Facts], bool]:
    return lambda facts: facts.case.outcome in outcomes


def _inconclusive(facts: Facts) -> bool:
    return any(count.others for count in facts.counts)


def _used_up(facts: Facts) -> bool:
    return _checked(facts) and facts.attempts_left() <= 0


def _partly_commissioned(facts: Facts) -> bool:
    return any(effect.succeeded and MeterRole.GSME not in effect.devices for effect in facts.case.effects)


def _at_a_moment(holds: Callable[[Facts, Moment], bool]) -> Callable[[Facts], bool]:
    """Return a side that is reached if partial migration is allowed at some moment, and `holds` then."""
    return lambda facts: any(holds(facts, moment) for moment in facts.due)


def _someone_is_asked(facts: Facts, moment: Moment) -> bool:
    return moment.needed is not Consent.NONE


def _no_consent(facts: Facts, moment: Moment) -> bool:
    return not moment.consented and not facts.givers(moment)


def _consent_of_another(facts: Facts, moment: Moment) -> bool:
    return not moment.consented and bool(facts.givers(moment) - {facts.supplier(moment)})


def _consent_withdrawn(facts: Facts, moment: Moment) -> bool:
    return not moment.consented and facts.supplier(moment) in facts.givers(moment)


def _dcc_decides(facts: Facts, moment: Moment) -> bool:
    return facts.decided_by_dcc(moment)


def _objection(facts: Facts, moment: Moment) -> bool:
    heard = (each for each in facts.case.statements if each.position < moment.position)
    return facts.decided_by_dcc(moment) and any(each.says is StatementKind.WITHDRAWAL for each in heard)


def _consent_is_missing(facts: Facts, moment: Moment) -> bool:
    return not moment.consented


def _nothing_is_missing(facts: Facts, moment: Moment) -> bool:
    return moment.consented and not moment.is_stale


def _evidence_is_old(facts: Facts, moment: Moment) -> bool:
    return moment.is_stale


SIDES: Mapping[str, _Sides] = {
    "scope": _Sides(_persistent, lambda facts: len(facts.due) < len(facts.moments)),
    "refusal-only-out-of-scope": _Sides(_closed, _due),
    "count": _Sides(_failed, lambda facts: any(c.failures == c.required - 1 for c in facts.counts)),
    "inconclusive-never-counts": _Sides(
        _inconclusive, lambda facts: any(c.failures < c.required <= c.failures + c.others for c in facts.counts)
    ),
    "nothing-on-inconclusive": _Sides(
        _inconclusive, lambda facts: any(c.failures >= c.required for c in facts.counts) and facts.ends_inconclusive
    ),
    "attempt-cap": _Sides(_checked, _used_up),
    "exclusion-not-before-cap": _Sides(_closed, lambda facts: _checked(facts) and facts.attempts_left() <= 1),
    "spacing": _Sides(_checked, lambda facts: len(facts.case.started) > 1),
    "consent": _Sides(_at_a_moment(_someone_is_asked), _at_a_moment(_no_consent)),
    "consent-from-responsible-supplier": _Sides(_at_a_moment(_someone_is_asked), _at_a_moment(_consent_of_another)),
    "withdrawal-honoured": _Sides(_at_a_moment(_someone_is_asked), _at_a_moment(_consent_withdrawn)),
    "no-veto": _Sides(_at_a_moment(_dcc_decides), _at_a_moment(_objection)),
    "hold-only-for-consent": _Sides(_closed, _closed_with(Outcome.HOLD)),
    "asking": _Sides(_at_a_moment(_someone_is_asked), _at_a_moment(_consent_is_missing)),
    "healthy-gsme-never-left-behind": _Sides(_passed, lambda facts: facts.passes_after_a_failure),
    "fresh-evidence": _Sides(_due, _at_a_moment(_evidence_is_old)),
    "pass-leads-to-migration": _Sides(_closed, _passed),
    "gsme-only-after-pass": _Sides(_checked, _not_passed),
    "esme-fault-never-partial": _Sides(_checked, lambda facts: facts.blames(Subject.ESME)),
    "exclusion-record": _Sides(_due, _partly_commissioned),
    "excluded-stays-out": _Sides(lambda facts: bool(facts.case.decisions), lambda facts: bool(facts.case.exclusions)),
    "bounded-time": _Sides(_always, lambda facts: facts.ran_out),
    "patience": _Sides(_closed, _closed_with(Outcome.HOLD, Outcome.RETRY)),
    "partial-not-withheld": _Sides(_due, _at_a_moment(_nothing_is_missing)),
    "cap-before-count": _Sides(_persistent, lambda facts: _persistent(facts) and _used_up(facts)),
    "retry-only-in-want-of-time": _Sides(_closed, _closed_with(Outcome.RETRY)),
    "no-close-while-commissioning": _Sides(_closed, lambda facts: bool(facts.case.effects)),
    "outcome-matches-effects": _Sides(_closed, lambda facts: bool(facts.case.effects)),
    "decided-before-done": _Sides(_always, lambda facts: bool(facts.case.effects or facts.case.exclusions)),
    "commissioned-once": _Sides(lambda facts: bool(facts.case.decisions), lambda facts: bool(facts.case.commissioned)),
    "in-turn": _Sides(_always, lambda facts: facts.news_during_work),
    "steady": _Sides(lambda facts: facts.case.again is not None, lambda facts: facts.case.again is not None),
    "verdict-agrees-with-truth": _Sides(_checked, _not_passed),
    "verdict-names-its-cause": _Sides(_checked, _not_passed),
}
"""For each property, when a case evaluates it, and when a case comes to its interesting side."""


def reached(case: Case, violations: Iterable[Violation]) -> Reached:
    """Return what one case says about the properties; `violations` are what the oracle found in it."""
    facts = Facts(case)
    violated = frozenset(violation.property for violation in violations)
    evaluated = frozenset(id for id, sides in SIDES.items() if sides.evaluated(facts)) | violated
    return Reached(evaluated, frozenset(id for id in evaluated if SIDES[id].interesting(facts)) | violated, violated)

"""The state machine of the reference controller, as a table.

Every rule about what follows a finding is here and nowhere else. How an event becomes a finding (counting, rules,
consents) is in `reference.py` and not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class CaseState(StrEnum):
    """The state of a case."""

    NEW = "new"
    CHECKING = "checking"
    """A HAN-connectivity check is running or requested."""
    HOLDING = "holding"
    """The failure is persistent and the rules allow partial migration; a request or an authorisation is missing."""
    COMMISSIONING_BOTH = "commissioning-both"
    COMMISSIONING_ESME = "commissioning-esme"
    CLOSED = "closed"


class CaseFinding(StrEnum):
    """The meaning of an event, given all that is known of the case."""

    LOADED = "loaded"
    PASSED = "passed"
    UNDECIDED = "undecided"
    """The evidence does not suffice, and another attempt is allowed."""
    OUT_OF_SCOPE = "out-of-scope"
    """The failure is persistent, and the rules of the day do not allow partial migration."""
    CONSENT_MISSING = "consent-missing"
    OTHER_CONSENT_MISSING = "other-consent-missing"
    """A meter has changed its supplier; the consent that is missing may have another kind or another supplier."""
    EVIDENCE_OLD = "evidence-old"
    """All conditions are met, but the GSME may have recovered since its last check."""
    PARTIAL_ALLOWED = "partial-allowed"
    ATTEMPTS_USED_UP = "attempts-used-up"
    COMMISSIONED = "commissioned"
    TIME_UP = "time-up"


class Step(StrEnum):
    """An action on the way into the next state."""

    CHECK = "check"
    """Request a check, as soon as the spacing between checks allows."""
    ASK_SUPPLIER = "ask-supplier"
    COMMISSION_BOTH = "commission-both"
    COMMISSION_ESME = "commission-esme"
    EXCLUDE_GSME = "exclude-gsme"
    CLOSE_MIGRATE_BOTH = "close-migrate-both"
    CLOSE_MIGRATE_ESME_ONLY = "close-migrate-esme-only"
    CLOSE_RETRY = "close-retry"
    CLOSE_HOLD = "close-hold"
    CLOSE_REFUSE = "close-refuse"
    CLOSE_EXCLUDE_INSTALLATION = "close-exclude-installation"


S, F, D = CaseState, CaseFinding, Step

Transition = tuple[CaseState, tuple[Step, ...]]
TransitionTable = Mapping[tuple[CaseState, CaseFinding], Transition]

TABLE: TransitionTable = MappingProxyType({
    (S.NEW, F.LOADED): (S.CHECKING, (D.CHECK,)),

    (S.CHECKING, F.PASSED): (S.COMMISSIONING_BOTH, (D.COMMISSION_BOTH,)),
    (S.CHECKING, F.UNDECIDED): (S.CHECKING, (D.CHECK,)),
    (S.CHECKING, F.OUT_OF_SCOPE): (S.CLOSED, (D.CLOSE_REFUSE,)),
    (S.CHECKING, F.CONSENT_MISSING): (S.HOLDING, (D.ASK_SUPPLIER,)),
    (S.CHECKING, F.PARTIAL_ALLOWED): (S.COMMISSIONING_ESME, (D.COMMISSION_ESME,)),
    (S.CHECKING, F.ATTEMPTS_USED_UP): (S.CLOSED, (D.CLOSE_EXCLUDE_INSTALLATION,)),
    (S.CHECKING, F.TIME_UP): (S.CLOSED, (D.CLOSE_RETRY,)),

    (S.HOLDING, F.CONSENT_MISSING): (S.HOLDING, ()),
    (S.HOLDING, F.OTHER_CONSENT_MISSING): (S.HOLDING, (D.ASK_SUPPLIER,)),
    (S.HOLDING, F.OUT_OF_SCOPE): (S.CLOSED, (D.CLOSE_REFUSE,)),
    (S.HOLDING, F.EVIDENCE_OLD): (S.CHECKING, (D.CHECK,)),
    (S.HOLDING, F.PARTIAL_ALLOWED): (S.COMMISSIONING_ESME, (D.COMMISSION_ESME,)),
    (S.HOLDING, F.ATTEMPTS_USED_UP): (S.CLOSED, (D.CLOSE_EXCLUDE_INSTALLATION,)),
    (S.HOLDING, F.TIME_UP): (S.CLOSED, (D.CLOSE_HOLD,)),

    (S.COMMISSIONING_BOTH, F.COMMISSIONED): (S.CLOSED, (D.CLOSE_MIGRATE_BOTH,)),
    (S.COMMISSIONING_BOTH, F.UNDECIDED): (S.CHECKING, (D.CHECK,)),
    (S.COMMISSIONING_BOTH, F.ATTEMPTS_USED_UP): (S.CLOSED, (D.CLOSE_EXCLUDE_INSTALLATION,)),
    (S.COMMISSIONING_BOTH, F.TIME_UP): (S.CLOSED, (D.CLOSE_RETRY,)),

    (S.COMMISSIONING_ESME, F.COMMISSIONED): (S.CLOSED, (D.EXCLUDE_GSME, D.CLOSE_MIGRATE_ESME_ONLY)),
    (S.COMMISSIONING_ESME, F.UNDECIDED): (S.CHECKING, (D.CHECK,)),
    (S.COMMISSIONING_ESME, F.ATTEMPTS_USED_UP): (S.CLOSED, (D.CLOSE_EXCLUDE_INSTALLATION,)),
    (S.COMMISSIONING_ESME, F.TIME_UP): (S.CLOSED, (D.CLOSE_RETRY,)),
})  # fmt: skip
"""(state, finding) -> (next state, steps). A finding without a row in the present state changes nothing."""


def mermaid() -> str:
    """Return the table as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {_node(CaseState.NEW)}"]
    for (state, finding), (following, steps) in TABLE.items():
        label = " / ".join((finding.value, ", ".join(step.value for step in steps))) if steps else finding.value
        lines.append(f"    {_node(state)} --> {_node(following)}: {label}")
    lines.append(f"    {_node(CaseState.CLOSED)} --> [*]")
    return "\n".join(lines)


def _node(state: CaseState) -> str:
    return state.value.replace("-", "_")

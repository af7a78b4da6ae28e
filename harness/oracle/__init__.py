"""The oracle, an independent judge: reads a trace and reports every violation of the rules.

It knows the vocabulary, the trace and the rule sets; it shares no code with any controller.
"""

from __future__ import annotations

from hanbench.harness.oracle.expected import Expected, words_of
from hanbench.harness.oracle.judge import PROPERTIES, Judgement, judge, judgement
from hanbench.harness.oracle.steady import difference
from hanbench.harness.oracle.violation import IN_TURN, Basis, Ground, Judged, Property, Violation, held_to

__all__ = [
    "IN_TURN",
    "PROPERTIES",
    "Basis",
    "Expected",
    "Ground",
    "Judged",
    "Judgement",
    "Property",
    "Violation",
    "difference",
    "held_to",
    "judge",
    "judgement",
    "words_of",
]

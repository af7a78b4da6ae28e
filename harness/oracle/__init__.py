"""The oracle, an independent judge: reads a trace and reports every violation of the rules.

It knows the vocabulary, the trace and the rule sets; it shares no code with any controller.
"""

from __future__ import annotations

from hanbench.harness.oracle.expected import Expected, expected
from hanbench.harness.oracle.judge import PROPERTIES, judge
from hanbench.harness.oracle.violation import Judged, Property, Violation

__all__ = ["PROPERTIES", "Expected", "Judged", "Property", "Violation", "expected", "judge"]

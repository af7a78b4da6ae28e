"""The dimension of rules: each rule set on every day, and the rules in force on the day."""

from __future__ import annotations

from hanbench.harness.scenario.scenario import IN_FORCE

RULES = (IN_FORCE, "tmad-v19", "tmad-v18", "consultation-2021-10")

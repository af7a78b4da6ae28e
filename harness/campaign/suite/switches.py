"""The dimension of switches: what the public documents leave open, one choice at a time."""

from __future__ import annotations

from hanbench.profiles.rulesets import Counting, Decider, RecordFields, Switches

NO_SWITCH = "as-ruled"
SWITCHES = {
    NO_SWITCH: Switches(),
    "counting-cumulative": Switches(failure_counting=Counting.CUMULATIVE),
    "counting-consecutive": Switches(failure_counting=Counting.CONSECUTIVE),
    "wan-counts": Switches(wan_failure_counts=True),
    "wan-counts-not": Switches(wan_failure_counts=False),
    "cap-4": Switches(attempt_cap=4),
    "cap-6": Switches(attempt_cap=6),
    "cap-3": Switches(attempt_cap=3),
    "evidence-48h": Switches(evidence_max_age_hours=48),
    "evidence-6h": Switches(evidence_max_age_hours=6),
    "evidence-1h": Switches(evidence_max_age_hours=1),
    "reinstate": Switches(reinstate_on_recovery=True),
    "reinstate-not": Switches(reinstate_on_recovery=False),
    "decider-supplier": Switches(mixed_gsme_dormant_decider=Decider.RESPONSIBLE_SUPPLIER),
    "decider-dcc": Switches(mixed_gsme_dormant_decider=Decider.DCC),
    "failures-1": Switches(failures_required=1),
    "failures-2": Switches(failures_required=2),
    "failures-3": Switches(failures_required=3),
    "failures-4": Switches(failures_required=4),
    "failures-5": Switches(failures_required=5),
    "cap-first": Switches(count_before_cap=False),
    "count-first": Switches(count_before_cap=True),
    "idle-1h": Switches(idle_hours=1),
    "idle-72h": Switches(idle_hours=72),
    "hold-unasked": Switches(ask_before_hold=False),
    "hold-asked": Switches(ask_before_hold=True),
    "record-date": Switches(exclusion_record=RecordFields.DATE),
    "record-all": Switches(exclusion_record=RecordFields.ALL),
}
"""By name: every value of the switches that have two, and numbers to each side of the rule sets' own."""

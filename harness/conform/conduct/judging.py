"""All rules on the frames of one case."""

from __future__ import annotations

from collections.abc import Iterable

from hanbench.harness.conform.bench import Kind
from hanbench.harness.conform.conduct import aps, mac, nwk, values, zcl, zdo
from hanbench.harness.conform.conduct.rule import Known, Remark, Rule
from hanbench.harness.conform.frame import Frame

RULES: tuple[type[Rule], ...] = (
    *mac.RULES,
    *nwk.RULES,
    *aps.RULES,
    *zdo.RULES,
    *zcl.RULES,
    *values.RULES,
)


def judged(frames: Iterable[Frame], kind: Kind, ieee: int, wake_s: float) -> list[Remark]:
    """Return what is wrong with the frames of a device: the first remark of each rule, in order.

    `wake_s`: its wake period, in seconds.
    """
    known, remarks = Known(kind, ieee, wake_s), []
    rules = [rule(known) for rule in RULES]
    for frame in frames:
        known.saw(frame)
        for rule in tuple(rules):
            found = next(rule.saw(frame), None)
            if found is not None:
                remarks.append(Remark(rule.CASE, found, frame))
                rules.remove(rule)
    return remarks

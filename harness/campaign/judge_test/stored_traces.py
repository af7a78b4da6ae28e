"""The stored traces on which changed oracles are tested, near every boundary that a property has.

The file is written by `python -m tests.support.judge_corpus` from the traces that the tests of the oracle judge: their
expected verdicts come from the letter, and stand in the tests.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from hanbench.harness.case.trace import AnyRecord
from hanbench.profiles.rulesets import RuleSet, shipped

FILE = "stored_traces.jsonl"
REFUSED = "refused"
"""Stands for the violated properties of a trace that the oracle refuses to judge."""


class StoredTrace(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A trace, and what the oracle said of it when it was stored."""

    name: str
    """The test that judges it, or the controller and the case in which it was recorded."""
    violated: tuple[str, ...]
    """The violated properties, each once, in the order of the oracle's properties; or `REFUSED`."""
    records: tuple[AnyRecord, ...]
    rule_sets: tuple[RuleSet, ...] = ()
    """Rule sets that take the place of shipped ones of the same id."""

    again: tuple[AnyRecord, ...] | None = None
    """Another play of the same case."""
    truth_known: bool = True
    """Whether a subject without a record of its true state was healthy."""

    @property
    def rulesets(self) -> dict[str, RuleSet]:
        """All rule sets under which the trace is judged, by id."""
        return {**shipped(), **{rules.id: rules for rules in self.rule_sets}}


@cache
def stored_traces() -> tuple[StoredTrace, ...]:
    """Return the stored traces, always in the same order."""
    lines = (files(__package__) / FILE).read_bytes()
    decoder = msgspec.json.Decoder(StoredTrace)
    return tuple(decoder.decode_lines(lines))


def encode_traces(traces: Iterable[StoredTrace]) -> bytes:
    """Return the content of the file: JSON lines."""
    return msgspec.json.Encoder().encode_lines(traces)

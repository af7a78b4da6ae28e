"""The oracle's mutants on stored traces: each must judge some trace otherwise than the oracle does.

A mutant is noticed by the *verdict* if it finds other violations: other properties, or the same for other checks or by
another rule. It is noticed by the *report* if only something else differs that reports tell: the text of a violation,
what fails a run, the outcomes that the rules allow, a remark, the decider, the list of properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from msgspec import structs

from hanbench.harness.campaign.judge_test.scratch import Mutant, Package
from hanbench.harness.campaign.judge_test.stored_traces import StoredTrace, stored_traces

ORACLE = "hanbench.harness.oracle"
_PROPERTIES = frozenset(
    {"case.py", "consent.py", "counting.py", "ending.py", "gsme.py", "scope.py", "verdicts.py"},
)
"""Modules whose mutants must change a verdict, if any trace does; of the others any difference is enough."""
_SHORT = 7
"""Number of records up to which a trace is put to `judge` too, which says no more than `judgement`."""

Answer = tuple[Any, ...]
Import = Callable[[str], Any]
"""Returns a module of an oracle by its full name."""


class Noticed(NamedTuple):
    """The result of one mutant."""

    id: str
    trace: str | None
    """The stored trace that gave it away; None: it survived."""
    by: str
    """`verdict` or `report`; empty: it survived."""
    judged: int
    """Number of traces that it judged."""


class _Said(NamedTuple):
    """What an oracle says about a trace."""

    verdict: Answer
    report: Answer = ()


def _ask(module: Import, trace: StoredTrace) -> _Said:
    """Ask an oracle everything about a trace. Raises what the oracle raises, which may be anything."""
    judge, violation = module(f"{ORACLE}.judge"), module(f"{ORACLE}.violation")
    terms = {} if trace.truth_known else {"truth_known": False}
    judged = judge.judgement(trace.records, trace.rulesets, trace.again, **terms)
    plain = judge.judge(trace.records, trace.rulesets) if len(trace.records) <= _SHORT and trace.truth_known else []
    decided = module(f"{ORACLE}.decider").decided(trace.records, trace.rulesets)
    return _Said(
        tuple((each.property, each.frames, each.rule) for each in judged.violations),
        (
            tuple(structs.astuple(each) for each in (*judged.violations, *plain)),
            tuple(len(violation.held_to(judged.violations, basis)) for basis in violation.Basis),
            structs.astuple(judged.expected),
            judged.remarks,
            tuple(decided),
            tuple((each.id, each.title, each.rule) for each in judge.PROPERTIES),
        ),
    )


@cache
def package() -> Package:
    """Return the oracle's source, ready to be changed."""
    return Package(ORACLE)


def oracle_mutants() -> tuple[Mutant, ...]:
    """Return every mutant of the oracle."""
    return package().mutants


class Court:
    """Stored traces, with what the unchanged oracle says of them."""

    def __init__(self, traces: Sequence[StoredTrace] | None = None) -> None:
        """`traces`: those to judge; by default the stored ones."""
        self._traces = list(stored_traces() if traces is None else traces)
        module = package().copy().module
        self._said = {trace.name: _asked(module, trace) for trace in self._traces}
        self._order: dict[str, list[StoredTrace]] = {}
        """By file and function, the traces in the order in which they gave mutants away, the last one first."""

    def try_mutant(self, mutant: Mutant) -> Noticed:
        """Judge traces with a changed oracle until one gives it away."""
        order = self._order.setdefault(f"{mutant.file}:{mutant.where}", list(self._traces))
        module, told = _imported(mutant), None
        for index, trace in enumerate(order):
            said, right = _asked(module, trace), self._said[trace.name]
            if said.verdict != right.verdict or (said.report != right.report and mutant.file not in _PROPERTIES):
                order.insert(0, order.pop(index))
                by = "report" if said.verdict == right.verdict else "verdict"
                return Noticed(mutant.id, trace.name, by, index + 1)
            if told is None and said.report != right.report:
                told = trace.name
        return Noticed(mutant.id, told, "" if told is None else "report", len(order))


def _imported(mutant: Mutant) -> Import:
    """Return a function that imports from the mutant; a mutant that cannot be imported raises at each trace."""
    try:
        copy = package().copy(mutant)
        copy.module(f"{ORACLE}.judge")
    except Exception as error:  # noqa: BLE001 - a mutant may do anything
        return partial(_raise, error)
    return copy.module


def _asked(module: Import, trace: StoredTrace) -> _Said:
    try:
        return _ask(module, trace)
    except Exception as error:  # noqa: BLE001 - a mutant may do anything
        return _Said((type(error).__name__,))


def _raise(error: Exception, name: str) -> Any:
    raise error


def try_mutants(mutants: Sequence[Mutant], traces: Sequence[StoredTrace] | None = None) -> Iterator[Noticed]:
    """Try each mutant on the stored traces, or on those given."""
    court = Court(traces)
    yield from map(court.try_mutant, mutants)

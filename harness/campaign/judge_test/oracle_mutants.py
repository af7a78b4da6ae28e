"""The oracle's mutants on stored traces: each must judge some trace otherwise than the oracle does.

What counts is anything that a report tells: the violations, what fails a run, the outcomes that the rules allow, the
remarks, the decider, the list of properties. An exception counts too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from msgspec import structs

from hanbench.harness.campaign.judge_test.scratch import Mutant, Package
from hanbench.harness.campaign.judge_test.stored_traces import StoredTrace, stored_traces
from hanbench.harness.campaign.judge_test.telling_traces import telling_traces

ORACLE = "hanbench.harness.oracle"
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
    judged: int
    """Number of traces that it judged."""


def _ask(module: Import, trace: StoredTrace) -> Answer:
    """Ask an oracle everything about a trace. Raises what the oracle raises, which may be anything."""
    judge, violation = module(f"{ORACLE}.judge"), module(f"{ORACLE}.violation")
    terms = {} if trace.truth_known else {"truth_known": False}
    judged = judge.judgement(trace.records, trace.rulesets, trace.again, **terms)
    plain = judge.judge(trace.records, trace.rulesets) if len(trace.records) <= _SHORT and trace.truth_known else []
    decided = module(f"{ORACLE}.decider").decided(trace.records, trace.rulesets)
    return (
        tuple(structs.astuple(each) for each in (*judged.violations, *plain)),
        tuple(len(violation.held_to(judged.violations, basis)) for basis in violation.Basis),
        structs.astuple(judged.expected),
        judged.expected.outcome,
        judged.expected.words,
        judged.remarks,
        tuple(decided),
        tuple((each.id, each.title, each.rule) for each in judge.PROPERTIES),
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
        self._by_name = {trace.name: trace for trace in (stored_traces() if traces is None else traces)}
        module = package().copy().module
        self._said = {name: _asked(module, trace) for name, trace in self._by_name.items()}
        self._order: dict[str, list[StoredTrace]] = {}
        """By place, the traces in the order in which they are tried: the one that gave the last mutant away first."""

    def try_mutant(self, mutant: Mutant) -> Noticed:
        """Judge traces with a changed oracle until one gives it away."""
        if mutant.place not in self._order:
            self._order[mutant.place] = self._ordered(mutant.place)
        order = self._order[mutant.place]
        module = _imported(mutant)
        for index, trace in enumerate(order):
            if _asked(module, trace) != self._said[trace.name]:
                order.insert(0, order.pop(index))
                return Noticed(mutant.id, trace.name, index + 1)
        return Noticed(mutant.id, None, len(order))

    def _ordered(self, place: str) -> list[StoredTrace]:
        first = [name for name in telling_traces().get(place, ()) if name in self._by_name]
        rest = self._by_name.keys() - set(first)
        return [self._by_name[name] for name in (*first, *(each for each in self._by_name if each in rest))]


def _imported(mutant: Mutant) -> Import:
    """Return a function that imports from the mutant; a mutant that cannot be imported raises at each trace."""
    try:
        copy = package().copy(mutant)
        copy.module(f"{ORACLE}.judge")
    except Exception as error:  # noqa: BLE001 - a mutant may do anything
        return partial(_raise, error)
    return copy.module


def _asked(module: Import, trace: StoredTrace) -> Answer:
    try:
        return _ask(module, trace)
    except Exception as error:  # noqa: BLE001 - a mutant may do anything
        return (type(error).__name__,)


def _raise(error: Exception, name: str) -> Any:
    raise error


def try_mutants(mutants: Sequence[Mutant], traces: Sequence[StoredTrace] | None = None) -> Iterator[Noticed]:
    """Try each mutant on the stored traces, or on those given."""
    court = Court(traces)
    yield from map(court.try_mutant, mutants)

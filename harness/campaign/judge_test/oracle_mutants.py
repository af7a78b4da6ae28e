"""The oracle's mutants on stored traces: each must judge some trace otherwise than the oracle does.

A mutant is noticed by the *verdict* if it finds other violations: other properties, or the same for other checks or by
another rule. It is noticed by the *report* if only something else differs that reports tell: the text of a violation,
what fails a run, the outcomes that the rules allow, a remark, the decider; and by the *list* of the properties.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

from msgspec import structs

from hanbench.harness.campaign.judge_test.scratch import Mutant, Package
from hanbench.harness.campaign.judge_test.stored_traces import StoredTrace, stored_traces

ORACLE = "hanbench.harness.oracle"

Answer = tuple[Any, ...]
Import = Callable[[str], Any]
"""Returns a module of an oracle by its full name."""


class Noticed(NamedTuple):
    """The result of one mutant."""

    id: str
    trace: str | None
    """The stored trace that gave it away; None: it survived."""
    by: str
    """`verdict`, `report` or `list`; empty: it survived."""
    judged: int
    """Number of traces that it judged."""


class _Question(NamedTuple):
    """Something that an oracle says about a trace."""

    by: str
    answer: Callable[[Import, StoredTrace], Answer]


def _verdict(module: Import, trace: StoredTrace) -> Answer:
    violations = module(f"{ORACLE}.judge").judge(trace.records, trace.rulesets, trace.again)
    return tuple((each.property, each.frames, each.rule) for each in violations)


def _report(module: Import, trace: StoredTrace) -> Answer:
    judged = module(f"{ORACLE}.judge").judgement(trace.records, trace.rulesets, trace.again)
    decided = module(f"{ORACLE}.decider").decided(trace.records, trace.rulesets)
    violation = module(f"{ORACLE}.violation")
    failing = tuple(len(violation.held_to(judged.violations, basis)) for basis in violation.Basis)
    told = tuple(structs.astuple(each) for each in judged.violations)
    return (told, failing, structs.astuple(judged.expected), judged.remarks, tuple(decided))


def _list(module: Import, trace: StoredTrace) -> Answer:
    return tuple((each.id, each.title, each.rule) for each in module(f"{ORACLE}.judge").PROPERTIES)


_QUESTIONS = (_Question("verdict", _verdict), _Question("report", _report), _Question("list", _list))


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
        self._answers = {
            (question.by, trace.name): self._asked(question, module, trace)
            for trace in self._traces
            for question in _QUESTIONS
        }
        self._last: dict[str, list[StoredTrace]] = {}
        """By file and function, the traces in the order in which they gave mutants away, the last one first."""

    def try_mutant(self, mutant: Mutant) -> Noticed:
        """Judge traces with a changed oracle until one gives it away."""
        judged = 0
        order = self._last.setdefault(f"{mutant.file}:{mutant.where}", list(self._traces))
        for question in _QUESTIONS:
            ask = partial(self._asked, question, self._import(mutant))
            for index, trace in enumerate(order):
                judged += 1
                if ask(trace) != self._answers[question.by, trace.name]:
                    order.insert(0, order.pop(index))
                    return Noticed(mutant.id, trace.name, question.by, judged)
        return Noticed(mutant.id, None, "", judged)

    def _import(self, mutant: Mutant) -> Import:
        """Return a function that imports from the mutant; a mutant that cannot be imported raises at each trace."""
        try:
            copy = package().copy(mutant)
            copy.module(f"{ORACLE}.judge")
        except Exception as error:  # noqa: BLE001 - a mutant may do anything
            return partial(_raise, error)
        return copy.module

    def _asked(self, question: _Question, module: Import, trace: StoredTrace) -> Answer:
        try:
            return question.answer(module, trace)
        except Exception as error:  # noqa: BLE001 - a mutant may do anything
            return (type(error).__name__,)


def _raise(error: Exception, name: str) -> Any:
    raise error


def try_mutants(mutants: Sequence[Mutant], traces: Sequence[StoredTrace] | None = None) -> Iterator[Noticed]:
    """Try each mutant on the stored traces, or on those given."""
    court = Court(traces)
    yield from map(court.try_mutant, mutants)

"""What each property stands on: a trace or a wrong controller that it alone catches, or another property that is
always violated with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

from hanbench.harness.campaign.judge_test.stored_traces import StoredTrace
from hanbench.harness.oracle import PROPERTIES

FILE = "implied.toml"


class Implied(Struct, frozen=True, forbid_unknown_fields=True):
    """A property that is violated only where another one is violated too."""

    by: tuple[str, ...]
    """In every trace that violates the property, one of these is violated."""
    reason: str


@cache
def implied() -> Mapping[str, Implied]:
    """Return the implied properties, by id."""
    return msgspec.toml.decode((files(__package__) / FILE).read_bytes(), type=dict[str, Implied])


def caught_alone(caught: Iterable[tuple[str, Sequence[str]]]) -> Mapping[str, list[str]]:
    """Return, by property, the names of what it alone catches.

    `caught`: names of stored traces or wrong controllers, each with the properties violated there.
    """
    found: dict[str, list[str]] = {each.id: [] for each in PROPERTIES}
    for name, properties in caught:
        if len(properties) == 1 and properties[0] in found:
            found[properties[0]].append(name)
    return found


def without_standing(caught: Iterable[tuple[str, Sequence[str]]]) -> list[str]:
    """Return the properties that catch nothing alone, and of which no reason is given."""
    return [property for property, names in caught_alone(caught).items() if not names and property not in implied()]


def wrongly_implied(traces: Iterable[StoredTrace]) -> Iterator[tuple[str, str]]:
    """Yield each implied property that a trace violates without any that is said to imply it, with the trace."""
    for trace in traces:
        for property, entry in implied().items():
            if property in trace.violated and not set(entry.by) & set(trace.violated):
                yield property, trace.name

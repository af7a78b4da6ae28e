"""The quick suite: a few cases that still convict every suspect. They are those of the table of killers.

`minimised` chooses them: of all rows of cases in the table, the one that convicts most suspects, then the one that
convicts most of the rest, and so on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hanbench.harness.campaign.judge_test.conviction import answers_alike, turns
from hanbench.harness.campaign.judge_test.killers import Killer, killers, play, tried
from hanbench.harness.campaign.judge_test.suspects import Suspect, suspects
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.stories.shelf import Shelf

Row = tuple[str, ...]
"""Ids of cases that are played one after the other; the last one convicts."""


def quick_ids() -> frozenset[str]:
    """Return the ids of the cases of the quick suite."""
    return frozenset(case for killer in killers().values() for case in killer.cases)


def minimised(table: Mapping[str, Killer], known: Mapping[str, Scenario]) -> dict[str, Killer]:
    """Return a table of the same suspects with fewer cases, out of those that it has.

    A suspect that the property convicts that its author names is convicted by it still; one that none of the cases
    convicts is left out. `known`: the cases by id.
    """
    convictions = _convictions(table, known)
    left, found = {name for names in convictions.values() for name in names}, dict[str, Killer]()
    while left:
        row = max(convictions, key=lambda each: (len(convictions[each].keys() & left), -len(each)))
        for name in sorted(convictions[row].keys() & left):
            found[name] = Killer(row, convictions[row][name])
        left -= convictions[row].keys()
    return found


def _convictions(table: Mapping[str, Killer], known: Mapping[str, Scenario]) -> dict[Row, dict[str, str]]:
    """Return, for each row of the table, the suspects that it convicts, with the property that does."""
    among = [suspects()[name] for name in table]
    with Shelf() as shelf:
        return {
            row: _convicted([known[case] for case in row], among, table, shelf)
            for row in dict.fromkeys(killer.cases for killer in table.values())
        }


def _convicted(
    row: Sequence[Scenario], among: Sequence[Suspect], table: Mapping[str, Killer], shelf: Shelf
) -> dict[str, str]:
    """Return the suspects among these that a row convicts, with the property that does."""
    references = [play(scenario, Reference, shelf) for scenario in row]
    found = {}
    for suspect in among:
        make = suspect.afresh()
        if all(answers_alike(make, turns(reference.records)) for reference in references):
            continue
        properties = tried(row, references[-1], suspect.afresh(), shelf)
        if property := _best(properties, table[suspect.name], suspect.property):
            found[suspect.name] = property
    return found


def _best(properties: Sequence[str], known: Killer, named: str | None) -> str | None:
    """Return the property that convicts: that of the table; another one unless that is what the author names."""
    if known.property in properties:
        return known.property
    return next(iter(properties), None) if known.property != named else None

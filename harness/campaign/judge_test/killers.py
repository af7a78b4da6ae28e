"""The table of killers: for each suspect the case that convicts it. Data in `killers.toml`, which `learn` makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
import tomli_w
from msgspec import Struct

from hanbench.harness.campaign.judge_test.conviction import answers_alike, convicted, passes, turns
from hanbench.harness.campaign.judge_test.suspects import Suspect
from hanbench.harness.case.controller import ControllerFactory
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.files import write_whole
from hanbench.harness.scenario.run import ScenarioResult, run_scenario
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import shipped

FILE = "killers.toml"
CAMPAIGN = "selftest"
"""The campaign whose seeds are played."""
_HEADER = """\
# For each suspect the case of the suite that convicts it, and the property that does. Two cases: they are played one
# after the other by one process, and the second convicts. Written by `hanbench selftest --learn`, with as few cases as
# convict every suspect: they are the quick suite.

"""


class Killer(Struct, frozen=True, forbid_unknown_fields=True):
    """The case that convicts a suspect."""

    cases: tuple[str, ...]
    """The ids of the cases to play, in this order; the last one convicts."""
    property: str


@cache
def killers() -> Mapping[str, Killer]:
    """Return the table, by the suspect's name."""
    return msgspec.toml.decode((files(__package__) / FILE).read_bytes(), type=dict[str, Killer])


def write_killers(table: Mapping[str, Killer]) -> Path:
    """Replace the table; return its path. Raises OutputError."""
    path = Path(str(files(__package__) / FILE))
    write_whole(path, _HEADER + tomli_w.dumps(msgspec.to_builtins({name: table[name] for name in sorted(table)})))
    return path


def play(scenario: Scenario, make: ControllerFactory, shelf: Shelf) -> ScenarioResult:
    """Play a case on its story."""
    return run_scenario(scenario, shipped(), make, seed=seed_for(scenario, CAMPAIGN), shelf=shelf)


class Learner:
    """Searches the case that convicts each suspect, one case after the other."""

    def __init__(self, suspects: Iterable[Suspect]) -> None:
        self.found: dict[str, Killer] = {}
        """The first case that convicts, by name; from the property that the author names, if any case has that."""
        self._sought = list(suspects)
        self._before: list[tuple[Scenario, ScenarioResult]] = []
        """The case before the present one, and its play by the reference."""

    def learn(self, cases: Iterable[Scenario]) -> Iterator[Scenario]:
        """Play the cases, and yield each one that the reference does not pass; the others teach."""
        with Shelf() as shelf:
            for scenario in cases:
                reference = play(scenario, Reference, shelf)
                if not passes(reference):
                    yield scenario
                    continue
                self._sought = [each for each in self._sought if not self._convicts(each, scenario, reference, shelf)]
                self._before = [(scenario, reference)]

    def _convicts(self, suspect: Suspect, scenario: Scenario, reference: ScenarioResult, shelf: Shelf) -> bool:
        """Return whether no better case needs to be looked for."""
        played = [(scenario, reference)]
        rows = [[*self._before, *played], played * 2] if suspect.remembers else [played]
        return any(self._row_convicts(suspect, row, shelf) for row in rows)

    def _row_convicts(self, suspect: Suspect, row: Sequence[tuple[Scenario, ScenarioResult]], shelf: Shelf) -> bool:
        make = suspect.afresh()
        if all(answers_alike(make, turns(reference.records)) for _, reference in row):
            return False
        properties = tried([scenario for scenario, _ in row], row[-1][1], suspect.afresh(), shelf)
        if not properties:
            return False
        named = suspect.property in properties
        if named or suspect.name not in self.found:
            by = suspect.property if named and suspect.property else properties[0]
            self.found[suspect.name] = Killer(tuple(scenario.id for scenario, _ in row), by)
        return named or suspect.property is None


def tried(
    cases: Sequence[Scenario], reference: ScenarioResult, make: ControllerFactory, shelf: Shelf
) -> tuple[str, ...]:
    """Play cases in their order; return what convicts in the last one, of which `reference` is the play to compare.

    Raises BenchAccusedError; see `convicted`.
    """
    for scenario in cases[:-1]:
        play(scenario, make, shelf)
    return convicted(play(cases[-1], make, shelf), reference)

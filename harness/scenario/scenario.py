"""A scenario: what its file says, and the installation and plan that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct, structs

from hanbench.emulator.randomness import split
from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.cell import MatrixCell
from hanbench.harness.case.installation import Installation, Meter, Rulebook
from hanbench.harness.case.pattern import FramePattern, Role
from hanbench.harness.case.plan import FaultEvent, Plan, State, SupplierAct, SupplierChange
from hanbench.harness.faults import FAULTS
from hanbench.harness.frames.names import clusters, names
from hanbench.harness.scenario.expectation import Expectation
from hanbench.profiles.benches import StartingState, find_bench
from hanbench.profiles.benches import ids as bench_ids
from hanbench.profiles.cohorts import Household, household, household_of
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.loader import load
from hanbench.profiles.rulesets import Cohort, RuleSet, Switches

IN_FORCE = "in-force"
"""As `rules`: whatever was in force on the day."""
FOLDER = Path(__file__).parent.parent.parent / "profiles" / "scenarios"


class Scenario(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One story about one installation."""

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]*$")]
    title: str
    cohort: Cohort
    esme: Meter
    gsme: Meter
    start: Moment
    """When the installation is loaded for migration."""
    bench: str | None = None
    """Where the radios are: the id of a bench that comes with hanbench, or a bench file beside this file."""
    profiles: dict[Role, str] = {}
    """Device profiles in the place of the cohort's, by id."""
    begins: StartingState = StartingState.INSTALLED
    """Whether the HAN is there when the story begins, or comes to be on the air first."""
    rules: str = IN_FORCE
    """`in-force`, or the id of one rule set that holds whatever the date."""
    source: str = ""
    """Where the story comes from."""
    check_spacing_hours: Annotated[float, Meta(ge=0)] = 24.0
    decide_within_days: Annotated[float, Meta(gt=0)] = 14.0
    switches: Switches = Switches()
    changes: tuple[FaultEvent, ...] = ()
    suppliers: tuple[SupplierAct, ...] = ()
    handovers: tuple[SupplierChange, ...] = ()
    expect: Expectation | None = None
    cell: MatrixCell | None = None
    """Where it stands in the matrix of `hanbench verify`; None: it is not of the matrix."""

    def installation(self, rulesets: Mapping[str, RuleSet]) -> Installation:
        """The installation, under its rulebook."""
        if self.rules == IN_FORCE:
            rulebook = Rulebook.in_force(rulesets, self.switches)
        else:
            rulebook = Rulebook.always(self.rules, self.switches)
        return Installation(
            id=self.id,
            cohort=self.cohort,
            esme=self.esme,
            gsme=self.gsme,
            rulebook=rulebook,
            check_spacing=timedelta(hours=self.check_spacing_hours),
            decide_by=self.start + timedelta(days=self.decide_within_days),
        )

    @property
    def plan(self) -> Plan:
        """What may happen."""
        return Plan(self.start, self.suppliers, self.changes, self.handovers)

    def drawn(self, seed: str) -> Plan:
        """What happens in the run of this seed: of changes that come about with a chance, those that do."""
        random = split(seed, "chance")
        return structs.replace(
            self.plan, changes=tuple(change for change in self.changes if random.random() < change.chance)
        )

    @property
    def faults(self) -> tuple[str, ...]:
        """Names of the faults that occur, each once."""
        return tuple(dict.fromkeys(change.cause for change in self.changes if change.state is not State.HEALTHY))


def _check_patterns(path: str | Path, scenario: Scenario) -> None:
    """Raises ProfileError for frames and clusters that there are none of."""
    patterns: list[tuple[str, FramePattern]] = []
    for index, change in enumerate(scenario.changes):
        patterns += [(f"changes[{index}].frames", change.frames)] if change.frames is not None else []
        patterns += [(f"changes[{index}].on_frame", change.on_frame)] if change.on_frame is not None else []
    if scenario.expect is not None:
        patterns += [(f"expect.frames[{index}]", each) for index, each in enumerate(scenario.expect.frames)]
    for key, pattern in patterns:
        for what, said, known in (("name", pattern.name, names()), ("cluster", pattern.cluster, clusters())):
            if said is not None and not any(fnmatchcase(each, said) for each in known):
                problem = f"expected the {what} of frames that there are, got {said!r}"
                raise ProfileError(path, problem + suggestion(said, known), f"{key}.{what}")


def home_of(scenario: Scenario, path: str | Path = "") -> Household:
    """The devices of a scenario's home. `path`: its file. Raises ProfileError."""
    if not scenario.profiles:
        return household(scenario.cohort)
    return household_of(
        scenario.cohort,
        {str(role): name for role, name in scenario.profiles.items()},
        str(path or scenario.id),
        "profiles.{}",
    )


_EFFECT = {True: "cuts its subject off", False: "leaves its subject within reach"}


def load_scenario(path: str | Path, rulesets: Mapping[str, RuleSet]) -> Scenario:
    """Read a scenario file. Raises ProfileError, one line: file, key, what was expected."""
    scenario = load(Path(path), Scenario)
    if scenario.bench is not None and scenario.profiles:
        raise ProfileError(path, "expected a bench, which has profiles of its own, or profiles: not both", "profiles")
    home_of(scenario, path)
    if scenario.bench is not None:
        bench = scenario.bench if scenario.bench in bench_ids() else str(Path(path).parent / scenario.bench)
        if bench not in bench_ids() and not Path(bench).exists():
            there = ", ".join(bench_ids())
            problem = f"expected a file beside this one, or one of {there}, got {scenario.bench!r}"
            raise ProfileError(path, problem + suggestion(scenario.bench, bench_ids()), "bench")
        find_bench(bench)
        scenario = structs.replace(scenario, bench=bench)
    if scenario.rules != IN_FORCE and scenario.rules not in rulesets:
        known = (IN_FORCE, *rulesets)
        expected = f"expected one of {', '.join(known)}, got {scenario.rules!r}{suggestion(scenario.rules, known)}"
        raise ProfileError(path, expected, "rules")
    _check_patterns(path, scenario)
    named: set[str] = set()
    for index, change in enumerate(scenario.changes):
        if change.frames is not None:
            named.add(change.cause)
            continue
        fault = FAULTS.get(change.cause)
        if fault is None and change.cause in named:
            continue
        if fault is None:
            expected = (
                f"expected one of {', '.join(FAULTS)}, got {change.cause!r}{suggestion(change.cause, list(FAULTS))}"
            )
            raise ProfileError(path, expected, f"changes[{index}].cause")
        if fault.subject is not change.subject:
            expected = f"expected {fault.subject.value!r}, the subject of {fault.name}, got {change.subject.value!r}"
            raise ProfileError(path, expected, f"changes[{index}].subject")
        wrong = State.IMPAIRED if fault.breaks_reachability else State.BROKEN
        if change.state is wrong:
            expected = f"expected a state other than {wrong.value!r}: {fault.name} {_EFFECT[fault.breaks_reachability]}"
            raise ProfileError(path, expected, f"changes[{index}].state")
    return scenario


def shipped() -> dict[str, Path]:
    """The scenario files that come with hanbench, by id."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}

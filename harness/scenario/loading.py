"""Loading of scenario files, with the checks that the types of the model cannot express."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import structs

from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.case.pattern import FramePattern
from hanbench.harness.case.plan import FaultEvent, State
from hanbench.harness.frames.names import clusters, names
from hanbench.harness.scenario.scenario import IN_FORCE, Scenario
from hanbench.profiles.benches import find_bench
from hanbench.profiles.benches import ids as bench_ids
from hanbench.profiles.cohorts import Household, household, household_of
from hanbench.profiles.devices import beside
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.loader import load, load_text
from hanbench.profiles.rulesets import RuleSet

_FEW = 8
"""Maximum number of names in a message."""
_EFFECT = {True: "cuts its subject off", False: "leaves its subject within reach"}


def load_scenario(path: str | Path, rulesets: Mapping[str, RuleSet]) -> Scenario:
    """Load a scenario file. Raises ProfileError, one line: file, key, what was expected."""
    return _fit(path, load(Path(path), Scenario), rulesets)


def load_scenario_text(text: str, name: str, rulesets: Mapping[str, RuleSet]) -> Scenario:
    """Load a scenario from the text of a file, which may lead to no other file. Raises ProfileError as `load_scenario`.

    `name`: of the text, for errors.
    """
    scenario = load_text(text, name, Scenario)
    if scenario.profiles:
        raise ProfileError(name, "expected none: the text of a scenario has no files beside it", "profiles")
    if scenario.bench is not None:
        _known(name, "bench", scenario.bench, bench_ids())
    return _fit(name, scenario, rulesets)


def _fit(path: str | Path, scenario: Scenario, rulesets: Mapping[str, RuleSet]) -> Scenario:
    """Return a scenario that fits the rules, the faults and the devices that there are. Raises ProfileError."""
    if scenario.cell is not None:
        raise ProfileError(path, "expected no cell: only the scenarios of the matrix have one", "cell")
    if scenario.bench is not None and scenario.profiles:
        raise ProfileError(path, "expected a bench or profiles, not both: a bench has its own profiles", "profiles")
    if "repeater" in scenario.profiles:
        problem = "expected a bench with [nodes.repeater]: a profile alone puts no repeater in the home"
        raise ProfileError(path, problem, "profiles.repeater")
    scenario = structs.replace(
        scenario, profiles={role: beside(path, name) for role, name in scenario.profiles.items()}
    )
    home_of(scenario, path)
    if scenario.bench is not None:
        scenario = structs.replace(scenario, bench=_bench(path, scenario.bench))
    if scenario.rules != IN_FORCE:
        _known(path, "rules", scenario.rules, (IN_FORCE, *rulesets))
    if (unfit := unfit_switches(scenario, rulesets)) is not None:
        raise ProfileError(path, unfit, "switches")
    _check_patterns(path, scenario)
    _check_faults(path, scenario)
    return scenario


def unfit_switches(scenario: Scenario, rulesets: Mapping[str, RuleSet]) -> str | None:
    """Return why the switches of a scenario do not fit its rule sets, in words; None: they do."""
    rulebook = scenario.installation(rulesets).rulebook
    for entry in rulebook.rule_sets:
        try:
            rulesets[entry.id].switched(rulebook.switches)
        except ValueError as error:
            return f"{error} (in {entry.id})"
    return None


def home_of(scenario: Scenario, path: str | Path = "") -> Household:
    """Return the devices of a scenario's home. `path`: the scenario's file. Raises ProfileError."""
    if not scenario.profiles:
        return household(scenario.cohort)
    return household_of(
        scenario.cohort,
        {str(role): name for role, name in scenario.profiles.items()},
        str(path or scenario.id),
        "profiles.{}",
    )


def _bench(path: str | Path, name: str) -> str:
    """Return the id of a shipped bench, or the path of a bench file beside the scenario's."""
    bench = name if name in bench_ids() else str(Path(path).parent / name)
    if bench not in bench_ids() and (not Path(bench).exists() or Path(bench).is_dir()):
        there = ", ".join(bench_ids())
        problem = f"expected a file beside this one, or one of {there}, got {name!r}"
        raise ProfileError(path, problem + suggestion(name, bench_ids()), "bench")
    find_bench(bench)
    return bench


def _known(path: str | Path, key: str, found: str, known: Sequence[str], listed_by: str = "") -> None:
    """Raise ProfileError if `found` is not one of `known`, which is shown if it is short."""
    if found not in known:
        near = suggestion(found, known)
        wanted = f"expected one of {', '.join(known)}, got" if len(known) <= _FEW else "there is no"
        raise ProfileError(path, f"{wanted} {found!r}{near}{listed_by}", key)


def _patterns(scenario: Scenario) -> Iterator[tuple[str, FramePattern]]:
    """Yield every frame pattern of a scenario, with its key in the file."""
    for index, change in enumerate(scenario.changes):
        if change.frames is not None:
            yield f"changes[{index}].frames", change.frames
        if change.on_frame is not None:
            yield f"changes[{index}].on_frame", change.on_frame
    if scenario.expect is not None:
        for index, each in enumerate(scenario.expect.frames):
            yield f"expect.frames[{index}]", each


def _check_patterns(path: str | Path, scenario: Scenario) -> None:
    """Raise ProfileError for unknown names of frames and clusters."""
    for key, pattern in _patterns(scenario):
        for what, said, known in (("name", pattern.name, names()), ("cluster", pattern.cluster, clusters())):
            if said is not None and not any(fnmatchcase(each, said) for each in known):
                problem = f"expected a known {what} of frames, got {said!r}"
                raise ProfileError(path, problem + suggestion(said, known), f"{key}.{what}")


def _check_faults(path: str | Path, scenario: Scenario) -> None:
    """Raise ProfileError for unknown faults, and for faults whose subject or effect differs from the file's."""
    frame_faults: set[str] = set()
    for index, change in enumerate(scenario.changes):
        if change.frames is not None:
            frame_faults.add(change.cause)
        elif change.cause in CATALOGUE or change.cause not in frame_faults:
            _check_fault(path, f"changes[{index}]", change)


def _check_fault(path: str | Path, key: str, change: FaultEvent) -> None:
    _known(path, f"{key}.cause", change.cause, tuple(CATALOGUE), " (`hanbench faults` lists them)")
    fault = CATALOGUE[change.cause]
    if fault.subject is not change.subject:
        expected = f"expected {fault.subject.value!r}, the subject of {fault.name}, got {change.subject.value!r}"
        raise ProfileError(path, expected, f"{key}.subject")
    wrong = State.IMPAIRED if fault.breaks_reachability else State.BROKEN
    if change.state is wrong and not fault.depends_on_layout:
        effect = _EFFECT[fault.breaks_reachability]
        expected = f"expected a state other than {wrong.value!r}: {fault.name} {effect}"
        raise ProfileError(path, expected, f"{key}.state")

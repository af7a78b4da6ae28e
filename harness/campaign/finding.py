"""Finding a scenario by name: a file, the id of a shipped scenario, or the id of a case of the suite or the matrix."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from hanbench.harness.campaign.matrix import matrix
from hanbench.harness.campaign.suite import find
from hanbench.harness.campaign.suite import ids as case_ids
from hanbench.harness.campaign.suite.case import ID_FORM as CASE_FORM
from hanbench.harness.scenario.loading import load_scenario
from hanbench.harness.scenario.scenario import Scenario, shipped
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.rulesets import RuleSet

ID_FORM = "COHORT.INSTALLATION.RULES.FAULT.CONSENT"
"""The parts of an id in the matrix."""
_FORMS = f"{CASE_FORM}, or {ID_FORM} in the matrix"


def select(pattern: str, scenarios: Iterable[Scenario]) -> list[Scenario]:
    """Return the scenarios whose id matches the pattern. Raises ValueError, with the nearest pattern, if none does."""
    known = list(scenarios)
    found = [scenario for scenario in known if fnmatchcase(scenario.id, pattern)]
    if found:
        return found
    raise ValueError(f"no scenario has an id like {pattern!r}{hint(pattern, [scenario.id for scenario in known])}")


def hint(name: str, ids: Sequence[str]) -> str:
    """Return what an unknown id may have meant: the nearest one, or else what the parts of an id are."""
    near = nearest(name, ids)
    return f" (an id is {_FORMS})" if near is None else f"; did you mean {near}?"


def nearest(pattern: str, ids: Sequence[str]) -> str | None:
    """Return the nearest pattern that matches one of the ids, part for part; else the nearest id, or None."""
    split, parts = [each.split(".") for each in ids], list[str]()
    for place, given in enumerate(pattern.split(".")):
        anywhere = given.startswith("*")
        known = {part for each in split for part in (each if anywhere else each[place : place + 1])}
        part = _nearest_part(given, sorted(known))
        if part is None:
            break
        parts.append(part)
        if not anywhere:
            split = [each for each in split if fnmatchcase(each[place], part)]
    else:
        for candidate in (".".join(parts), ".".join((*parts, "*"))):
            if any(fnmatchcase(each, candidate) for each in ids):
                return candidate
    return next(iter(get_close_matches(pattern.lower(), ids, n=1)), None)


def _nearest_part(pattern: str, known: Sequence[str]) -> str | None:
    """Return `pattern` if it matches a known part; else the nearest part, with the asterisks of `pattern`."""
    if any(fnmatchcase(each, pattern) for each in known):
        return pattern
    near = get_close_matches(pattern.strip("*").lower(), known, n=1)
    return "*" * pattern.startswith("*") + near[0] + "*" * pattern.endswith("*") if near else None


def find_scenario(name: str | Path, rulesets: Mapping[str, RuleSet]) -> Scenario:
    """Return the scenario. Raises ProfileError for an invalid file, and for an unknown name."""
    ids = shipped()
    if str(name) in ids or Path(name).exists() or Path(name).suffix == ".toml":
        return load_scenario(ids.get(str(name), Path(name)), rulesets)
    cells = {scenario.id: scenario for scenario in matrix()}
    found = cells.get(str(name)) or find(str(name))
    if found is not None:
        return found
    near = suggestion(str(name), [*ids, *cells])
    if not near and str(name).count(".") == CASE_FORM.count("."):
        case = nearest(str(name), list(case_ids()))
        near = near if case is None else f"; did you mean {case}?"
    raise ProfileError(name, f"neither a file nor the id of a scenario{near} (`hanbench scenarios` lists them)")

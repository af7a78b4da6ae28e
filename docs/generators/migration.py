"""Generated blocks of docs/migration.md: its tables, and the state diagram of the reference controller."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from hanbench.harness.controllers.states import mermaid
from hanbench.harness.controllers.wrong import WRONG
from hanbench.harness.oracle import Ground
from hanbench.harness.oracle.judge import PROPERTIES
from hanbench.profiles.rulesets import Cohort, InstallationType, RuleSet, Sourced, shipped

PAGE = Path(__file__).parents[1] / "migration.md"


def scope_table() -> str:
    """Return the table of where each rule set allows partial migration."""
    rulesets = [shipped()[name] for name in ("tmad-v18", "tmad-v19", "consultation-2021-10")]
    lines = ["| cohort | installation | " + " | ".join(f"`{rules.id}`" for rules in rulesets) + " |"]
    lines.append("|---" * (2 + len(rulesets)) + "|")
    for cohort in Cohort:
        for kind in InstallationType:
            cells = [_mark(rules.allows(cohort, kind)) for rules in rulesets]
            lines.append(f"| {cohort.value} | {kind.value} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _mark(allowed: Sourced[bool]) -> str:
    return f"{'yes' if allowed.value else 'no'} ({allowed.source.value}: {allowed.reference})"


def decision_table() -> str:
    """Return the table of deciders, consents and required failures in tmad-v19."""
    rules: RuleSet = shipped()["tmad-v19"]
    lines = ["| installation | decides | needs | failures |", "|---|---|---|---|"]
    for kind in InstallationType:
        rule = rules.decision.of(kind)
        cells = (f"{v.value} ({v.source.value})" for v in (rule.decider, rule.consent, rule.failures_required))
        lines.append(f"| {kind.value} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def property_table() -> str:
    """Return the table of the oracle's properties."""
    rows = [f"| `{p.id}` | {p.title} | {p.rule} |" for p in PROPERTIES]
    return "\n".join(["| property | what must hold | source |", "|---|---|---|", *rows])


def other_grounds_table() -> str:
    """Return the table of what violations of a property may rest on beside its own source."""
    rows = [f"| `{p.id}` | {_sources(p.also)} | {_choices(p.also)} |" for p in PROPERTIES if p.also]
    return "\n".join(["| property | may rest on this too | or on a choice (assumed) |", "|---|---|---|", *rows])


def _sources(grounds: Sequence[Ground]) -> str:
    return "; ".join(ground.words for ground in grounds if not ground.choice)


def _choices(grounds: Sequence[Ground]) -> str:
    return ", ".join(ground.choice for ground in grounds if ground.choice)


def wrong_table() -> str:
    """Return the table of the wrong controllers."""
    rows = [f"| `{w.name}` | {w.description} | `{w.property}` |" for w in WRONG.values()]
    return "\n".join(["| wrong controller | what it does | caught by |", "|---|---|---|", *rows])


def diagram() -> str:
    """Return the states of the reference controller as a Mermaid block."""
    return f"```mermaid\n{mermaid()}\n```"


BLOCKS: Mapping[str, Callable[[], str]] = {
    "scope": scope_table,
    "decisions": decision_table,
    "states": diagram,
    "properties": property_table,
    "other grounds": other_grounds_table,
    "wrong": wrong_table,
}


def renewed(page: str, blocks: Mapping[str, Callable[[], str]] = BLOCKS) -> str:
    """Return the text of the page with every generated block renewed. Raises ValueError if a block is missing."""
    for name, make in blocks.items():
        begin, end = f"<!-- generated: {name} -->", f"<!-- end: {name} -->"
        before, opening, rest = page.partition(begin)
        _, closing, after = rest.partition(end)
        if not opening or not closing:
            raise ValueError(f"the page lacks {begin} or {end}")
        page = f"{before}{begin}\n{make()}\n{end}{after}"
    return page

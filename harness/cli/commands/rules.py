"""`hanbench rules`: the rule sets, each value with its source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import msgspec

from hanbench.harness.cli.declared import Group
from hanbench.harness.cli.errors import unknown
from hanbench.harness.cli.options import RULES
from hanbench.harness.cli.output import json_option, print_json, print_line
from hanbench.harness.cli.tables import table
from hanbench.profiles.rulesets import Cohort, InstallationType, RuleSet, Sourced, load_ruleset, shipped


@click.group(cls=Group, invoke_without_command=True)
@json_option
@click.pass_context
def rules(context: click.Context, as_json: bool) -> None:
    """List the rule sets; `rules show ID` shows one with the source of each value."""
    if context.invoked_subcommand is not None:
        context.obj = as_json
        return
    if as_json:
        print_json([_summary(each) for each in shipped().values()])
        return
    table(("rule set", "in force", "partial migration allowed for"), [_row(each) for each in shipped().values()])


@rules.command()
@click.argument("id", type=RULES)
@json_option
@click.pass_context
def show(context: click.Context, id: str, as_json: bool) -> None:
    """Show one rule set, each value with its source.

    ID may be your own file, ending in .toml; errors in it are reported.
    """
    chosen = load_ruleset(Path(id)) if id.endswith(".toml") else shipped().get(id)
    if chosen is None:
        raise unknown("rule set", id, shipped(), "rules")
    if as_json or context.obj:
        print_json(chosen)
        return
    print_line(f"{chosen.id}: {chosen.title}")
    print_line(f"in force: {_in_force(chosen)}")
    print_line()
    table(("value", "is", "source", "reference", "note"), _values(chosen))


def _summary(rules: RuleSet) -> dict[str, Any]:
    return {
        "id": rules.id,
        "title": rules.title,
        "designated": rules.designated,
        "first_day": rules.first_day.value if rules.first_day else None,
        "last_day": rules.last_day.value if rules.last_day else None,
        "allowed": {cohort.value: allowed for cohort in Cohort if (allowed := _allowed(rules, cohort))},
    }


def _row(rules: RuleSet) -> tuple[str, str, str]:
    allowed = [f"{cohort.value}: {', '.join(kinds)}" for cohort in Cohort if (kinds := _allowed(rules, cohort))]
    return rules.id, _in_force(rules), "; ".join(allowed) or "nothing"


def _allowed(rules: RuleSet, cohort: Cohort) -> list[str]:
    return [kind.value for kind in InstallationType if rules.allows(cohort, kind).value]


def _in_force(rules: RuleSet) -> str:
    if not rules.designated:
        return "never (a proposal)"
    first = f"from {rules.first_day.value}" if rules.first_day else ""
    last = f"until {rules.last_day.value}" if rules.last_day else ""
    return " ".join(part for part in (first, last) if part) or "always"


def _values(rules: RuleSet) -> list[tuple[str, str, str, str, str]]:
    """Return every sourced value of a rule set, named by its path in the file."""
    rows = []
    for row in rules.scope:
        where = f"{', '.join(row.cohorts)}: {', '.join(row.installations)}"
        rows.append(_cells(f"scope ({where})", row.allowed))
    for kind in InstallationType:
        decision = rules.decision.of(kind)
        rows += [
            _cells(f"decision.{kind.value}.{name}", getattr(decision, name)) for name in decision.__struct_fields__
        ]
    for name in rules.__struct_fields__:
        value = getattr(rules, name)
        if isinstance(value, Sourced):
            rows.append(_cells(name, value))
    return rows


def _cells(name: str, value: Sourced[Any]) -> tuple[str, str, str, str, str]:
    said = msgspec.to_builtins(value.value)
    shown = {True: "yes", False: "no"}[said] if isinstance(said, bool) else str(said)
    return name, shown, value.source.value, value.reference, value.note

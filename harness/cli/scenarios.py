"""`hanbench scenarios`: the stories that come with hanbench."""

from __future__ import annotations

import click

from harness.cli.errors import unknown
from harness.cli.output import json_option, print_json, table
from harness.scenario.scenario import load_scenario
from harness.scenario.scenario import shipped as shipped_scenarios
from profiles.rulesets import shipped


@click.group(invoke_without_command=True)
@json_option
@click.pass_context
def scenarios(context: click.Context, as_json: bool) -> None:
    """List the scenarios; `scenarios show ID` prints one."""
    if context.invoked_subcommand is not None:
        context.obj = as_json
        return
    loaded = [load_scenario(path, shipped()) for path in shipped_scenarios().values()]
    if as_json:
        print_json(loaded)
    else:
        rows = [(each.id, each.cohort.value, each.rules, each.title) for each in loaded]
        table(("scenario", "cohort", "rules", "story"), rows)


@scenarios.command()
@click.argument("id")
@json_option
@click.pass_context
def show(context: click.Context, id: str, as_json: bool) -> None:
    """Print one scenario's file."""
    path = shipped_scenarios().get(id)
    if path is None:
        raise unknown("scenario", id, shipped_scenarios())
    if as_json or context.obj:
        print_json(load_scenario(path, shipped()))
    else:
        click.echo(path.read_text(encoding="utf-8").rstrip())

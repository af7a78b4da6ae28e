"""`hanbench scenarios`: the stories that come with hanbench."""

from __future__ import annotations

from pathlib import Path

import click

from hanbench.harness.cli.errors import unknown
from hanbench.harness.cli.output import json_option, print_json, table
from hanbench.harness.scenario.narration import narrate
from hanbench.harness.scenario.scenario import load_scenario
from hanbench.harness.scenario.scenario import shipped as shipped_scenarios
from hanbench.profiles.rulesets import shipped


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
@click.option("--file", "as_file", is_flag=True, help="Print the file, to be copied and changed.")
@json_option
@click.pass_context
def show(context: click.Context, id: str, as_file: bool, as_json: bool) -> None:
    """Tell one scenario in words; ID may be a file of your own. `--file` prints the file itself."""
    path = shipped_scenarios().get(id)
    if path is None:
        if not id.endswith(".toml"):
            raise unknown("scenario", id, shipped_scenarios())
        path = Path(id)
    loaded = load_scenario(path, shipped())
    if as_json or context.obj:
        print_json(loaded)
    elif as_file:
        click.echo(path.read_text(encoding="utf-8").rstrip())
    else:
        for sentence in narrate(loaded):
            click.echo(sentence)

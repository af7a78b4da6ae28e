"""`hanbench scenarios`: the shipped scenarios."""

from __future__ import annotations

from pathlib import Path

import click

from hanbench.harness.cli.declared import Group
from hanbench.harness.cli.deferred import runs
from hanbench.harness.cli.errors import unknown
from hanbench.harness.cli.options import SCENARIO, field_key_options
from hanbench.harness.cli.output import json_option, print_json, print_line, print_verbatim
from hanbench.harness.cli.tables import table
from hanbench.harness.cli.values import FILE, PATH
from hanbench.harness.scenario.scenario import Scenario, shipped
from hanbench.profiles.loader import LARGEST, load
from hanbench.profiles.reading import read_text


@click.group(cls=Group, invoke_without_command=True)
@json_option
@click.pass_context
def scenarios(context: click.Context, as_json: bool) -> None:
    """List the scenarios; `scenarios show ID` prints one."""
    if context.invoked_subcommand is not None:
        context.obj = as_json
        return
    loaded = [load(path, Scenario) for path in shipped().values()]
    if as_json:
        print_json(loaded)
    else:
        rows = [(each.id, each.cohort.value, each.rules, each.title) for each in loaded]
        table(("scenario", "cohort", "rules", "title"), rows)


@scenarios.command()
@click.argument("id", type=SCENARIO)
@click.option("--file", "as_file", is_flag=True, help="Print the file, to copy and change.")
@json_option
@click.pass_context
def show(context: click.Context, id: str, as_file: bool, as_json: bool) -> None:
    """Describe one scenario in words; ID may be your own file.

    `--file` prints the file itself.
    """
    # The narration imports the whole emulator, which the list does not need.
    from hanbench.harness.scenario.loading import load_scenario
    from hanbench.harness.scenario.narration import narrate
    from hanbench.profiles.rulesets import shipped as rule_sets

    path = shipped().get(id)
    if path is None:
        if not id.endswith(".toml"):
            raise unknown("scenario", id, shipped(), "scenarios")
        path = Path(id)
    loaded = load_scenario(path, rule_sets())
    if as_json or context.obj:
        print_json(loaded)
    elif as_file:
        print_verbatim(read_text(path, LARGEST).rstrip())
    else:
        for sentence in narrate(loaded):
            print_line(sentence)


@scenarios.command("from-capture")
@click.argument("capture", metavar="CAPTURE", type=PATH)
@field_key_options
@click.option("--id", "id", help="Id of the scenario; default: the file's name.")
@click.option("--to", type=FILE, help="The file to write; default: stdout.")
@runs("from_capture")
def from_capture() -> None:
    """Write a scenario that tells the story of a capture.

    Its fault is the one that fits best, at the time when it came.
    Exit status: 0 the scenario is written; 2 the capture proves nothing, or its story cannot be told; 3 invalid input.
    """

"""`hanbench faults`: the faults that can be injected."""

from __future__ import annotations

import click

from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE, FaultDescription
from hanbench.harness.cli.declared import Group
from hanbench.harness.cli.errors import unknown
from hanbench.harness.cli.options import FAULT
from hanbench.harness.cli.output import json_option, print_json, print_line
from hanbench.harness.cli.tables import table

_BROKEN = {
    Subject.GSME: "the gas meter cannot be reached",
    Subject.ESME: "the electricity meter cannot be reached",
    Subject.WAN: "the hub cannot be reached over the WAN",
    Subject.BENCH: "the bench itself does not work",
}
"""What a fault with the state `broken` means, by its subject."""
_SHOWN = 3
"""The most scenarios that are named."""
_IMPAIRED = "something is wrong with its subject, and it can be reached"


@click.group(cls=Group, invoke_without_command=True)
@json_option
@click.pass_context
def faults(context: click.Context, as_json: bool) -> None:
    """List the faults; `faults show NAME` shows one."""
    if context.invoked_subcommand is not None:
        context.obj = as_json
    elif as_json:
        print_json([_facts(fault) for fault in CATALOGUE.values()])
    else:
        rows = [
            (fault.name, fault.subject.value, fault.layer, fault.state, fault.title) for fault in CATALOGUE.values()
        ]
        table(("fault", "subject", "layer", "state", "title"), rows)


@faults.command()
@click.argument("name", type=FAULT)
@json_option
@click.pass_context
def show(context: click.Context, name: str, as_json: bool) -> None:
    """Show one fault: its place and its symptom in the field."""
    if name not in CATALOGUE:
        raise unknown("fault", name, CATALOGUE, "faults")
    facts = _facts(CATALOGUE[name])
    if as_json or context.obj:
        print_json(facts)
    else:
        fault = CATALOGUE[name]
        meaning = _BROKEN[fault.subject] if fault.breaks_reachability else _IMPAIRED
        facts |= {"cuts_off": f"{fault.state} ({meaning})", "scenarios": _few(_scenarios_with(name))}
        for key, value in facts.items():
            if value is not None:
                print_line(f"{'state' if key == 'cuts_off' else key}: {value}")


def _few(names: list[str]) -> str:
    """Return the shortest of some names, and how many there are beside them."""
    shown = sorted(names, key=lambda name: (len(name), name))[:_SHOWN]
    more = f", and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return ", ".join(shown) + more if shown else "none"


def _scenarios_with(fault: str) -> list[str]:
    """Return the ids of the shipped scenarios that play a fault."""
    from hanbench.harness.scenario import load_scenario, shipped
    from hanbench.profiles.rulesets import shipped as rule_sets

    known = rule_sets()
    return [name for name, path in shipped().items() if fault in load_scenario(path, known).faults]


def _facts(fault: FaultDescription) -> dict[str, str | bool | None]:
    return {
        "name": fault.name,
        "title": fault.title,
        "subject": fault.subject.value,
        "layer": fault.layer,
        "cuts_off": fault.breaks_reachability,
        "needs": fault.needs,
        "check": fault.verdict.value,
        "basis": fault.basis.value,
        "symptom": fault.symptom,
    }

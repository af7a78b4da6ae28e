"""`hanbench profiles`: the emulated cohorts and devices, each value with its source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from hanbench.harness.cli.declared import Group
from hanbench.harness.cli.errors import unknown
from hanbench.harness.cli.options import PROFILE
from hanbench.harness.cli.output import json_option, print_json, print_line
from hanbench.harness.cli.tables import table
from hanbench.profiles import cohorts, devices
from hanbench.profiles.loader import read_table
from hanbench.profiles.sheet import Fact, Sheet
from hanbench.profiles.sourced import Source


class CatalogueEntry(NamedTuple):
    """One profile of the catalogue."""

    id: str
    kind: str
    """`cohort`, or the kind of the device."""
    sheet: Sheet[Any]


@click.group(cls=Group, invoke_without_command=True)
@json_option
@click.pass_context
def profiles(context: click.Context, as_json: bool) -> None:
    """List cohorts and devices; `profiles show ID` shows one with the source of each value."""
    if context.invoked_subcommand is not None:
        context.obj = as_json
        return
    if as_json:
        print_json([_summary(each) for each in _catalogue()])
        return
    headers = ("profile", "kind", *(source.value for source in Source), "title")
    table(headers, [tuple(str(cell) for cell in _summary(each).values()) for each in _catalogue()])


@profiles.command()
@click.argument("id", type=PROFILE)
@json_option
@click.pass_context
def show(context: click.Context, id: str, as_json: bool) -> None:
    """Show one cohort or device, each value with its source.

    ID may be your own file, ending in .toml; errors in it are reported.
    """
    chosen = _own(Path(id)) if id.endswith(".toml") else next((each for each in _catalogue() if each.id == id), None)
    if chosen is None:
        raise unknown("profile", id, [each.id for each in _catalogue()], "profiles")
    if as_json or context.obj:
        print_json(_summary(chosen) | {"values": chosen.sheet.values, "facts": chosen.sheet.facts})
        return
    print_line(f"{chosen.id} ({chosen.kind}): {chosen.sheet.values.title}")
    if chosen.kind == "cohort":
        placed = msgspec.to_builtins(chosen.sheet.values.devices)
        print_line(f"devices: {', '.join(f'{role} {name}' for role, name in placed.items())}")
    print_line()
    table(("value", "is", "source", "reference", "meaning", "note"), [_cells(fact) for fact in chosen.sheet.facts])


def _catalogue() -> Iterator[CatalogueEntry]:
    for name in cohorts.ids():
        yield CatalogueEntry(name, "cohort", cohorts.shipped(name))
    for name in devices.ids():
        yield _device(devices.shipped(name))


def _device(sheet: Sheet[devices.AnyDevice]) -> CatalogueEntry:
    return CatalogueEntry(sheet.values.id, str(sheet.values.__struct_config__.tag), sheet)


def _own(path: Path) -> CatalogueEntry:
    """Read a file of the user: a cohort if it lists the devices of a home, else a device."""
    if "devices" not in read_table(path):
        return _device(devices.read_device(path))
    home = cohorts.read_cohort(path)
    cohorts.furnish(home.values, path)
    return CatalogueEntry(home.values.id.value, "cohort", home)


def _summary(profile: CatalogueEntry) -> dict[str, Any]:
    counted = Counter(fact.source for fact in profile.sheet.facts)
    sources = {source.value: counted[source] for source in Source}
    return {"id": profile.id, "kind": profile.kind, **sources, "title": profile.sheet.values.title}


def _cells(fact: Fact) -> tuple[str, ...]:
    return fact.key, _shown(fact.value), fact.source.value, fact.reference, fact.meaning, fact.note


def _shown(value: Any) -> str:
    match msgspec.to_builtins(value):
        case bool(said):
            return "yes" if said else "no"
        case list(items) | tuple(items):
            return ", ".join(str(item) for item in items)
        case other:
            return str(other)

"""`hanbench ctl`: the verbs of a running bench as commands, made from the table of verbs."""

from __future__ import annotations

from typing import Any

import click
import msgspec
from msgspec import NODEFAULT, inspect

from hanbench.harness.cli.declared import Command, Group
from hanbench.harness.cli.options import BENCH_NAME
from hanbench.harness.cli.output import json_option
from hanbench.harness.control.requests import POSITIONAL
from hanbench.harness.control.table import VERBS, Verb

MARK = "[breaks] "
FOLLOWED = "events"
"""The verb whose answer goes on with `--follow`."""


@click.group(cls=Group)
@click.option("--bench", type=BENCH_NAME, help="Name of a bench that is up; default: the only one.")
@click.pass_context
def ctl(context: click.Context, bench: str | None) -> None:
    """Do something to a bench that `hanbench up` keeps.

    Verbs marked [breaks] may make a device unreachable. Exit status of `check`: 0 pass; 1 fail; 2 inconclusive.
    """
    context.obj = bench


@ctl.command(cls=Command)
@json_option
def benches(as_json: bool) -> None:
    """List the benches of this user that are up."""
    from hanbench.harness.cli.ctl import list_benches

    list_benches(as_json)


def command_of(verb: Verb) -> click.Command:
    """Return the command of a verb."""
    parameters = [_parameter(field) for field in msgspec.structs.fields(verb.request)]
    if verb.name == FOLLOWED:
        about = "Print events as they come, until Ctrl-C or the end of the bench."
        parameters.append(click.Option(["--follow"], is_flag=True, help=about))

    @click.pass_context
    def run(context: click.Context, /, as_json: bool, **given: Any) -> int:
        from hanbench.harness.cli.ctl import perform

        follow = given.pop("follow", False)
        fields = {name: value for name, value in given.items() if value is not None}
        return perform(context.obj, verb, fields, follow=follow, as_json=as_json)

    help = f"{MARK if verb.breaks else ''}{verb.sentence}"
    made = Command(verb.name, callback=run, params=parameters, help=help, short_help=help)
    return json_option(made)


def _parameter(field: msgspec.structs.FieldInfo) -> click.Parameter:
    """Return the argument or the option of a field: what is required, or marked, is an argument."""
    kind, about = _kind(inspect.type_info(field.type))
    several = isinstance(kind, inspect.VarTupleType)
    values = kind.item_type if isinstance(kind, inspect.VarTupleType) else kind
    type_ = _click_type(values)
    required = field.default is NODEFAULT
    if required or _is_positional(field):
        name = "|".join(type_.choices) if isinstance(type_, click.Choice) else field.name.upper()
        metavar = f"{{{name}}}" if isinstance(type_, click.Choice) else name
        metavar = metavar if required else f"[{metavar}]{'...' if several else ''}"
        return _Argument([field.name], type=type_, required=required, nargs=-1 if several else 1, metavar=metavar)
    default = "" if field.default in (None, ()) else f" Default: {_shown(field.default)}."
    option = f"--{field.name.replace('_', '-')}"
    return click.Option([option, field.name], type=type_, multiple=several, help=f"{about}.{default}")


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


class _Argument(click.Argument):
    """An argument without a value is left out of the request."""

    def process_value(self, ctx: click.Context, value: Any) -> Any:
        converted = super().process_value(ctx, value)
        return None if converted == () else converted


def _kind(info: inspect.Type, about: str = "") -> tuple[inspect.Type, str]:
    """Return the type of a field without what surrounds it, and its description."""
    match info:
        case inspect.Metadata():
            schema = info.extra_json_schema or {}
            return _kind(info.type, str(schema.get("description", about)))
        case inspect.UnionType():
            return _kind(next(each for each in info.types if not isinstance(each, inspect.NoneType)), about)
    return info, about


def _is_positional(field: msgspec.structs.FieldInfo) -> bool:
    return repr(POSITIONAL) in repr(field.type)


def _click_type(info: inspect.Type) -> click.ParamType[Any]:
    match _kind(info)[0]:
        case inspect.LiteralType(values=values):
            return click.Choice([str(each) for each in values])
        case inspect.FloatType():
            return click.FLOAT
        case inspect.IntType():
            return click.INT
    return click.STRING


for _verb in VERBS.values():
    ctl.add_command(command_of(_verb))

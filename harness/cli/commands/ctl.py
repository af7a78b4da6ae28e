"""`hanbench ctl`: the verbs of a running bench as commands, made from the table of verbs."""

from __future__ import annotations

from typing import Any

import click
import msgspec
from msgspec import NODEFAULT, inspect

from hanbench.harness.cli.declared import Command, Group
from hanbench.harness.cli.options import BENCH_NAME
from hanbench.harness.cli.output import json_option
from hanbench.harness.cli.values import AnyNumber, AnyWholeNumber, Choice
from hanbench.harness.control.requests import OF_FILE, POSITIONAL
from hanbench.harness.control.table import VERBS, Verb

MARK = "[breaks] "
LONGEST_HELP = 200
FOLLOWED = "events"
"""The verb whose answer goes on with `--follow`."""


class Verbs(Group):
    """A group that makes the command of a verb when it is called, and lists the verbs from their table."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return command_of(VERBS[cmd_name]) if cmd_name in VERBS else super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        own = [(name, command.get_short_help_str(LONGEST_HELP)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl([*own, *((verb.name, _short(verb)) for verb in VERBS.values())])


@click.group(cls=Verbs)
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
    parameters = [_parameter(field) for field in msgspec.structs.fields(verb.request) if not is_of_file(field)]
    if verb.name == FOLLOWED:
        about = "Print events as they come, until Ctrl-C or the end of the bench."
        parameters.append(click.Option(["--follow"], is_flag=True, help=about))

    @click.pass_context
    def run(context: click.Context, /, as_json: bool, **given: Any) -> int:
        from hanbench.harness.cli.ctl import perform

        follow = given.pop("follow", False)
        fields = {name: value for name, value in given.items() if value is not None}
        return perform(context.obj, verb, fields, follow=follow, as_json=as_json)

    help = short = _short(verb)
    if any(map(is_of_file, msgspec.structs.fields(verb.request))):
        help += f"\n\n{OF_FILE['of-file'].upper()} may be a file (*.toml), which is read here."
    made = Command(verb.name, callback=run, params=parameters, help=help, short_help=short)
    return json_option(made)


def _short(verb: Verb) -> str:
    return f"{MARK if verb.breaks else ''}{verb.sentence}"


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


def is_of_file(field: msgspec.structs.FieldInfo) -> bool:
    """Return whether a field is the text of a file, which another argument names."""
    return repr(OF_FILE) in repr(field.type)


def _is_positional(field: msgspec.structs.FieldInfo) -> bool:
    return repr(POSITIONAL) in repr(field.type)


def _click_type(info: inspect.Type) -> click.ParamType[Any]:
    match _kind(info)[0]:
        case inspect.LiteralType(values=values):
            return Choice([str(each) for each in values])
        case inspect.FloatType():
            return AnyNumber()
        case inspect.IntType():
            return AnyWholeNumber()
    return click.STRING

"""`hanbench`: the table of its commands. A command's module is imported when it is called, not before."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

from hanbench import __version__
from hanbench.harness.cli import COMPLETION, PROGRAM
from hanbench.harness.cli.errors import end_cleanly_on_signals, exit_status_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Lazy(NamedTuple):
    """A command that is not imported yet."""

    target: str
    """`module:attribute` in this package, a `click.Command`."""
    help: str


COMMANDS = {
    "verify": Lazy("commands.verify:verify", "Judge a controller on the whole matrix of installations and faults."),
    "run": Lazy("commands.run:run", "Run one scenario file."),
    "check": Lazy("commands.check:check", "Run one HAN-connectivity check on a bench, emulated or real."),
    "doctor": Lazy("commands.doctor:doctor", "Find dongles, and say what each is fit for."),
    "up": Lazy("commands.up:up", "Bring a bench up and keep it: ports, dongles, a capture."),
    "capture": Lazy("commands.capture:capture", "Bring a bench up and write what is on its air to a pipe, live."),
    "extcap": Lazy("commands.extcap:extcap", "Benches as capture interfaces of Wireshark, and a profile for it."),
    "selftest": Lazy("commands.selftest:selftest", "Show that no wrong controller survives."),
    "explore": Lazy("commands.explore:explore", "Play random stories with a controller; shrink what fails."),
    "rules": Lazy("commands.rules:rules", "The rule sets that are judged, with their sources."),
    "profiles": Lazy("commands.profiles:profiles", "The cohorts and devices that are emulated."),
    "faults": Lazy("commands.faults:faults", "The failures that can be injected."),
    "completion": Lazy("commands.completion:completion", "Shell completion for bash, zsh and fish."),
    "scenarios": Lazy("commands.scenarios:scenarios", "The scenarios that come with hanbench."),
}


class LazyGroup(click.Group):
    """Lists commands from a table; imports one when it is asked for it."""

    def __init__(self, *args: object, table: dict[str, Lazy], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        module, _, attribute = self._table[cmd_name].target.partition(":")
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), attribute)
        return command

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Names and help lines of the table; options, where one is begun."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=command.help)
            for name, command in self._table.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does it, but with the help lines of the table: click's own would import every command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self._table.items()])


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=PROGRAM)
def hanbench() -> None:
    """Emulated SMETS1 meters on real ZigBee frames: checked, broken, and their migration judged.

    Exit status: 0 as expected; 1 a violation or a failed expectation; 2 unknown (inconclusive); 3 the input was bad;
    4 hanbench itself failed.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    if arguments is None:
        if COMPLETION in os.environ:
            from hanbench.harness.cli.completion import answer

            sys.exit(answer(hanbench, os.environ[COMPLETION]))
        end_cleanly_on_signals()
    given = list(sys.argv[1:] if arguments is None else arguments)

    def program() -> object:
        with hanbench.make_context(PROGRAM, given) as context:
            return hanbench.invoke(context)

    sys.exit(int(exit_status_of(program)))


if __name__ == "__main__":
    main()

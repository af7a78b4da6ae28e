"""The `hanbench` command: a table of subcommands. A subcommand's module is imported only when it is called."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import click

from hanbench import __version__
from hanbench.harness.cli import COMPLETION, PROGRAM
from hanbench.harness.cli.declared import Group
from hanbench.harness.cli.errors import end_cleanly_on_signals, exit_status_of
from hanbench.harness.cli.output import log_warning, open_closed_streams

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class Lazy(NamedTuple):
    """A command that is imported on demand."""

    target: str
    """`module:attribute` in this package, naming a `click.Command`."""
    help: str


COMMANDS = {
    "verify": Lazy("commands.verify:verify", "Judge a controller on the whole suite of scenarios."),
    "run": Lazy("commands.run:run", "Run one scenario: a file, or the id of one."),
    "judge": Lazy("commands.judge:judge", "Judge recorded cases, of production or of a lab, without a HAN."),
    "report": Lazy("commands.report:report", "Join the reports of several runs."),
    "check": Lazy("commands.check:check", "Run one HAN-connectivity check on a bench, emulated or physical."),
    "conform": Lazy("commands.conform:conform", "Test the firmware of a meter or a display, case by case."),
    "diagnose": Lazy("commands.diagnose:diagnose", "Say what a capture proves about a gas meter."),
    "decode": Lazy("commands.decode:decode", "Decode frames from their octets, field by field."),
    "doctor": Lazy("commands.doctor:doctor", "Find dongles, and list the roles that each can fill."),
    "up": Lazy("commands.up:up", "Bring a bench up and keep it up: ports, dongles, a capture."),
    "serve": Lazy("commands.serve:serve", "Keep benches up, with a live page and HTTP."),
    "ctl": Lazy("commands.ctl:ctl", "Ask, break and check a bench that is up."),
    "capture": Lazy("commands.capture:capture", "Bring a bench up and write a live capture of its air to a pipe."),
    "extcap": Lazy("commands.extcap:extcap", "Add the benches to Wireshark as capture interfaces."),
    "selftest": Lazy("commands.selftest:selftest", "Test the oracle with wrong controllers."),
    "explore": Lazy("commands.explore:explore", "Run a controller on random scenarios; shrink failures."),
    "campaign": Lazy("commands.campaign:campaign", "Play millions of cases, on this machine or on a cluster."),
    "rules": Lazy("commands.rules:rules", "Show the rule sets, with their sources."),
    "profiles": Lazy("commands.profiles:profiles", "Show the emulated cohorts and devices, with their sources."),
    "faults": Lazy("commands.faults:faults", "Show the faults that can be injected."),
    "completion": Lazy("commands.completion:completion", "Print the completion script for bash, zsh or fish."),
    "scenarios": Lazy("commands.scenarios:scenarios", "Show the shipped scenarios."),
}


class LazyGroup(Group):
    """A group that lists its commands from a table and imports one only to run it."""

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
        """Complete command names from the table, or options if `incomplete` begins with a dash."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            return super().shell_complete(ctx, incomplete)
        return [
            CompletionItem(name, help=command.help)
            for name, command in self._table.items()
            if name.startswith(incomplete)
        ]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands as click does, but from the table: click would import every command."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in self._table.items()])


@click.group(cls=LazyGroup, table=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name=PROGRAM)
def hanbench() -> None:
    """Emulate SMETS1 meters on real ZigBee frames, check them, break them, and judge their migration.

    Exit status: 0 as expected; 1 a violation or a failed expectation; 2 unknown (inconclusive); 3 invalid input;
    4 a bug in hanbench.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its status."""
    if arguments is None:
        open_closed_streams()
        if COMPLETION in os.environ:
            from hanbench.harness.cli.completion import answer

            sys.exit(answer(hanbench, os.environ[COMPLETION]))
        end_cleanly_on_signals()
        warnings.showwarning = log_warning
    given = list(sys.argv[1:] if arguments is None else arguments)

    def program() -> object:
        with hanbench.make_context(PROGRAM, given) as context:
            return hanbench.invoke(context)

    sys.exit(int(exit_status_of(program)))


if __name__ == "__main__":
    main()

"""The failures and the told violations of a run, on the terminal."""

from __future__ import annotations

from hanbench.harness.cli.output import print_command, print_line
from hanbench.harness.report.failure_text import AGAIN
from hanbench.harness.report.tally import Tally


def print_failures(tally: Tally) -> None:
    """Print the blocks about failures, whose commands can be pasted from a narrow terminal too, and what is told."""
    for line in tally.failure_lines():
        if line.startswith(AGAIN):
            print_command(AGAIN, line.removeprefix(AGAIN))
        else:
            print_line(line)
    for line in tally.told_lines():
        print_line(line)

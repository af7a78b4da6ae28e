"""What a shell is offered when its user presses the tabulator key."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from hanbench.harness.cli import COMPLETION, PROGRAM
from hanbench.harness.cli.main import hanbench as program

SHIPPED = [path.stem for path in sorted((Path(__file__).parents[3] / "profiles" / "scenarios").glob("*.toml"))]

PLAYED = [each for each in SHIPPED if not each.startswith("lab-")]
"""Those that are in the suite: docs/scenarios.md says that the stories for a laboratory are not."""


def offered(line):
    *arguments, incomplete = line.split(" ")
    shell = ShellComplete(program, {}, PROGRAM, COMPLETION)
    return [(item.type, item.value) for item in shell.get_completions(arguments, incomplete)]


@pytest.mark.parametrize("command", ["run x", "verify", "explore"])
def test_controllers_are_completed_wrong_ones_included(command):
    assert ("plain", "reference") in offered(f"{command} --controller ref")
    assert ("plain", "wrong:hurries") in offered(f"{command} --controller wr")


def test_a_controller_that_is_no_name_may_be_a_file():
    assert offered("run x --controller ./my") == [("file", "./my")]


@pytest.mark.parametrize(
    ("incomplete", "values"),
    [
        ("", ["ioc.*", "moc-secure.*", *PLAYED]),
        ("ioc.mixed", ["ioc.mixed-gsme-active.*", "ioc.mixed-gsme-dormant.*"]),
        ("ioc.dormant.tmad-v19.battery-dead.c", ["ioc.dormant.tmad-v19.battery-dead.consent"]),
        ("xyz", []),
    ],
)
@pytest.mark.parametrize("option", ["--only", "--capture"])
def test_patterns_are_completed_part_for_part(option, incomplete, values):
    assert sorted(offered(f"verify {option} {incomplete}")) == sorted(("plain", value) for value in values)


def test_certificates_are_a_shipped_file_or_one_of_the_user():
    assert offered("run x --certificates publ") == [("plain", "published-test")]
    assert offered("run x --certificates mine") == [("file", "mine")]

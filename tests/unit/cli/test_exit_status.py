"""Exit statuses of the command line (design.md, section 4), and the one line that says why."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from hanbench.harness.cli import main as command_line
from hanbench.harness.cli.errors import BadInput, ExitStatus, exit_status_of
from hanbench.profiles.errors import ProfileError


@pytest.fixture
def status_of(monkeypatch, hanbench):
    """`status_of(body)`: the outcome of `hanbench probe`, a command with this body."""

    def run(body):
        command = click.Command("probe", callback=body)
        monkeypatch.setitem(command_line.COMMANDS, "probe", command_line.Lazy("probe:probe", "A probe."))
        monkeypatch.setattr(command_line, "import_module", lambda name: type("probe", (), {"probe": command}))
        return hanbench("probe")

    return run


def raising(error):
    def body():
        raise error

    return body


@pytest.mark.parametrize("status", [ExitStatus.EXPECTED, ExitStatus.VIOLATION, ExitStatus.UNKNOWN])
def test_what_a_command_returns_is_the_status(status_of, status):
    assert status_of(lambda: status) == (int(status), "", "")


def test_a_command_that_returns_nothing_went_as_expected(status_of):
    assert status_of(lambda: None).status == 0


def test_bad_input_is_one_line_with_file_key_and_expectation(status_of):
    outcome = status_of(raising(BadInput("bench.toml", "nodes[2].channel", "expected 11 to 26, not 27")))
    assert outcome == (3, "", "hanbench: bench.toml: nodes[2].channel: expected 11 to 26, not 27\n")


def test_a_failure_of_hanbench_is_one_line_with_a_hint(status_of, monkeypatch):
    monkeypatch.delenv("HANBENCH_DEBUG", raising=False)
    outcome = status_of(raising(ZeroDivisionError("first\nsecond")))
    assert outcome.status == 4
    assert outcome.err == "hanbench itself failed: ZeroDivisionError: first second (HANBENCH_DEBUG=1 shows where)\n"


def test_the_traceback_is_there_for_who_asks(status_of, monkeypatch):
    monkeypatch.setenv("HANBENCH_DEBUG", "1")
    outcome = status_of(raising(ZeroDivisionError("nought")))
    assert outcome.status == 4
    assert outcome.err.startswith("Traceback (most recent call last)")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_ctrl_c_has_the_status_of_the_signal(status_of, error):
    assert status_of(raising(error)) == (130, "", "hanbench: interrupted\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rulez"], "hanbench: No such command 'rulez'"),
        (["--loud"], "hanbench: No such option '--loud'"),
        (["rules", "--loud"], "hanbench rules: No such option '--loud'"),
        (["rules", "show"], "hanbench rules show: Missing argument 'ID'"),
        (
            ["rules", "show", "tmad-v17"],
            "hanbench: tmad-v17: no such rule set; did you mean tmad-v19? (`hanbench rules` lists them)",
        ),
    ],
)
def test_a_wrong_command_line_is_bad_input_in_one_line(hanbench, arguments, said):
    outcome = hanbench(*arguments)
    assert outcome.status == 3
    assert outcome.out == ""
    assert outcome.err.startswith(said)
    assert outcome.err.count("\n") == 1


def test_without_a_command_the_help_goes_to_stderr(hanbench):
    outcome = hanbench()
    assert (outcome.status, outcome.out) == (3, "")
    assert "Commands:" in outcome.err


def test_a_reader_that_goes_away_is_no_failure():
    script = (
        "from hanbench.harness.cli.errors import exit_status_of; import sys\n"
        "sys.exit(exit_status_of(lambda: print('x' * 1_000_000)))"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_a_data_file_that_is_wrong_is_bad_input(status_of):
    outcome = status_of(raising(ProfileError("mast.toml", "expected a whole number, found 'tall'", "height")))
    assert outcome == (3, "", "hanbench: mast.toml: height: expected a whole number, found 'tall'\n")


def test_guarded_lets_a_command_end_itself():
    def body():
        raise click.exceptions.Exit(2)

    assert exit_status_of(body) == ExitStatus.UNKNOWN

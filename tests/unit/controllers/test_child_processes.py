"""Controllers in processes of their own: asked, waited for, judged when they misbehave; nothing they do is fatal."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hanbench.emulator.clock import PacedClock
from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory
from hanbench.harness.scenario import shipped

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
GOOD = f"process:{sys.executable} {EXAMPLES / 'controller.py'}"
CLOSE = json.dumps([{"action": "close", "outcome": "retry"}])

# --- those that behave ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", shipped())
def test_the_example_child_decides_every_scenario_as_the_rules_have_it(name, run_with, faults):
    ours, theirs = run_with("reference", name), run_with(GOOD, name)
    assert theirs.as_expected
    assert faults(theirs) == []
    assert (theirs.outcome, theirs.checks) == (ours.outcome, ours.checks)


@pytest.mark.usefixtures("prompt")
def test_a_child_decides_in_paced_time_too(run_with):
    assert run_with(GOOD, clock=PacedClock(500_000)).as_expected


@pytest.mark.usefixtures("prompt", "nothing_stays_open")
@pytest.mark.parametrize(
    "body",
    [
        "sys.stderr.write('x' * 8_000_000 + '\\n'); print('[]', flush=True)",
        "print('[]', flush=True); sys.stderr.write('x\\n' * 1_000_000)",
        "for octet in '[  ]\\n': sys.stdout.write(octet); sys.stdout.flush(); time.sleep(0.02)",
        "print(' ' * 1_000_000 + '[]', flush=True)",
        "print('[]\\r', flush=True)",
    ],
    ids=["talks-before", "talks-after", "slow", "long", "crlf"],
)
def test_talk_on_stderr_and_slow_or_long_answers_are_no_fault(child, run_with, faults, gone_soon, body):
    run = run_with(child(f"if 'tick' in line: print({CLOSE!r}, flush=True); break\n{body}"))
    assert faults(run) == []
    assert run.outcome == "retry"
    assert gone_soon() == []


# --- those that do not ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_stays_open")
@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ("time.sleep(60)", "silent", "no answer within 0.5 s"),
        ("pass", "silent", "no answer within 0.5 s"),
        ("while True: sys.stdout.write(' '); sys.stdout.flush(); time.sleep(0.05)", "silent", "no answer within 0.5 s"),
        ("while True: sys.stderr.write('x' * 65536)", "silent", "no answer within 0.5 s"),
        ("os.close(1); time.sleep(60)", "silent", "it closed its stdout"),
        ("print('[]', flush=True); os.close(0); time.sleep(60)", "silent", "it closed its stdin"),
        ("sys.exit(3)", "crashed", "exit status 3"),
        ("print('[]', flush=True); sys.exit(3)", "crashed", "exit status 3"),
        ("raise ValueError('no idea')", "crashed", "exit status 1: ValueError: no idea"),
        ("sys.stderr.write('x' * 8_000_000 + '\\nno idea\\n'); sys.exit(3)", "crashed", "exit status 3: no idea"),
        ("os.kill(os.getpid(), 11)", "crashed", "signal 11"),
        ("subprocess.Popen(['sleep', '60']); sys.exit(3)", "crashed", "exit status 3"),
        ("print('{]', flush=True)", "not-json", "JSON is malformed"),
        ("print('{}', flush=True)", "not-json", "expected a list of actions"),
        ("print('[' * 500_000, flush=True)", "not-json", ""),
        ("sys.stdout.buffer.write(b'\\xff\\xfe\\n'); sys.stdout.flush()", "not-json", ""),
        ("print('[]\\n[]', flush=True); time.sleep(0.05)", "unasked", "more than one line for one turn"),
        ("print('[]', flush=True); print('[]', flush=True)", "unasked", "more than one line for one turn"),
        ("sys.stdout.write('x' * 3_000_000); sys.stdout.flush()", "flood", "octets in a line"),
        ("sys.stdout.write('[]\\n' * 500_000)", "unasked", "more than one line"),
    ],
)
def test_misbehaviour_is_named_and_judged_and_ends_the_child(
    child, run_with, faults, gone_soon, request, body, kind, text
):
    if "within" in text or "Popen" in body:  # what holds the pipes of a child that ended hides its end
        request.getfixturevalue("impatient")
    run = run_with(child(body))
    ((found, said),) = faults(run)
    assert found == kind
    assert text in said
    assert not run.as_expected
    assert "in-turn" in {violation.property for violation in run.violations}
    assert gone_soon() == []


@pytest.mark.parametrize(
    ("actions", "text"),
    [
        ([{"action": "dance"}], "Invalid value 'dance'"),
        ([{"action": "close", "outcome": "well"}], "Invalid enum"),
        ([7], "Expected `object`"),
    ],
)
def test_what_is_not_in_the_vocabulary_is_ignored_and_judged(child, run_with, faults, actions, text):
    run = run_with(child(f"print({json.dumps(actions)!r}, flush=True)"))
    assert {kind for kind, _ in faults(run)} == {"not-an-action"}
    assert text in faults(run)[0][1]
    assert "in-turn" in {violation.property for violation in run.violations}


def test_an_action_out_of_turn_is_not_carried_out(child, run_with, faults):
    commission = {"action": "commission-devices", "devices": ["esme"]}
    run = run_with(child(f"print(json.dumps({[commission, commission]!r}), flush=True)"))
    assert ("out-of-turn", "CommissionDevices while a check or a commissioning is under way") in faults(run)


def test_a_flood_of_actions_is_cut_off(child, run_with, faults):
    check = {"action": "run-check", "not-before": "2022-04-04T08:00:00Z"}
    run = run_with(child(f"print(json.dumps({[check]!r} * 500), flush=True)"))
    assert ("too-many-actions", "more than 200") in faults(run)


def test_a_child_that_talks_for_ever_fills_no_memory_in_paced_time(child, run_with, faults):
    body = "print('[]', flush=True)\nwhile True: sys.stdout.write('x' * 65536)"
    run = run_with(child(body), clock=PacedClock(2_000_000))
    assert faults(run)[0] == ("unasked", "it wrote more than one line for one turn")


# --- how they end -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_stays_open")
def test_a_child_that_will_not_end_is_ended_with_all_that_it_started(child, run_with, faults, gone_soon):
    body = f"""
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
subprocess.Popen(["sleep", "60"])
print({CLOSE!r}, flush=True)
time.sleep(60)
"""
    run = run_with(child(body))
    assert faults(run) == []
    assert gone_soon() == []


@pytest.mark.usefixtures("nothing_stays_open")
def test_what_a_child_leaves_behind_when_it_ends_by_itself_ends_too(child, run_with, faults, gone_soon):
    run = run_with(child(f"subprocess.Popen(['sleep', '60'])\nprint({CLOSE!r}, flush=True)\nbreak"))
    assert faults(run) == []
    assert gone_soon() == []


_INDEPENDENT = """
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        open({note!r}, "w").write(str(os.getpid()))
        os.execve("/bin/sleep", ["sleep", "60"], {{}})
    os._exit(0)
while not (os.path.exists({note!r}) and open({note!r}).read()): time.sleep(0.01)
"""
"""Two forks, a session of its own and an empty environment: nothing leads from this process to the controller."""


@pytest.mark.usefixtures("impatient", "nothing_stays_open")
@pytest.mark.parametrize("end", ["sys.exit(3)", f"print({CLOSE!r}, flush=True)\nbreak", "time.sleep(60)"])
def test_what_makes_itself_independent_ends_too(child, run_with, tmp_path, end):
    note = tmp_path / "pid"
    run_with(child(_INDEPENDENT.format(note=str(note)) + end))
    number = int(note.read_text())
    deadline = time.monotonic() + 20
    while Path(f"/proc/{number}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("command", "number"),
    [
        (["run", "dormant-three-failures"], signal.SIGKILL),
        (["run", "dormant-three-failures"], signal.SIGTERM),
        (["verify", "--jobs", "2", "--only", "ioc.active.*"], signal.SIGTERM),
        (["verify", "--jobs", "2", "--only", "ioc.active.*"], signal.SIGINT),
    ],
    ids=["run-killed", "run-terminated", "verify-terminated", "verify-interrupted"],
)
def test_no_child_outlives_hanbench(child, gone_soon, tmp_path, command, number):
    spec = child(f"open({str(tmp_path / 'asked')!r}, 'w').close()\ntime.sleep(60)")
    arguments = [sys.executable, "-m", "hanbench", *command, "--controller", spec, "--out", str(tmp_path / "o")]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as hanbench:
        try:
            deadline = time.monotonic() + 60
            while not (tmp_path / "asked").exists():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            hanbench.send_signal(number)
            hanbench.wait(60)
        finally:
            hanbench.kill()
    assert gone_soon() == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("process:", "a command that can be run"),
        ("process:no-such-program --x", "a command that can be run"),
        ("process:'unclosed", "No closing quotation"),
        (
            "reverence",
            "no controller 'reverence'; did you mean reference\\? .expected reference, lawful:NAME, wrong:NAME, ",
        ),
        ("wrong:hurry", "no wrong controller 'hurry'; did you mean wrong:hurries\\? "),
        ("no.such:module", "got 'no.such:module': ModuleNotFoundError: No module named 'no'"),
        ("json:such", "module 'json' has no attribute 'such'"),
        ("json:__name__", "expected a callable"),
        ("os:system", "a function of Python itself makes no controller"),
        ("os:getcwd", "a function of Python itself makes no controller"),
        ("json.decoder:JSONDecoder", "expected to call it with the rule sets alone: too many positional"),
    ],
)
def test_a_controller_that_cannot_be_is_told_before_anything_runs(spec, said):
    with pytest.raises(UnknownControllerError, match=said):
        controller_factory(spec)


def test_a_program_that_vanishes_before_it_is_started_is_judged(tmp_path, run_with, faults):
    program = tmp_path / "controller"
    program.write_text("no program")
    program.chmod(0o755)
    run = run_with(f"process:{shlex.quote(str(program))}")
    assert faults(run) == [("crashed", "cannot start it: Exec format error")]

"""`hanbench ctl`: a command for each verb of the table."""

from __future__ import annotations

import re

import pytest

from hanbench.harness.control.table import VERBS, Verb


def test_every_verb_is_a_command_and_those_that_break_are_marked(hanbench):
    shown = hanbench("ctl", "--help").out
    listed = dict(re.findall(r"^  ([a-z]+) +(.*)$", shown, re.MULTILINE))
    assert set(VERBS) <= set(listed)
    assert {name for name, text in listed.items() if text.startswith("[breaks]")} == {
        verb.name for verb in VERBS.values() if verb.breaks
    }


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_the_help_of_a_verb_has_every_field(hanbench, verb: Verb):
    shown = " ".join(hanbench("ctl", verb.name, "--help").out.split())
    assert verb.sentence.partition(";")[0] in shown.replace("\N{NON-BREAKING HYPHEN}", "-")
    for field in verb.request.__struct_fields__:
        assert f"--{field.replace('_', '-')}" in shown or field.upper() in shown or "{" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("inject",), "Missing argument"),
        (("speed", "0"), "speed: speed: "),
        (("speed", "fast"), "expected a number, got 'fast'"),
        (("inject", "flapping", "--wait-s", "-1"), "inject: wait_s: "),
        (("scenario", "play"), "give `scenario` or `text` to play one"),
        (("--bench", "../x", "state"), "expected lower-case letters, digits, dots and hyphens"),
        (("state",), "no bench is up; `hanbench up BENCH` starts one"),
        (("--bench", "lab", "state"), "no bench is up"),
    ],
)
def test_what_is_wrong_is_one_line_before_any_bench_is_asked(hanbench, arguments, said):
    done = hanbench("ctl", *arguments)
    assert (done.status, done.out) == (3, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_no_bench_is_an_empty_list(hanbench):
    done = hanbench("ctl", "benches", "--json")
    assert (done.status, done.out) == (0, "[]\n")

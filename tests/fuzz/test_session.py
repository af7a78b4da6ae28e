"""Runs of atheris: what libFuzzer's lines say, and one short run of a real target."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import pytest

from tests.fuzz import __main__ as command
from tests.fuzz import session
from tests.fuzz.session import Session

RECORDED = """\
INFO: Using built-in libfuzzer
#2	INITED cov: 3 ft: 3 corp: 1/1b exec/s: 0 rss: 44Mb
#134	NEW    cov: 5 ft: 5 corp: 2/3b lim: 4 exec/s: 0 rss: 44Mb L: 2/2 MS: 2 ShuffleBytes-InsertByte-

 === Uncaught Python exception: ===
UnicodeDecodeError: 'utf-8' codec can't decode byte 0xa2 in position 0: invalid start byte
Traceback (most recent call last):
==13504== ERROR: libFuzzer: fuzz target exited
artifact_prefix='out/'; Test unit written to out/controller.answer-crash-36fca7
stat::number_of_executed_units: 2119
"""
"""Of atheris 3.0.0, shortened: a finding in November 2026."""


def test_the_lines_of_a_run_give_counts_coverage_and_the_finding() -> None:
    found = Session("controller.answer", 0, 0, 0)
    for line in RECORDED.splitlines():
        found = session._with(found, line)
    assert (found.inputs, found.coverage, found.new_coverage) == (2119, 5, 2)
    assert found.problem.startswith("UnicodeDecodeError: 'utf-8' codec can't decode")
    assert found.finding == Path("out/controller.answer-crash-36fca7")


@pytest.fixture
def atheris() -> None:
    if importlib.util.find_spec("atheris") is None:
        if os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1":
            pytest.fail("atheris is not installed")
        pytest.skip("atheris is not installed: it has wheels for CPython 3.11 to 3.14 on x86-64 Linux")


@pytest.mark.usefixtures("atheris")
def test_a_run_from_the_corpus_counts_its_inputs(tmp_path: Path) -> None:
    done = session.fuzz("nwk.beacon", 0, tmp_path, lambda so_far: None, runs=2_000)
    assert done.problem == ""
    assert done.inputs >= 2_000
    assert done.coverage > 0


@pytest.mark.usefixtures("atheris")
def test_a_name_that_is_no_target_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["run", "--target", "nwk.becon"]) == 3
    assert capsys.readouterr().err == "found 'nwk.becon'; expected a fuzz target; nearest: nwk.beacon\n"

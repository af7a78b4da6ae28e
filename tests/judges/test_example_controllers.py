"""The example controllers, as they stand in docs/examples, over a slice of the whole matrix."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.campaign import Campaign, execute, matrix

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SLICE = slice(None, None, 25)


def judged(controller: str) -> list[str]:
    """The scenarios that this controller got wrong."""
    scenarios = list(matrix())[SLICE]
    assert len(scenarios) > 50
    results = execute(scenarios, Campaign("examples", controller=controller), jobs=1)
    return [result.report.id for result in results if not result.report.as_expected]


@pytest.mark.slow
def test_the_child_process_is_right_everywhere():
    assert judged(f"process:{sys.executable} {EXAMPLES / 'controller.py'}") == []


@pytest.mark.slow
def test_the_endpoint_in_another_language_is_right_everywhere(herdsman):
    node = shutil.which("node")
    assert node is not None
    command = [node, str(EXAMPLES / "controller.mjs"), "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert judged(server.stdout.readline().strip()) == []
        finally:
            server.kill()


def test_a_wrong_one_would_be_noticed(tmp_path):
    text = (EXAMPLES / "controller.py").read_text(encoding="utf-8")
    hasty = tmp_path / "hasty.py"
    hasty.write_text(text.replace("FAILURES, ATTEMPTS, EVIDENCE = 3,", "FAILURES, ATTEMPTS, EVIDENCE = 2,"))
    assert hasty.read_text() != text
    assert judged(f"process:{sys.executable} {hasty}")

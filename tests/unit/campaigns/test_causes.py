"""What a failure is named for: the cause, and not what follows from it (docs/migration.md has the kinds of faults)."""

from __future__ import annotations

import sys

import pytest

from hanbench.harness.campaigns.playing import Batch, run_batch
from hanbench.harness.campaigns.spec import CampaignSpec, SuitePart
from hanbench.harness.foreign_text import cleaned_lines
from hanbench.harness.oracle import Violation
from hanbench.harness.report.causes import cause_first
from tests.unit.campaigns.conftest import ONE_STORY


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        ("input()", "crashed"),
        ("input(); print('yes', flush=True); input()", "not-json"),
        ("import os, sys; input(); os.close(1); sys.stdin.read()", "silent"),
    ],
)
def test_a_controller_that_gave_no_answer_is_told_for_that(program, kind, tmp_path) -> None:
    script = tmp_path / "controller.py"
    script.write_text(program, encoding="utf-8")
    spec = CampaignSpec(
        "causes", 1, controllers=(f"process:{sys.executable} {script}",), suite=SuitePart(only=ONE_STORY)
    )
    (failing,) = run_batch(spec, Batch(0, 1)).failing
    assert (failing.violated, failing.rule, failing.outcome) == ("in-turn", "interface", f"nothing ({kind})")
    assert failing.text.startswith(f"{kind}: ")


def test_what_is_no_cause_keeps_its_order() -> None:
    found = [Violation(name, "", "") for name in ("bounded-time", "patience", "in-turn", "count")]
    assert [each.property for each in cause_first(found)] == ["in-turn", "bounded-time", "patience", "count"]


def test_the_text_of_a_file_keeps_its_lines_on_a_page() -> None:
    assert cleaned_lines("id = 'a'\nname = '\x1b[2J'\n") == "id = 'a'\nname = '\\x1b[2J'\n"

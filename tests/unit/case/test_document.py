"""The documentation is drawn from the tables, and is current."""

from __future__ import annotations

from typing import get_args

import pytest

from docs.generators.migration import BLOCKS, PAGE, renewed
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent
from hanbench.harness.controllers.states import TABLE, CaseFinding, CaseState, Step, mermaid
from hanbench.profiles.rulesets import Switches


def test_the_page_is_current():
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page) == page


def test_the_page_names_every_event_action_and_switch():
    words = [each.__struct_config__.tag for each in (*get_args(AnyEvent), *get_args(AnyAction))]
    page = PAGE.read_text(encoding="utf-8")
    assert [word for word in (*words, *Switches.__struct_fields__) if f"`{word}`" not in page] == []


def test_a_page_that_lacks_a_block_is_refused():
    with pytest.raises(ValueError, match="generated: scope"):
        renewed("# Migration")


def test_renewing_replaces_what_was_there():
    page = "".join(f"<!-- generated: {name} -->old<!-- end: {name} -->" for name in BLOCKS)
    assert "old<" not in renewed(page)


def test_the_diagram_shows_every_row_of_the_table():
    lines = mermaid().splitlines()
    assert len(lines) == len(TABLE) + 3
    assert "    holding --> closed: time-up / close-hold" in lines


def test_every_state_can_be_reached_and_left():
    reached = {CaseState.NEW}
    for _ in CaseState:
        reached |= {following for (state, _), (following, _) in TABLE.items() if state in reached}
    assert reached == set(CaseState)
    assert {state for state, _ in TABLE} == set(CaseState) - {CaseState.CLOSED}


def test_the_table_closes_exactly_on_the_way_to_closed():
    for following, steps in TABLE.values():
        assert any(step.value.startswith("close-") for step in steps) is (following is CaseState.CLOSED)


def test_every_finding_and_every_step_is_used():
    assert {finding for _, finding in TABLE} == set(CaseFinding)
    assert {step for _, steps in TABLE.values() for step in steps} == set(Step)

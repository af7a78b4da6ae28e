"""docs/state-machines.md is what the tables say, and the tables are sound."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from docs.generators.state_machines import PAGE, diagram, page
from hanbench.emulator.devices.gsme import mirror_states
from hanbench.emulator.devices.key_establishment import states as key_states
from hanbench.emulator.zigbee.nwk import join_states

MACHINES: dict[str, tuple[Mapping[tuple[Any, Any], Any], Any]] = {
    "joining": (join_states.TRANSITIONS, join_states.JoinState.OUT),
    "mirror": (mirror_states.TRANSITIONS, mirror_states.MirrorState.NONE),
    "initiator": (key_states.INITIATOR, key_states.KeyState.IDLE),
    "responder": (key_states.RESPONDER, key_states.KeyState.IDLE),
}
each_machine = pytest.mark.parametrize("machine", MACHINES)


def test_the_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page()


@each_machine
def test_every_state_can_be_reached_and_left(machine):
    table, start = MACHINES[machine]
    used = {state for state, _ in table} | set(table.values())
    reached = {start}
    for _ in used:
        reached |= {following for (state, _), following in table.items() if state in reached}
    assert reached == used
    assert {state for state, _ in table} == used


@each_machine
def test_a_diagram_shows_every_row(machine):
    table, start = MACHINES[machine]
    drawn = diagram(table, start).splitlines()
    for (state, event), following in table.items():
        assert f"    {state.name} --> {following.name}: {event.value}" in drawn
    assert sum("-->" in line for line in drawn) == len(table) + 1


def test_every_state_and_event_of_the_enumerations_is_in_a_table():
    assert {s for s, _ in join_states.TRANSITIONS} == set(join_states.JoinState)
    assert {e for _, e in join_states.TRANSITIONS} == set(join_states.JoinEvent)
    assert {e for _, e in mirror_states.TRANSITIONS} == set(mirror_states.MirrorEvent)
    both = {**key_states.INITIATOR, **key_states.RESPONDER}
    assert {s for s, _ in both} == set(key_states.KeyState)
    assert {e for _, e in both} == set(key_states.KeyEvent)

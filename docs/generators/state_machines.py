"""The page docs/state-machines.md, generated from the state tables of the code."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import TypeVar

from hanbench.emulator.devices.gsme import mirror_states
from hanbench.emulator.devices.key_establishment import states as key_states
from hanbench.emulator.zigbee.nwk import join_states
from hanbench.harness.controllers.states import mermaid as migration_diagram

PAGE = Path(__file__).parents[1] / "state-machines.md"

_INTRODUCTION = """# State machines

Each machine is one table in one file. This page is generated from those tables (`make docs`; a test fails when it is
stale). The actions in each state are in the code beside the table."""


State = TypeVar("State", bound=Enum)
Event = TypeVar("Event", bound=Enum)


def diagram(transitions: Mapping[tuple[State, Event], State], start: State) -> str:
    """Return a transition table as a Mermaid state diagram."""
    states: dict[State, None] = {}
    for (state, _), following in transitions.items():
        states |= {state: None, following: None}
    lines = ["stateDiagram-v2"]
    lines += [f"    {state.name}: {state.value}" for state in states]
    lines.append(f"    [*] --> {start.name}")
    lines += [
        f"    {state.name} --> {following.name}: {event.value}" for (state, event), following in transitions.items()
    ]
    return "\n".join(lines)


def sections() -> dict[str, tuple[str, str]]:
    """Return the file and the diagram of each table, by title."""
    joining = {key: state for key, state in join_states.TRANSITIONS.items() if key[1] is not join_states.JoinEvent.LEFT}
    return {
        "A device joins a network, stays on it and rejoins": (
            "emulator/zigbee/nwk/join_states.py` (from every state with a network, `LEFT` leads to `OUT`)",
            diagram(joining, join_states.JoinState.OUT),
        ),
        "A gas meter requests its mirror": (
            "emulator/devices/gsme/mirror_states.py`",
            diagram(mirror_states.TRANSITIONS, mirror_states.MirrorState.NONE),
        ),
        "Key establishment: the joining device": (
            "emulator/devices/key_establishment/states.py` (an event without a row ends the session)",
            diagram(key_states.INITIATOR, key_states.KeyState.IDLE),
        ),
        "Key establishment: the Trust Centre": (
            "emulator/devices/key_establishment/states.py`",
            diagram(key_states.RESPONDER, key_states.KeyState.IDLE),
        ),
        "The reference controller": ("harness/controllers/states.py`", migration_diagram()),
    }


def page() -> str:
    """Return the text of the page."""
    parts = [_INTRODUCTION]
    for title, (source, drawing) in sections().items():
        parts.append(f"## {title}\n\nTable: `{source}.\n\n```mermaid\n{drawing}\n```")
    return "\n\n".join(parts) + "\n"

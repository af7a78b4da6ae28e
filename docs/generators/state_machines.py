"""docs/state-machines.md, drawn from the tables of the code."""

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

Each machine is one table in one file, and this page is drawn from those tables (`make docs`; a test
fails when it is out of date). What is done in a state stands beside the table, never in it."""


State = TypeVar("State", bound=Enum)
Event = TypeVar("Event", bound=Enum)


def diagram(transitions: Mapping[tuple[State, Event], State], start: State) -> str:
    """Return a table as a Mermaid state diagram."""
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
    """Return by title the file of each table, and its diagram."""
    joining = {key: state for key, state in join_states.TRANSITIONS.items() if key[1] is not join_states.JoinEvent.LEFT}
    return {
        "How a device comes to a network, keeps it and finds it again": (
            "emulator/zigbee/nwk/join_states.py` (from every state with a network, leaving leads to `OUT`)",
            diagram(joining, join_states.JoinState.OUT),
        ),
        "How a gas meter gets its mirror": (
            "emulator/devices/gsme/mirror_states.py`",
            diagram(mirror_states.TRANSITIONS, mirror_states.MirrorState.NONE),
        ),
        "Key establishment: the joining device": (
            "emulator/devices/key_establishment/states.py` (what the table does not have ends the session)",
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

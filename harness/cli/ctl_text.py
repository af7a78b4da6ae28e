"""Answers and events of a running bench as lines and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from msgspec import Struct
from msgspec.structs import astuple

from hanbench.harness.case.calendar import shown
from hanbench.harness.case.check import HanCheck
from hanbench.harness.cli.output import print_line, styled
from hanbench.harness.cli.output import verdict as coloured
from hanbench.harness.cli.tables import table
from hanbench.harness.control.answers import (
    CaptureFileState,
    CaptureList,
    CaptureState,
    EventPage,
    FrameAnswer,
    NodeList,
    PlayedScenario,
)
from hanbench.harness.control.events import (
    BenchEnded,
    BenchEvent,
    CheckProgress,
    ClockChanged,
    CommissioningProgress,
    ConsentStated,
    DecisionMade,
    FaultChanged,
    FrameSeen,
    FramesLost,
    LogLine,
    NodeChanged,
    ScenarioProgress,
    kind_of,
)
from hanbench.harness.control.node import NodeState

_NODES: Mapping[str, Callable[[NodeState], object]] = {
    "node": lambda each: each.name,
    "power": lambda each: "on" if each.powered else "off",
    "in the HAN": lambda each: "yes" if each.joined else "no",
    "short": lambda each: each.short,
    "parent": lambda each: each.parent,
    "last heard": lambda each: each.last_heard,
    "LQI": lambda each: each.lqi,
    "battery": lambda each: None if each.battery_percent is None else f"{each.battery_percent:g} %",
    "faults": lambda each: ", ".join(each.faults),
    "cannot be reached because": lambda each: "; ".join(each.obstacles),
}

_CAPTURES: Mapping[str, Callable[[CaptureState], object]] = {
    "capture": lambda each: each.id,
    "since": lambda each: each.began,
    "frames": lambda each: each.frames,
    "octets": lambda each: each.octets,
    "running": lambda each: each.running,
    "frames missing": lambda each: each.missing,
    "suspended": lambda each: each.detail,
}


def print_answer(answer: Struct) -> None:
    """Print an answer: its values as lines, rows of structures as tables."""
    match answer:
        case NodeList(nodes=nodes):
            table(tuple(_NODES), [[_text(read(node)) for read in _NODES.values()] for node in nodes])
        case CaptureList(captures=captures):
            table(tuple(_CAPTURES), [[_text(read(each)) for read in _CAPTURES.values()] for each in captures])
            files = [[each.id, *(_text(value) for value in astuple(file))] for each in captures for file in each.files]
            table(("capture", *CaptureFileState.__struct_fields__), files, "files")
        case EventPage(events=events):
            for event in events:
                print_line(event_line(event))
        case FrameAnswer(frame=frame, layers=layers):
            print_line(event_line(frame))
            for layer in layers:
                print_line(styled(layer.name, bold=True))
                for name, value in layer.fields:
                    print_line(f"  {name}: {value}")
        case _:
            _print_fields(answer)


def _print_fields(answer: Struct, indent: str = "") -> None:
    for name in answer.__struct_fields__:
        value, label = getattr(answer, name), name.replace("_", " ")
        if isinstance(value, Struct):
            print_line(f"{indent}{label}:")
            _print_fields(value, f"{indent}  ")
        elif isinstance(value, tuple) and value and isinstance(value[0], Struct):
            _print_rows(label, value)
        else:
            print_line(f"{indent}{label}: {_text(value)}")


def _print_rows(title: str, rows: Sequence[Struct]) -> None:
    names = rows[0].__struct_fields__
    table(
        [name.replace("_", " ") for name in names],
        [[_text(getattr(row, name)) for name in names] for row in rows],
        title,
    )


def _text(value: Any) -> str:
    match value:
        case None | "" | ():
            return "-"
        case bool():
            return "yes" if value else "no"
        case Enum():
            return str(value.value)
        case float():
            return f"{value:.3f}".rstrip("0").rstrip(".")
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case Mapping():
            return ", ".join(f"{name} {number}" for name, number in value.items()) or "-"
        case tuple() | list():
            return ", ".join(map(_text, value))
        case HanCheck():
            return _with(f"{value.verdict.value} {value.code or ''}".rstrip(), value.detail)
        case PlayedScenario():
            return value.id
        case Struct():
            return ", ".join(f"{name} {_text(getattr(value, name))}" for name in value.__struct_fields__)
    return str(value)


def event_line(event: BenchEvent) -> str:
    """Return an event in one line: its time, its kind, and what it tells."""
    return f"{shown(event.date, event.clock)}  {kind_of(event)}: {_told(event)}"


def _told(event: BenchEvent) -> str:
    match event:
        case FrameSeen():
            return f"{event.number} {event.sender or '?'} -> {event.receiver or '*'}: {event.line}"
        case FaultChanged():
            return _with(f"{event.fault} {event.phase}", event.detail)
        case CheckProgress(check=None):
            return f"{event.attempt} begins"
        case CheckProgress(check=check) if check is not None:
            code = f" {check.code}" if check.code else ""
            return f"{event.attempt} {coloured(check.verdict.value + code)}: {check.detail}"
        case CommissioningProgress(commissioning=ended):
            devices = " and ".join(event.devices)
            if ended is None:
                return f"of {devices} begins"
            return _with(f"of {devices} {'succeeded' if ended.succeeded else 'failed'}", ended.detail)
        case DecisionMade():
            return f"{event.controller} {event.text} [{event.rule}]"
        case ConsentStated():
            return f"{event.supplier}: {event.says.value}"
        case NodeChanged():
            changes = (f"{name.replace('_', ' ')} {_text(getattr(event.state, name))}" for name in event.changed)
            return f"{event.node}: {', '.join(changes)}"
        case ClockChanged():
            return "paused" if event.paused else f"speed {event.speed:g}"
        case ScenarioProgress():
            return _with(f"{event.scenario} {event.phase}", event.detail)
        case LogLine():
            return event.text
        case FramesLost():
            return f"{event.frames} frames and {event.others} other events were not delivered: this reader is too slow"
        case BenchEnded():
            return event.reason
    return ""


def _with(text: str, detail: str) -> str:
    return f"{text}: {detail}" if detail else text

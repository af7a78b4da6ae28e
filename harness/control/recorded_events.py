"""Reads the journal that a bench left on disk (`event_file`). Other content ends in one line: file, line, problem."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import msgspec
from msgspec import structs

from hanbench.harness.bench.kept_capture import files_of
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.event_file import NAME, VERSION, AnyLine, FileBegun, NodesSeen
from hanbench.harness.control.events import BenchEvent, NodeChanged
from hanbench.harness.control.node import NodeState
from hanbench.harness.control.recorded_frames import Addresses, read_frames
from hanbench.harness.control.recorded_journal import RecordedEvent
from hanbench.harness.control.recording import Recording, made
from hanbench.harness.foreign_json import NOT_JSON, each_key_once
from hanbench.profiles.errors import ProfileError

MOST_EVENTS = 50_000
"""Number of events other than frames that a replay keeps: the latest ones."""
LONGEST_LINE = 1_000_000
MOST_FILES = 100
MOST_NODES = 64

_decoder: msgspec.json.Decoder[AnyLine] = msgspec.json.Decoder(AnyLine)


class _Version(msgspec.Struct):
    """The version alone, of a first line of any version."""

    kind: str = ""
    version: int = VERSION


@dataclass
class _Reading:
    """What was read so far. The oldest events go into the state in which the replay begins."""

    state: BenchState | None = None
    captures: str = ""
    nodes: dict[str, NodeState] = field(default_factory=dict)
    """When the replay begins."""
    latest: dict[str, NodeState] = field(default_factory=dict)
    events: deque[RecordedEvent] = field(default_factory=deque)
    others: int = 0
    """Number of events so far that were no frames, of the whole life of the bench."""
    seq: int = 0
    names: Addresses = field(default_factory=Addresses)
    troubles: list[str] = field(default_factory=list)

    def take(self, line: AnyLine) -> None:
        """Take the next line. Raises ValueError."""
        match line:
            case FileBegun():
                self._begun(line)
            case NodesSeen(nodes=nodes):
                for node in nodes[:MOST_NODES]:
                    self._seen(line, node)
            case _ if line.seq > self.seq:
                self.seq, self.others = line.seq, self.others + 1
                if isinstance(line, NodeChanged):
                    self.latest[line.node] = line.state
                    self.names.add(line.state)
                self._keep(line, self.seq - self.others)

    def _begun(self, line: FileBegun) -> None:
        state = line.state
        if self.state is None:
            self.state, self.captures = state, line.captures
            self.nodes = {node.name: node for node in line.nodes[:MOST_NODES]}
            self.latest = dict(self.nodes)
        if state.last_event > self.seq:
            if self.seq:
                self.troubles.append(f"the events {self.seq + 1} to {state.last_event} were not recorded")
            self.seq, self.others = state.last_event, state.last_event - state.frames
        for node in line.nodes[:MOST_NODES]:
            self.names.add(node)

    def _seen(self, line: NodesSeen, node: NodeState) -> None:
        before = self.latest.get(node.name)
        changed = tuple(name for name in node.__struct_fields__ if getattr(node, name) != getattr(before, name, None))
        if changed:
            self.latest[node.name] = node
            self._keep(
                NodeChanged(seq=1, clock=line.clock, date=line.date, node=node.name, changed=changed, state=node),
                line.frames,
            )

    def _keep(self, event: BenchEvent, after_frame: int) -> None:
        if len(self.events) == MOST_EVENTS:
            oldest = self.events.popleft().event
            if isinstance(oldest, NodeChanged):
                self.nodes[oldest.node] = oldest.state
            assert self.state is not None
            clock = structs.replace(self.state.clock, clock=oldest.clock, date=oldest.date)
            self.state = structs.replace(self.state, clock=clock)
        self.events.append(RecordedEvent(event, after_frame))


def read_bench(folder: Path, name: str) -> Recording:
    """Read what a bench left in its folder. Raises ProfileError."""
    reading = _Reading()
    files = event_files(folder)
    for place, path in enumerate(files):
        _read_file(path, reading, last=place == len(files) - 1)
    if reading.state is None:
        raise ProfileError(files[0], "expected the state of a bench; the file is empty", "line 1")
    begins = reading.state.clock
    try:
        calendar = Calendar(begins.date - timedelta(seconds=begins.clock))
    except OverflowError:
        raise ProfileError(files[0], f"clock: expected seconds of a bench, found {begins.clock:g}", "line 1") from None
    frames = read_frames(files_of(folder, reading.captures), reading.names, calendar)
    return made(
        name=name,
        path=folder,
        kind="bench",
        state=structs.replace(reading.state, folder=str(folder), up=True, detail=""),
        nodes=tuple(reading.nodes.values()),
        events=tuple(reading.events),
        frames=frames,
        troubles=reading.troubles,
    )


def event_files(folder: Path) -> Sequence[Path]:
    """Return the files of the journal in a folder, the oldest first."""
    found = {int(match["number"] or 1): path for path in folder.iterdir() if (match := NAME.fullmatch(path.name))}
    return [found[number] for number in sorted(found)][-MOST_FILES:]


def _read_file(path: Path, reading: _Reading, *, last: bool) -> None:
    for number, line, whole in _lines(path):
        try:
            if reading.state is None:
                _must_begin(path, line)
            event = _decoder.decode(line)
            each_key_once(line)
            reading.take(event)
        except (*NOT_JSON, OverflowError) as error:
            if last and not whole:
                reading.troubles.append(f"{path.name}: line {number} is cut short: the bench was killed as it wrote it")
                return
            raise ProfileError(path, f"expected an event of a bench: {error}", f"line {number}") from None


def _must_begin(path: Path, line: bytes) -> None:
    first = msgspec.json.decode(line, type=_Version)
    if first.kind != "bench":
        raise ProfileError(
            path, f"expected the state of a bench (`kind`: `bench`), found {first.kind[:40]!r}", "line 1"
        )
    if first.version != VERSION:
        raise ProfileError(path, f"expected {VERSION}, found {first.version}", "version")


def _lines(path: Path) -> Iterator[tuple[int, bytes, bool]]:
    """Give the lines of a file with their numbers, and whether each has its end. Raises ProfileError."""
    try:
        with path.open("rb") as stream:
            number = 0
            while line := stream.readline(LONGEST_LINE + 1):
                number += 1
                if len(line) > LONGEST_LINE:
                    raise ProfileError(path, f"expected at most {LONGEST_LINE} octets", f"line {number}")
                if line.strip():
                    yield number, line, line.endswith(b"\n")
    except OSError as error:
        raise ProfileError(path, f"cannot be read: {error.strerror or error}", "file") from None

"""The journal of a bench on disk: `events.jsonl` in its folder, from which `hanbench serve` replays a run.

One JSON object a line: first the state of the bench and of its nodes, then every event but frames, which the captures
have, and now and then all nodes anew. A line is written at once and whole: a bench that is killed loses none. The
files follow each other: `events.jsonl`, `events-00002.jsonl`, ...; each begins with a state, the oldest are removed.
"""

from __future__ import annotations

import re
from contextlib import suppress
from threading import RLock
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from hanbench.emulator.clock import SECOND
from hanbench.harness.case.calendar import Moment
from hanbench.harness.control.answers import BenchState
from hanbench.harness.control.bench_state import bench_state
from hanbench.harness.control.events import EVENTS, AnyBenchEvent, BenchEvent, Seconds
from hanbench.harness.control.node import NodeState
from hanbench.harness.files import OutputError, PiecewiseFile

if TYPE_CHECKING:
    from hanbench.harness.control.live_bench import LiveBench

VERSION = 1
"""Increased when a reader of the previous version could misread a line."""
NAME = re.compile(r"events(-(?P<number>\d{5}))?\.jsonl")
EVENTS_SIZE = 100_000_000
"""Octets that the files of one bench use at most."""
FILES = 5
NODES_EACH = 60 * SECOND
"""Shortest interval between two records of all nodes, of the bench's clock."""
LOOKS = 2
"""The same in looks: real seconds."""
MOST_EARLIER = 1_000
"""Number of events from before the file that it has."""


class FileBegun(Struct, frozen=True, tag_field="kind", tag="bench", omit_defaults=True):
    """The bench when a file begins, and again after lines could not be written. Times are those of `state`."""

    version: int
    state: BenchState
    nodes: tuple[NodeState, ...]
    captures: str
    """How the names of the files of its first capture begin."""


class NodesSeen(Struct, frozen=True, tag_field="kind", tag="nodes"):
    """All nodes, with what changes all the time: readings, counters, when they were heard."""

    clock: Seconds
    date: Moment
    frames: int
    """Transmissions so far."""
    nodes: tuple[NodeState, ...]


AnyLine = AnyBenchEvent | FileBegun | NodesSeen

_encoder = msgspec.json.Encoder()


def file_name(number: int) -> str:
    """Return the name of the file of a number, from 1."""
    return "events.jsonl" if number == 1 else f"events-{number:05}.jsonl"


class EventFile:
    """Writes the journal of one bench. `look` and `close` belong to the bench's thread."""

    def __init__(self, bench: LiveBench, size: int = EVENTS_SIZE) -> None:
        """Begin, and remove the files of an earlier run. Raises OutputError."""
        self._bench = bench
        self._of_each = size // FILES
        self._number = 1
        self._failure = ""
        """Why nothing can be written now; empty: it can."""
        self._looks = 0
        self._nodes_at = 0
        self._lock = RLock()
        for path in list(bench.folder.iterdir()):
            if NAME.fullmatch(path.name):
                with suppress(OSError):
                    path.unlink()
        self._stream = self._begun()
        earlier, _ = bench.journal.page(0, [kind for kind in EVENTS if kind != "frame"], MOST_EARLIER)
        for event in earlier:
            self._write(event)
        bench.journal.hooks.append(self._add)

    def _begun(self) -> PiecewiseFile:
        """Begin the file of the present number, with the state of the bench."""
        stream = PiecewiseFile(self._bench.folder / file_name(self._number), waiting=0)
        try:
            stream.write(_line(self._state()))
        except OutputError:
            stream.path.unlink(missing_ok=True)
            raise
        return stream

    def _state(self) -> FileBegun:
        bench = self._bench
        return FileBegun(VERSION, bench_state(bench), bench.node_states, bench.captures.stem)

    def _add(self, event: BenchEvent) -> None:
        """Write an event, in the thread that adds it to the journal."""
        with self._lock:
            if not self._failure:
                self._write(event)

    def _write(self, line: BenchEvent | FileBegun | NodesSeen) -> None:
        """Write a line. A full disk is told once; `look` tries again."""
        try:
            self._stream.write(_line(line))
        except OutputError as error:
            told, self._failure = self._failure, str(error)
            if not told:
                self._bench.log(f"events are not recorded: {error}; they are again as soon as there is room")

    def look(self) -> None:
        """Write all nodes now and then, and begin the next file if it is time. Call it once each real second."""
        with self._lock:
            if self._failure:
                self._resume()
            elif self._stream.octets >= self._of_each:
                self._rotate()
            else:
                self._look_at_nodes()

    def _resume(self) -> None:
        """Go on with a new state, if there is room again."""
        with suppress(OutputError):
            self._stream.write(_line(self._state()))
            self._failure = ""
            self._bench.log("events are recorded again")

    def _rotate(self) -> None:
        before = self._stream
        self._number += 1
        try:
            self._stream = self._begun()
        except OutputError:  # the present file grows until there is room for another
            self._number -= 1
            return
        before.close()
        with suppress(OSError):
            (self._bench.folder / file_name(self._number - FILES)).unlink(missing_ok=True)

    def _look_at_nodes(self) -> None:
        self._looks += 1
        now = self._bench.clock.now
        if self._looks >= LOOKS and now - self._nodes_at >= NODES_EACH:
            self._looks, self._nodes_at = 0, now
            street = self._bench.street
            nodes = self._bench.node_states
            self._write(NodesSeen(now / SECOND, street.calendar.date(now), street.medium.frames, nodes))

    def close(self) -> None:
        """End the file."""
        self._bench.journal.hooks.remove(self._add)
        self._stream.close()


def _line(line: BenchEvent | FileBegun | NodesSeen) -> bytes:
    return _encoder.encode(line) + b"\n"

"""The journal of a bench on disk: written as it happens, in a fixed room, and read back as the same events."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from hanbench.emulator.clock import PacedClock
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.control.bench_thread import BenchThread
from hanbench.harness.control.event_file import FILES, EventFile, file_name
from hanbench.harness.control.events import BenchEvent, FrameSeen, LogLine, NodeChanged, kind_of
from hanbench.harness.control.live_bench import LiveBench
from hanbench.harness.control.recorded import RecordedBench
from hanbench.harness.control.recorded_folder import read_folder
from hanbench.harness.control.requests import CheckRequest, InjectRequest, SpeedRequest

WAIT = 60.0
ANEW = ("seq",)
"""A replay numbers events anew, because it has more of them: the records of all nodes."""


def live(folder: Path) -> LiveBench:
    file = BenchFile.find("virtual")
    return LiveBench(file, assemble_street(file, PacedClock(3600), seed="1"), folder)


def replayed(folder: Path) -> RecordedBench:
    (run,) = read_folder(folder)
    return RecordedBench(run)


def events_of(bench: RecordedBench) -> list[BenchEvent]:
    found, _ = bench.journal.after(0, (), bench.journal.last)
    return found


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[BenchEvent]]:
    """The folder of a bench on which a dead gas meter was checked, and the events that a follower got meanwhile."""
    folder = tmp_path_factory.mktemp("bench")
    bench = BenchThread(live(folder))

    async def told() -> list[BenchEvent]:
        with bench.journal.follow(0, queued=100_000) as events:
            bench.start()
            await bench.perform(InjectRequest("battery-dead"))
            await bench.perform(CheckRequest())
            await bench.perform(SpeedRequest(60))
            bench.stop_soon()
            found: list[BenchEvent] = []
            while not found or kind_of(found[-1]) != "ended":
                found += await events.batch()
            return found

    try:
        return folder, asyncio.run(asyncio.wait_for(told(), WAIT))
    finally:
        bench.stop()


def plain(event: BenchEvent) -> dict[str, object]:
    return {name: value for name, value in msgspec.to_builtins(event).items() if name not in ANEW}


def test_a_replay_has_every_event_of_the_bench_in_its_order(story: tuple[Path, list[BenchEvent]]) -> None:
    folder, followed = story
    again = [event for event in events_of(replayed(folder)) if not snapshot(event)]
    assert [plain(event) for event in again] == [plain(event) for event in followed]
    assert sum(isinstance(event, FrameSeen) for event in again) > 400
    clocks = [event.clock for event in events_of(replayed(folder))]
    assert clocks == sorted(clocks)


def snapshot(event: BenchEvent) -> bool:
    """Whether an event of a replay comes from a record of all nodes: it names counters or readings as changed."""
    always = {
        "last_heard",
        "readings",
        "frame_counter",
        "drops",
        "mirror",
        "lqi",
        "lqi_back",
        "last_failure",
        "next_wake",
    }
    return isinstance(event, NodeChanged) and bool(always & set(event.changed))


def test_a_replay_begins_as_the_bench_began(story: tuple[Path, list[BenchEvent]]) -> None:
    bench = replayed(story[0])
    assert bench.state.replay is not None
    assert (bench.state.seed, bench.state.clock.clock, bench.state.faults) == ("1", 0.0, ())
    assert [node.name for node in bench.run.nodes] == ["hub", "esme", "gsme"]
    assert not any(node.powered for node in bench.run.nodes)
    assert bench.state.replay.ends == pytest.approx(story[1][-1].clock)
    assert bench.card.faults == ("battery-dead",)


def test_a_torn_last_line_is_told_and_the_rest_is_replayed(
    story: tuple[Path, list[BenchEvent]], tmp_path: Path
) -> None:
    lines = (story[0] / "events.jsonl").read_bytes()
    (tmp_path / "events.jsonl").write_bytes(lines[:-20])
    bench = replayed(tmp_path)
    assert bench.state.replay is not None
    assert "is cut short: the bench was killed as it wrote it" in bench.state.replay.detail
    last = msgspec.json.decode(lines.splitlines()[-2])
    assert (kind_of(events_of(bench)[-1]), events_of(bench)[-1].clock) == (last["kind"], last["clock"])


def test_the_events_files_use_no_more_than_their_room(tmp_path: Path) -> None:
    bench = live(tmp_path)
    record = EventFile(bench, size=50_000)
    for number in range(2_000):
        bench.journal.add(LogLine, text=f"line {number} {'x' * 100}")
        if not number % 10:
            record.look()
    record.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == FILES
    assert "events.jsonl" not in names
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 60_000
    again = [event.text for event in events_of(replayed(tmp_path)) if isinstance(event, LogLine)]
    assert again[-1].startswith("line 1999 ")
    assert [int(text.split()[1]) for text in again] == list(range(2_000 - len(again), 2_000))


def test_a_full_disk_is_one_event_and_recording_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = live(tmp_path)
    record = EventFile(bench)
    bench.journal.add(LogLine, text="before")

    def full(handle: int, octets: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        for _ in range(3):
            bench.journal.add(LogLine, text="lost")
            record.look()
    record.look()
    bench.journal.add(LogLine, text="after")
    record.close()
    told = [event.text for event in bench.journal.page(0, (), 100)[0] if isinstance(event, LogLine)]
    assert [text.split(":")[0] for text in told if text not in ("before", "lost", "after")] == [
        "events are not recorded",
        "events are recorded again",
    ]
    again = replayed(tmp_path)
    texts = [event.text for event in events_of(again) if isinstance(event, LogLine)]
    assert texts == ["before", "events are recorded again", "after"]
    assert again.state.replay is not None
    assert "were not recorded" in again.state.replay.detail


KILLED = """
import sys
from pathlib import Path
from hanbench.harness.control.event_file import EventFile
from hanbench.harness.control.events import LogLine
from tests.unit.control.test_event_file import live
bench = live(Path(sys.argv[1]))
EventFile(bench)
number = 0
while True:
    number += 1
    bench.journal.add(LogLine, text=str(number))
    print(number, flush=True)
"""


def test_a_bench_that_is_killed_loses_no_event_that_it_told(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = max(int(process.stdout.readline()) for _ in range(200))
    process.send_signal(signal.SIGKILL)
    process.wait(WAIT)
    process.stdout.close()
    texts = [event.text for event in events_of(replayed(tmp_path)) if isinstance(event, LogLine)]
    assert len(texts) >= told
    assert texts == [str(number + 1) for number in range(len(texts))]


def test_a_file_is_named_by_its_number() -> None:
    assert [file_name(1), file_name(2), file_name(12_345)] == [
        "events.jsonl",
        "events-00002.jsonl",
        "events-12345.jsonl",
    ]

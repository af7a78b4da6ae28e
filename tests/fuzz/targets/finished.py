"""Folders of finished runs: traces with captures, shards of a report, what an earlier run left, kept flash."""

from __future__ import annotations

import shutil
from hashlib import sha256
from pathlib import Path

import msgspec

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.harness.bench import flash_file
from hanbench.harness.bench.flash_file import FlashFileError
from hanbench.harness.control.recorded import RecordedBench
from hanbench.harness.control.recorded_folder import read_folder
from hanbench.harness.control.recorded_frames import Addresses, read_frames
from hanbench.harness.han.han import Han
from hanbench.harness.report.merge import merge, read_shards
from hanbench.harness.report.stale import StaleEvidence
from hanbench.profiles.errors import ProfileError
from tests.fuzz import trees
from tests.fuzz.home import SEED, START
from tests.fuzz.place import folder
from tests.fuzz.target import Target
from tests.support.han import home_settings

_NOTE = "nobody's"


def _emptied(name: str) -> Path:
    place = folder() / name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    return place


def _case(octets: bytes) -> None:
    """A trace beside a capture: a replay of it can be shown from its beginning to its end."""
    place = _emptied("case")
    (place / "trace.jsonl").write_bytes(octets)
    for run in read_folder(place):
        bench = RecordedBench(run)
        events, _ = bench.journal.page(0, (), 500)
        msgspec.json.encode((bench.state, bench.card, events, run.nodes))


def _frames(octets: bytes) -> None:
    """A capture of a run, with its keys before it: what is damaged is told, and the frames before it are shown."""
    place = _emptied("frames")
    keys, _, capture = octets.partition(b"\n\n")
    (place / "run.keys").write_bytes(keys)
    (place / "run.pcapng").write_bytes(capture)
    found = read_frames((place / "run.pcapng", place / "gone.pcapng"), Addresses({0x00124B0000000001: "hub"}), None)
    assert found.trouble
    for number in range(len(found.frames)):
        msgspec.json.encode(found.event(number, number + 1))


def _shards(octets: bytes) -> None:
    """Reports of two shards, and a page beside the first, joined: nothing is written but in the new folder."""
    place = _emptied("shards")
    one, two, out = place / "one", place / "two", place / "out"
    for shard in (one, two, out):
        shard.mkdir()
    for name in ("case.pcapng", "case.keys", "case.trace.jsonl"):
        (one / name).write_text(_NOTE)
    first, _, rest = octets.partition(b"\n\n")
    second, _, page = rest.partition(b"\n\n")
    (one / "report.json").write_bytes(first)
    (two / "report.json").write_bytes(second or first)
    (one / "report.html").write_bytes(page)
    merge(read_shards((one, two) if second else (one,)), out)
    assert {path.name for path in place.iterdir()} == {"one", "two", "out"}
    assert all(path.is_file() for path in out.iterdir())


def _stale(octets: bytes) -> None:
    """The report of an earlier run: files that are no evidence of its cases stay, and so do those elsewhere."""
    place = _emptied("stale")
    run = place / "run"
    run.mkdir()
    mine = (place / "case.pcapng", run / "notes.txt", run / "report.json")
    (run / "case.keys").write_text(_NOTE)
    for path in mine:
        path.write_bytes(octets)
    StaleEvidence(run).remove()
    assert all(path.exists() for path in mine)


def _flash(octets: bytes) -> None:
    """The flash of a bench, its digest told anew: its devices start from it and run, or it is refused."""
    digest = sha256(octets).hexdigest().encode()
    flash = flash_file.decode(b'{"version":1,"sha256":"%b","flash":%b}' % (digest, octets))
    clock = VirtualClock()
    han = Han(home_settings(seed=SEED), seed=SEED, start=START, clock=clock)
    flash_file.restore(flash, han)
    for device in han.devices:
        device.power_on()
    clock.run_for(2 * SECOND)
    flash_file.encode(flash_file.flash_of(han, flash.bench, 2))


TARGETS = (
    Target("finished.case", _case, (ProfileError,), 8192, trees.json_lines),
    Target("finished.frames", _frames, (), 4096),
    Target("finished.shards", _shards, (ProfileError,), 8192, trees.json_lines),
    Target("finished.stale", _stale, (), 2048, trees.json_text),
    Target("finished.flash", _flash, (FlashFileError,), 12288, trees.json_text),
)

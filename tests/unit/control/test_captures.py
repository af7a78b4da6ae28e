"""Captures of a bench that is kept: files that follow each other in a fixed room, and a disk that is full."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hanbench.emulator.radio.observers import Observers
from hanbench.harness.bench.kept_capture import FILES, CaptureFiles, files_of, is_of_capture
from hanbench.harness.capture import keyfile, read
from hanbench.harness.capture.keyfile import KeyRing
from hanbench.harness.capture.pcapng import DEFAULT_EPOCH
from hanbench.harness.control.captures import Captures

SIZE = 400_000
"""Octets of all captures; a file has 10,000 of them, and a frame some 100."""
BLOCK = 32 + 32 + 52
"""Octets of a frame's block: of the block itself (pcapng 4.3), of the TAP header, of the PSDU."""
PSDU = bytes.fromhex("6188") + bytes(50)


class Home:
    """A HAN whose frames a test makes, with its captures."""

    def __init__(self, folder: Path, size: int = SIZE) -> None:
        self.observers = Observers()
        self.frames = 0
        self.medium = self
        self.keys = KeyRing()
        self.calendar = SimpleNamespace(epoch=DEFAULT_EPOCH)
        self.clock = SimpleNamespace(now=0)
        self.told: list[str] = []
        self.folder = folder
        self.captures = Captures(cast("Any", self), folder, "home", CaptureFiles(size), self.told.append)

    def sniffed(self, _: object) -> tuple[float, int]:
        return -60.0, 200

    def send(self, number: int) -> None:
        for _ in range(number):
            self.frames += 1
            frame = SimpleNamespace(number=self.frames, end=self.frames * 1000, psdu=PSDU, channel=11)
            self.observers.see(cast("Any", frame))

    @property
    def used(self) -> int:
        return sum(each.stat().st_size for each in self.folder.glob("*.pcapng"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def full_disk(monkeypatch: pytest.MonkeyPatch, fits: int = 0) -> None:
    """Let `fits` more octets reach the disk: write(2) writes what fits, and fails with ENOSPC when nothing does."""

    def write(handle: int, octets: bytes) -> int:
        nonlocal fits
        if not fits:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = real(handle, octets[:fits])
        fits -= done
        return done

    real = os.write
    monkeypatch.setattr(os, "write", write)


def test_captures_use_no_more_of_the_disk_than_they_may(home: Home) -> None:
    home.captures.start()
    most = 0
    for _ in range(100):
        home.send(100)
        home.captures.flush()
        most = max(most, home.used)
    assert 0.9 * SIZE < most <= SIZE
    (state,) = home.captures.states
    assert (state.frames, state.octets) == (10_000, home.used)
    assert len(state.files) >= FILES - 2


def test_every_file_is_a_whole_capture_of_the_frames_that_it_names(home: Home) -> None:
    home.keys.add("network key", bytes(16))
    home.captures.start()
    home.send(1000)
    home.captures.close()
    (state,) = home.captures.states
    assert state.files[0].file == "home.pcapng"
    expected = state.files[0].first
    for each in state.files:
        frames = list(read(home.folder / each.file))
        first = int((DEFAULT_EPOCH.timestamp()) * 1_000_000) + each.first * 1000
        assert (each.first, len(frames), frames[0].time) == (expected, each.frames, first)
        assert [str(key.label) for key in keyfile.read(keyfile.beside(home.folder / each.file))] == ["network key"]
        expected += each.frames
    assert expected == 1001


def test_tshark_reads_each_file(home: Home) -> None:
    tshark = shutil.which("tshark")
    if tshark is None:
        pytest.skip("tshark is not installed")
    home.captures.start()
    home.send(250)
    home.captures.close()
    for each in home.captures.states[0].files:
        command = [tshark, "-r", str(home.folder / each.file), "-T", "fields", "-e", "frame.number"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
        assert done.stdout.split() == [str(number) for number in range(1, each.frames + 1)]


def test_captures_share_one_room_and_the_oldest_file_goes_first(home: Home) -> None:
    home.captures.start()
    home.send(2000)
    home.captures.start()
    home.send(3000)
    home.captures.flush()
    assert home.used <= SIZE
    main, other = home.captures.states
    assert main.files[0].first > 2000 - SIZE // 100
    assert sum(each.octets for each in (*main.files, *other.files)) == home.used


def test_a_capture_that_was_stopped_leaves_when_its_files_have_gone(home: Home) -> None:
    home.captures.start()
    other = home.captures.start()
    home.send(10)
    home.captures.stop(other)
    home.send(10_000)
    home.captures.start()
    assert other not in [each.id for each in home.captures.states]


def test_a_full_disk_is_one_event_and_the_capture_goes_on_when_there_is_room(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.captures.start()
    home.send(10)
    home.captures.flush()
    with monkeypatch.context() as patch:
        full_disk(patch, fits=250)
        home.send(20)
        for _ in range(3):
            home.captures.flush()
            home.send(1)
    assert [each.split(":")[0] for each in home.told] == ["the capture is suspended"]
    assert "No space left on device" in home.captures.states[0].detail
    home.captures.flush()
    home.send(5)
    home.captures.close()
    (state,) = home.captures.states
    assert home.told[1:] == [f"the capture goes on in home-00002.pcapng; {state.missing} frames are missing"]
    first, second = state.files
    assert [len(list(read(home.folder / each.file))) for each in state.files] == [first.frames, second.frames]
    assert first.frames == 10 + 250 // BLOCK
    assert first.frames + state.missing == 33
    assert (second.first, second.frames) == (34, 5)


def test_files_after_the_99999th_are_of_the_capture_too(tmp_path: Path) -> None:
    names = ["home.pcapng", "home-00002.pcapng", "home-99999.pcapng", "home-100000.pcapng"]
    for name in (*reversed(names), "home-0003.pcapng"):
        (tmp_path / name).write_bytes(b"")
    assert [each.name for each in files_of(tmp_path, "home")] == names
    assert [is_of_capture(name, "home") for name in (*names, "home-100000.keys", "home-0003.pcapng")] == [True] * 5 + [
        False
    ]


def test_a_new_run_removes_the_captures_of_the_run_before(tmp_path: Path) -> None:
    before = Home(tmp_path)
    before.captures.start()
    before.send(300)
    before.captures.close()
    (tmp_path / "home-notes.pcapng").write_bytes(b"")
    again = Home(tmp_path)
    again.captures.start()
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home-notes.pcapng", "home.pcapng"]

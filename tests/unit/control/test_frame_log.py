"""Frames of a kept bench: dissected when they are looked at, and what happens if that fails."""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import NoReturn

from hanbench.emulator.clock import HOUR, VirtualClock, run
from hanbench.emulator.radio import Transmission
from hanbench.emulator.radio.silent_station import SilentStation
from hanbench.harness.bench.bench_file import BenchFile
from hanbench.harness.bench.street import assemble_street
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.control.events import FrameSeen
from hanbench.harness.control.frame_log import FrameLog, KeptFrame
from hanbench.harness.control.journal import Journal
from hanbench.harness.frames.begun import Begun


def test_only_frames_that_are_looked_at_are_dissected() -> None:
    street = assemble_street(BenchFile.find("virtual"), VirtualClock())
    journal = Journal(street.calendar, lambda: street.clock.now)
    log = FrameLog(street, journal, 50)
    run(street.clock, street.begin(street.homes[0]))
    street.clock.run_for(HOUR)
    kept = list(log._frames.values())
    assert len(kept) == 50
    assert [frame.begun._found for frame in kept] == [None] * 50
    page = [event for event in journal.page(None, ("frame",), 3)[0] if isinstance(event, FrameSeen)]
    assert [frame.begun._found is not None for frame in kept] == [False] * 47 + [True] * 3
    assert [event.number for event in page] == [frame.transmission.number for frame in kept[-3:]]
    assert "unreadable" not in {event.name for event in page}


def test_a_dissection_that_fails_is_a_malformed_frame_and_ends_no_follower() -> None:
    def fails() -> NoReturn:
        raise IndexError("of a layer")

    transmission = Transmission(SilentStation("stranger", 15), b"\x41\x88", 0, 1)
    calendar = Calendar.starting(datetime(2022, 4, 4, tzinfo=UTC), 0)
    frame = KeptFrame(transmission, Begun(b"\x41\x88", None, fails, Lock()), calendar, "", None, None, 0)
    assert (frame.event.name, frame.event.line) == (
        "malformed",
        "Malformed: hanbench itself failed: IndexError: of a layer",
    )

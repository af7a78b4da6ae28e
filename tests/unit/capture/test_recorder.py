"""Recording: everything on the Air, in order, as the sniffer hears it."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanbench.emulator.clock import SECOND, VirtualClock
from hanbench.emulator.mac import frames
from hanbench.emulator.radio import Air, AirRadio, RadioConfig, Transmission
from hanbench.emulator.randomness import split
from hanbench.harness.capture import CapturedFrame, Recorder, read, recording

EPOCH = datetime(2022, 3, 14, tzinfo=UTC)


class Pair:
    """Two radios, two metres and ten metres from the sniffer; the first sends acknowledged frames to the second."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.air = Air(self.clock, split(seed, "air"))
        self.seen: list[Transmission] = []
        self.air.observers.append(self.seen.append)
        self.near, self.far = (
            AirRadio(self.air, self.clock, split(seed, name), name, place)
            for name, place in (("near", (2.0, 0.0)), ("far", (10.0, 0.0)))
        )
        for short, radio in enumerate((self.near, self.far)):
            radio.configure(RadioConfig(channel=20, pan_id=0x1A62, short_address=short))
            radio.listen(True)

    def send(self, sequence: int) -> None:
        psdu = frames.data(sequence, 0x1A62, 1, 0, b"payload", ack=True)
        self.near.transmit(psdu, lambda result: None)
        self.clock.run_for(SECOND)


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_every_transmission_is_a_frame_and_numbers_agree(pair: Pair, tmp_path: Path) -> None:
    with recording(pair.air, tmp_path / "a.pcapng", epoch=EPOCH) as recorder:
        for sequence in range(3):
            pair.send(sequence)
    captured = list(read(tmp_path / "a.pcapng"))
    assert recorder.skipped == 0
    assert [frame.psdu for frame in captured] == [sent.psdu for sent in pair.seen]
    assert [sent.number for sent in pair.seen] == [1, 2, 3, 4, 5, 6]
    start = int(EPOCH.timestamp()) * SECOND
    assert [frame.time - start for frame in captured] == [sent.end for sent in pair.seen]


def test_signal_strength_is_that_at_the_sniffer(pair: Pair, tmp_path: Path) -> None:
    with recording(pair.air, tmp_path / "a.pcapng"):
        pair.send(0)
        pair.near.position = (40.0, 0.0)
        pair.send(1)
    data, ack, moved, _ = read(tmp_path / "a.pcapng")
    assert {data.channel, ack.channel, moved.channel} == {20}
    # The far radio acknowledges: it is weaker at the sniffer by 30 log10(10 / 2) dB.
    assert data.rssi is not None
    assert ack.rssi == pytest.approx(data.rssi - 20.97, abs=0.01)
    assert moved.rssi == pytest.approx(data.rssi - 39.03, abs=0.01)
    assert data.lqi is not None
    assert ack.lqi is not None
    assert data.lqi > ack.lqi


def test_notes_go_on_the_next_frame_only(pair: Pair, tmp_path: Path) -> None:
    with recording(pair.air, tmp_path / "a.pcapng") as recorder:
        recorder.note("check 1 begins")
        recorder.note("fault: out of range")
        pair.send(0)
    assert [frame.comment for frame in read(tmp_path / "a.pcapng")] == ["check 1 begins\nfault: out of range", ""]


def test_a_late_recorder_says_how_many_frames_it_missed(pair: Pair, tmp_path: Path) -> None:
    pair.send(0)
    with recording(pair.air, tmp_path / "a.pcapng") as recorder:
        pair.send(1)
    pair.send(2)
    captured = list(read(tmp_path / "a.pcapng"))
    late = pair.seen[recorder.skipped : recorder.skipped + len(captured)]
    assert recorder.skipped == 2
    assert [frame.psdu for frame in captured] == [sent.psdu for sent in late]


def test_a_run_that_fails_leaves_a_whole_capture(pair: Pair, tmp_path: Path) -> None:

    def run() -> None:
        with recording(pair.air, tmp_path / "a.pcapng"):
            pair.send(0)
            raise RuntimeError("the run fails")

    with pytest.raises(RuntimeError, match="the run fails"):
        run()
    assert len(list(read(tmp_path / "a.pcapng"))) == 2


def test_one_seed_gives_one_capture_and_another_seed_another() -> None:
    def capture(seed: int) -> bytes:
        stream = io.BytesIO()
        pair = Pair(seed)
        Recorder(pair.air, stream)
        for sequence in range(5):
            pair.send(sequence)
        return stream.getvalue()

    assert capture(1) == capture(1)
    assert capture(1) != capture(2)


def test_a_frame_knows_nothing_of_how_it_was_cached(pair: Pair, tmp_path: Path) -> None:
    """Two frames of one sender, the sniffer moved between them: each is as heard at its time."""
    with recording(pair.air, tmp_path / "a.pcapng"):
        pair.send(0)
        pair.air.sniffer = (10.0, 0.0)
        pair.send(1)
    first, _, second, _ = read(tmp_path / "a.pcapng")
    assert isinstance(first, CapturedFrame)
    assert first.rssi is not None
    assert second.rssi is not None
    assert first.rssi - second.rssi == pytest.approx(18.06, abs=0.01)  # 30 log10(8 / 2)

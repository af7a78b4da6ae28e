"""The frames of a finished run: read from its capture files, and dissected when they are looked at."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.harness.bench.kept_capture import NUMBERED
from hanbench.harness.capture import CaptureError, keyfile, read
from hanbench.harness.case.calendar import Calendar
from hanbench.harness.control.events import FrameSeen
from hanbench.harness.control.node import NodeState
from hanbench.harness.frames.dissected import Dissected
from hanbench.harness.frames.dissector import Dissector
from hanbench.profiles.errors import ProfileError

MOST_FRAMES = 50_000
"""Number of frames that a replay keeps: the latest ones."""
LARGEST_FILE = 300_000_000
"""Octets."""
LARGEST_KEY_FILE = 1_000_000
LATEST = 7_258_118_400_000_000
"""The latest time of a frame, microseconds since 1970: the year 2200."""
LEARNED_FROM = 2_000
"""Number of frames from which short addresses are learned."""
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMBER = re.compile(rf"{re.escape(NUMBERED)} (\d{{1,15}})")


@dataclass(frozen=True, slots=True)
class RecordedFrame:
    """One frame of a capture."""

    number: int
    """Its number among those of the bench."""
    time: int
    """Microseconds since 1970."""
    psdu: bytes
    lqi: int | None
    channel: int


@dataclass
class Addresses:
    """The names of devices by their addresses."""

    by_ieee: dict[int, str] = field(default_factory=dict)
    by_short: dict[tuple[int, int], str] = field(default_factory=dict)
    """By PAN ID and short address."""

    def add(self, node: NodeState) -> None:
        """Learn the addresses of a node."""
        self.by_ieee[int(node.ieee, 16)] = node.name
        if node.pan is not None and node.short is not None:
            self.by_short[int(node.pan, 16), int(node.short, 16)] = node.name

    def learn(self, psdu: bytes) -> None:
        """Learn the short address of the device that has secured a frame under its EUI-64 (Zigbee R22, 4.5.1)."""
        with suppress(RemoteProtocolError):
            frame = mac.decode(psdu)
            if frame.type == mac.DATA and frame.src_mode == mac.SHORT and frame.src_pan is not None:
                name = self.by_ieee.get(nwk.decode(frame.payload).sender_ieee)
                if name is not None and frame.src is not None:
                    self.by_short[frame.src_pan, frame.src] = name

    def ends(self, psdu: bytes) -> tuple[str | None, str | None]:
        """Return the devices at both ends of a hop, as far as they are known."""
        try:
            frame = mac.decode(psdu)
        except RemoteProtocolError:
            return None, None
        source = self._named(frame.src_pan, frame.src, frame.src_mode)
        return source, self._named(frame.dst_pan, frame.dst, frame.dst_mode)

    def _named(self, pan: int | None, address: int | None, mode: int) -> str | None:
        if address is None or pan is None:
            return None
        return self.by_short.get((pan, address)) if mode == mac.SHORT else self.by_ieee.get(address)


@dataclass
class RecordedFrames:
    """The frames of one run, in their order."""

    frames: Sequence[RecordedFrame] = ()
    keys: Sequence[keyfile.CaptureKey] = ()
    names: Addresses = field(default_factory=Addresses)
    calendar: Calendar = field(default_factory=lambda: Calendar(_UNIX))
    trouble: str = ""
    """Why frames are missing that a file should have; empty: none is."""
    _dissect: Dissector = field(init=False)
    _places: Mapping[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._dissect = Dissector(self.keys)
        self._places = {frame.number: place for place, frame in enumerate(self.frames)}
        for frame in self.frames[:LEARNED_FROM]:
            self.names.learn(frame.psdu)

    def clock(self, place: int) -> int:
        """Return the time of the bench's clock at which a frame ended, microseconds."""
        return self.calendar.clock(_UNIX + self.frames[place].time * _MICROSECOND)

    def place(self, number: int) -> int | None:
        """Return the place of the frame of this number; None: it is not there."""
        return self._places.get(number)

    def dissected(self, place: int) -> Dissected:
        """Return a frame layer by layer."""
        return self._dissect(self.frames[place].psdu)

    def event(self, place: int, seq: int) -> FrameSeen:
        """Return a frame as the event of this number."""
        frame, found, time = self.frames[place], self.dissected(place), self.clock(place)
        sender, receiver = self._ends(place)
        return FrameSeen(
            seq=seq,
            clock=time / SECOND,
            date=self.calendar.date(time),
            number=frame.number,
            channel=frame.channel,
            sender=sender,
            receiver=receiver,
            name=found.name,
            line=found.line,
            cluster=found.cluster,
            octets=len(frame.psdu),
            lqi=frame.lqi,
        )

    def _ends(self, place: int) -> tuple[str | None, str | None]:
        """Return sender and receiver; an acknowledgement has no addresses and follows its frame."""
        psdu = self.frames[place].psdu
        if place and psdu and psdu[0] & 7 == mac.ACK:
            sender, receiver = self.names.ends(self.frames[place - 1].psdu)
            return receiver, sender
        return self.names.ends(psdu)


def read_frames(paths: Sequence[Path], names: Addresses, calendar: Calendar | None) -> RecordedFrames:
    """Read the files of one capture, the oldest first; a damaged or missing one gives the frames before the damage.

    `calendar`: of the bench; None: its clock begins with the first frame.
    """
    kept: deque[RecordedFrame] = deque()
    troubles: list[str] = []
    for path in reversed(paths):
        if len(kept) >= MOST_FRAMES:
            break
        found, trouble = _frames_in(path)
        kept.extendleft(reversed(found))
        if trouble:
            troubles.append(trouble)
    while len(kept) > MOST_FRAMES:
        kept.popleft()
    if calendar is None:
        calendar = Calendar(_UNIX + (kept[0].time if kept else 0) * _MICROSECOND)
    return RecordedFrames(tuple(kept), _keys(paths, troubles), names, calendar, "; ".join(reversed(troubles)))


def _frames_in(path: Path) -> tuple[list[RecordedFrame], str]:
    """Return the latest frames of a file, and what is wrong with it."""
    found: deque[RecordedFrame] = deque(maxlen=MOST_FRAMES)
    trouble, number = "", 0
    try:
        if path.stat().st_size > LARGEST_FILE:
            return [], f"{path.name}: longer than {LARGEST_FILE} octets: not read"
        for frame in read(path):
            if not number:
                told = _NUMBER.match(frame.comment)
                number = int(told[1]) - 1 if told else 0
            number += 1
            if frame.time > LATEST:
                trouble = f"{path.name}: frame {number}: its time is after the year 2200"
                break
            found.append(RecordedFrame(number, frame.time, frame.psdu, frame.lqi, frame.channel or 0))
    except CaptureError as error:
        trouble = f"{path.name}: {error.place}: {error.problem}"
    except (OSError, OverflowError) as error:
        trouble = f"{path.name}: {getattr(error, 'strerror', None) or error}"
    return list(found), trouble


def _keys(paths: Iterable[Path], troubles: list[str]) -> tuple[keyfile.CaptureKey, ...]:
    """Return the keys beside the files of a capture, each once."""
    keys: dict[bytes, keyfile.CaptureKey] = {}
    for path in paths:
        file = keyfile.beside(path)
        try:
            small = file.exists() and file.stat().st_size <= LARGEST_KEY_FILE
            for key in keyfile.read(file) if small else ():
                keys.setdefault(key.octets, key)
        except CaptureError as error:
            troubles.append(f"{file.name}: {error.place}: {error.problem}")
        except ProfileError as error:
            troubles.append(f"{file.name}: {error.problem}")
        except OSError as error:
            troubles.append(f"{file.name}: {error.strerror or error}")
    return tuple(keys.values())

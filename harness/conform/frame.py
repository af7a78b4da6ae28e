"""Frames on the air as cases see them, and patterns of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac.frames import MacFrame
from hanbench.emulator.radio import Transmission
from hanbench.emulator.zcl import foundation
from hanbench.emulator.zcl import frame as zcl
from hanbench.emulator.zcl.frame import GLOBAL, ZclFrame
from hanbench.emulator.zigbee.aps.frames import ApsFrame
from hanbench.emulator.zigbee.nwk.frames import NwkFrame
from hanbench.harness.case.pattern import FramePattern, ObservedFrame
from hanbench.harness.conform.result import Evidence
from hanbench.harness.frames import Dissected

Where = Callable[["Frame"], bool]
REPEATED_WITHIN = 60 * SECOND
"""Time from a frame of the APS to its repetition, at most, microseconds."""


class Frame:
    """One frame on the air. Decoded with the keys of the bench; nothing of it comes from the device but octets."""

    def __init__(self, number: int, transmission: Transmission, observed: ObservedFrame, found: Dissected) -> None:
        """`number`: in the order of the air, from 1."""
        self.number = number
        self.transmission = transmission
        self.psdu = transmission.psdu
        self.time = transmission.end
        """When it ended, microseconds of the bench's clock."""
        self.channel = transmission.channel
        self.observed = observed
        self.found = found

    def __repr__(self) -> str:
        return f"#{self.number} {self.found.line}"

    @property
    def name(self) -> str:
        return self.found.name

    @property
    def seconds(self) -> float:
        """When it ended, seconds of the bench's clock."""
        return self.time / SECOND

    @property
    def mac(self) -> MacFrame | None:
        return self.found.parts.mac

    @property
    def nwk(self) -> NwkFrame | None:
        return self.found.parts.nwk

    @property
    def aps(self) -> ApsFrame | None:
        return self.found.parts.aps

    @property
    def message(self) -> Any:
        """The innermost message; None: it is malformed or unknown. A case knows its type from the frame's name."""
        return self.found.parts.message

    @cached_property
    def zcl(self) -> ZclFrame | None:
        """The ZCL frame in it."""
        if self.found.zcl is None:
            return None
        try:
            return zcl.decode(self.found.zcl[1])
        except RemoteProtocolError:
            return None

    @property
    def is_answer(self) -> bool:
        """Whether it may answer a request: it is a general response, or a command of a cluster."""
        header = self.zcl
        return header is not None and (header.frame_type != GLOBAL or header.command in foundation.RESPONSES)

    def answers(self, tsn: int) -> bool:
        """Whether it answers a request with this transaction number.

        A report, or a request of its own, may have the same number by chance: each side counts for itself.
        """
        return self.zcl is not None and self.zcl.tsn == tsn and self.is_answer

    @property
    def secured(self) -> bool:
        """Under a link key."""
        return self.aps is not None and self.aps.secured

    @property
    def counter(self) -> int | None:
        """The NWK frame counter; None: no NWK security."""
        return self.nwk.counter if self.nwk is not None and self.nwk.secured else None

    def evidence(self) -> Evidence:
        """The frame for a report. Keys in it are redacted."""
        sender, receiver = self.observed.sender or "unknown", self.observed.receiver or "unknown"
        return Evidence(self.number, self.seconds, sender, receiver, self.found.line, self.found.layers)


@dataclass(frozen=True, slots=True)
class Expected:
    """A pattern of frames: a `FramePattern`, and a condition on the frame with its words."""

    pattern: FramePattern
    where: Where | None = None
    that: str = ""
    """The condition in words: `under the link key`."""

    def matches(self, frame: Frame) -> bool:
        """Return whether a frame belongs to the set."""
        return self.pattern.matches(frame.observed) and (self.where is None or self.where(frame))

    @property
    def words(self) -> str:
        """The pattern in words."""
        return f"{self.pattern.words} {self.that}".rstrip()


def once(frames: Iterable[Frame]) -> list[Frame]:
    """Return the frames without their repetitions by the MAC, which are the same octets, and by the APS, which have
    the same APS counter. After a minute a counter is that of another frame: it has 256 values."""
    last: dict[tuple[int, int, int], Frame] = {}
    found: list[Frame] = []
    for frame in frames:
        if frame.nwk is None or frame.aps is None:
            continue
        key = (frame.nwk.src, frame.aps.counter, frame.aps.cluster)
        before = last.get(key)
        last[key] = frame
        if before is None or frame.time - before.time > REPEATED_WITHIN:
            found.append(frame)
    return found

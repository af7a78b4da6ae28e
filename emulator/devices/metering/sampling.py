"""Sampling sessions: consumption in intervals that a client chooses (SE 1.4a, D.3.3.3.1.8 and 9)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.zcl.cluster_instance import CommandAnswer, Handler, on
from hanbench.emulator.zcl.clusters.metering import (
    NOW,
    GetSampledData,
    GetSampledDataResponse,
    SampleType,
    StartSampling,
    StartSamplingResponse,
)
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication

SESSIONS = 4
"""At a time."""
MOST_SAMPLES = 336
"""In a session: a week of half hours."""
REFUSED = 0xFFFF
"""Sample identifier in the answer to a StartSampling that was refused."""
CANCEL = 0xFFFFFFFF
"""Start time of a StartSampling that cancels the session of the same issuer event identifier."""
UNKNOWN = 0xFFFFFF
"""A sample that the meter did not take, for want of power."""
LARGEST = UNKNOWN - 1
LATENESS = 1
"""Seconds after an interval's end in which a reading still counts for it; rounding makes them."""


@dataclass(slots=True)
class SamplingSession:
    """A sampling session; kept in flash."""

    sample_id: int
    issuer_event_id: int
    start: int
    """UTC seconds."""
    interval: int
    """Seconds."""
    maximum: int
    """Samples; there is one reading more."""
    readings: list[int | None] = field(default_factory=list)
    """Of the register at the start and at each interval's end; None where it was missed."""

    @property
    def done(self) -> bool:
        return len(self.readings) > self.maximum

    @property
    def due(self) -> int:
        """Time of the next reading, UTC seconds."""
        return self.start + self.interval * len(self.readings)

    def samples(self, earliest: int, number: int) -> tuple[int, list[int]]:
        """Start of the first sample, and up to `number` samples that begin at `earliest` or later."""
        first = max(0, -(-(earliest - self.start) // self.interval))
        pairs = zip(self.readings[first:], self.readings[first + 1 :], strict=False)
        samples = [UNKNOWN if a is None or b is None else min(b - a, LARGEST) for a, b in pairs]
        return self.start + self.interval * first, samples[:number]


@dataclass(slots=True)
class SamplingFlash:
    """What `Sampling` keeps."""

    sessions: dict[int, SamplingSession] = field(default_factory=dict)
    """By sample identifier."""


class Sampling:
    """A meter's sampling sessions; those in flash go on after a power cut.

    `read()` is what the register has counted until now; it does not roll over.
    """

    def __init__(self, clock: Clock, utc: Callable[[], int], flash: SamplingFlash, read: Callable[[], int]) -> None:
        self._clock = clock
        self._utc = utc
        self._read = read
        self._sessions = flash.sessions
        self.handlers: tuple[Handler, ...] = (
            on(StartSampling, self._start_sampling),
            on(GetSampledData, self._get_sampled_data),
        )
        for session in self._sessions.values():
            self._schedule(session)

    @property
    def sessions(self) -> tuple[SamplingSession, ...]:
        """The sessions that run or still hold their samples, the oldest first."""
        return tuple(self._sessions.values())

    def _start_sampling(self, request: StartSampling, indication: Indication) -> CommandAnswer:
        running = [each for each in self.sessions if each.issuer_event_id == request.issuer_event_id]
        if request.start_sampling_time == CANCEL:
            return self._cancel(running)
        self._cancel(running)
        if not self._possible(request) or not self._make_room():
            return StartSamplingResponse(REFUSED)
        session = SamplingSession(
            max(self._sessions, default=0) + 1,
            request.issuer_event_id,
            self._utc() if request.start_sampling_time == NOW else request.start_sampling_time,
            request.sample_request_interval,
            min(request.max_number_of_samples, MOST_SAMPLES),
        )
        self._sessions[session.sample_id] = session
        self._take(session)
        return StartSamplingResponse(session.sample_id)

    def _possible(self, request: StartSampling) -> bool:
        start = request.start_sampling_time
        known = request.sample_type == SampleType.CONSUMPTION_DELIVERED
        some = request.sample_request_interval > 0 and request.max_number_of_samples > 0
        return known and some and (start == NOW or start >= self._utc())

    def _cancel(self, sessions: list[SamplingSession]) -> Status:
        for session in sessions:
            del self._sessions[session.sample_id]
        return Status.SUCCESS if sessions else Status.NOT_FOUND

    def _make_room(self) -> bool:
        """Drop the oldest finished session if there is no room for another one; False: no session is finished."""
        if len(self._sessions) < SESSIONS:
            return True
        finished = [each for each in self.sessions if each.done]
        return self._cancel(finished[:1]) == Status.SUCCESS

    def _schedule(self, session: SamplingSession) -> None:
        if not session.done:
            self._clock.call_later(max(0, session.due - self._utc()) * SECOND, self._take, session)

    def _take(self, session: SamplingSession) -> None:
        """Take the readings that are due; those missed without power stay unknown."""
        if self._sessions.get(session.sample_id) is not session:
            return
        now = self._utc()
        while not session.done and session.due <= now:
            session.readings.append(self._read() if now - session.due <= LATENESS else None)
        self._schedule(session)

    def _get_sampled_data(self, request: GetSampledData, indication: Indication) -> CommandAnswer:
        session = self._sessions.get(request.sample_id)
        if session is None or request.sample_type != SampleType.CONSUMPTION_DELIVERED:
            return Status.NOT_FOUND
        start, samples = session.samples(request.earliest_sample_time, request.number_of_samples)
        if not samples:
            return Status.NOT_FOUND
        return GetSampledDataResponse(
            session.sample_id, start, SampleType.CONSUMPTION_DELIVERED, session.interval, tuple(samples)
        )

"""Probe of a serial port: an RCP, which is tried out; a device of another kind; or no answer."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from hanbench.emulator.clock import MILLISECOND, SECOND, Clock
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import PropertyId
from hanbench.hardware.errors import NoAnswerError, PortUnavailableError, UnfitFirmwareError
from hanbench.hardware.exercises import Exerciser, ExerciseResult
from hanbench.hardware.handshake import get, identify_rcp, says_it_restarted
from hanbench.hardware.identity import RcpIdentity
from hanbench.hardware.serial_port import SerialPort, target
from hanbench.hardware.strangers import QUESTIONS, PortAnswer, Question, recognise
from hanbench.hardware.transactions import Transactions
from hanbench.profiles.firmware import findings

SPINEL_BAUDS = (460_800, 115_200, 1_000_000)
OTHER_BAUD = 115_200
RESET_WAIT, ANSWER_WAIT = 700 * MILLISECOND, 300 * MILLISECOND
OTHER_WAIT = 0.8
"""Seconds in which a device of another kind must answer; EZSP ones restart first."""
RESTARTS_WAIT = 3.0
"""Seconds in which a device that announces restarts, and answers nothing, may announce another one."""
ROUND_TRIPS = 20
MOST_HEARD = 4_096
NOTHING_TO_DO = "nothing to do"


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Round-trip time of a command and its answer, milliseconds."""

    median: float
    worst: float


@dataclass(frozen=True, slots=True)
class DongleUse:
    """A role that a dongle can fill, with the longest round trip, in milliseconds, that the role permits."""

    name: str
    worst_ms: float
    why: str


ROLES = (
    DongleUse(
        "hub", 10.0, "a sleeping gas meter listens for 31.8 ms after its poll; two frames pass the line in that time"
    ),
    DongleUse("esme", 100.0, "peers wait ten seconds for its answers"),
    DongleUse("gsme", 100.0, "it switches its receiver on before it polls"),
    DongleUse("sniffer", 1000.0, "frames carry the time of the radio"),
)


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """The result of a probe of one port."""

    url: str
    kind: PortAnswer
    advice: str
    """The next step for the user, or a note that none is needed."""
    baud: int | None = None
    identity: RcpIdentity | None = None
    round_trip: RoundTrip | None = None
    exercises: tuple[ExerciseResult, ...] = ()

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the roles that the dongle can fill."""
        if self.kind is not PortAnswer.RCP or self.round_trip is None or self.identity is None:
            return ()
        if any(self.identity.shortcomings()):
            return ()
        blocked = frozenset[str]().union(*(result.blocks for result in self.exercises))
        return tuple(role.name for role in ROLES if self.round_trip.worst <= role.worst_ms and role.name not in blocked)


async def probe(url: str, clock: Clock) -> ProbeResult:
    """Restart, identify and try out the device at `url`; takes seconds. Raises no errors: they become a ProbeResult."""
    try:
        for baud in SPINEL_BAUDS if "://" not in target(url) else SPINEL_BAUDS[:1]:
            finding = await _SpinelProbe(url, clock, baud).run()
            if finding is not None:
                return finding
        heard: list[tuple[Question, bytes]] = []
        for question in QUESTIONS:
            heard.append((question, await _answer(url, question)))
            if question.recognises(heard[-1][1]):
                break
    except PortUnavailableError as error:
        return ProbeResult(url, PortAnswer.CLOSED, str(error))
    kind, advice = recognise(heard)
    return ProbeResult(url, kind, advice, OTHER_BAUD if kind in (PortAnswer.EZSP, PortAnswer.ZNP) else None)


class _SpinelProbe:
    """One attempt to find an RCP, at one baud rate."""

    def __init__(self, url: str, clock: Clock, baud: int) -> None:
        self._url = url
        self._baud = baud
        self._port = SerialPort(url, baud=baud)
        self._line = Transactions(clock, self._port.write)
        self._line.unsolicited = self._notified
        self._port.received = self._line.feed
        self._restarts: list[float] = []
        """Times of the restarts that the device announced, seconds."""

    async def run(self) -> ProbeResult | None:
        """Return what was found; None: no device speaks Spinel here. Raises PortUnavailableError."""
        await self._port.open()
        try:
            return await self._examine()
        except NoAnswerError:
            return await self._restarting()
        except UnfitFirmwareError as error:
            return ProbeResult(self._url, PortAnswer.RCP, str(error), self._baud)
        finally:
            self._port.close()
            self._line.abandon()

    def _notified(self, frame: SpinelFrame) -> None:
        if says_it_restarted(frame):
            self._restarts.append(time.monotonic())

    async def _examine(self) -> ProbeResult:
        identity = await identify_rcp(self._line, self._url, int, reset_wait=RESET_WAIT, wait=ANSWER_WAIT)
        announced = len(self._restarts)
        trips = [await _round_trip(self._line) for _ in range(ROUND_TRIPS)]
        answered = [trip for trip in trips if trip is not None]
        troubles = [*identity.shortcomings(), *identity.regrets()]
        round_trip = None
        exercises: list[ExerciseResult] = []
        if len(answered) < ROUND_TRIPS:
            unanswered = ROUND_TRIPS - len(answered)
            troubles.append(f"{unanswered} of {ROUND_TRIPS} commands got no answer: check cable and baud rate")
        else:
            round_trip = RoundTrip(round(statistics.median(answered), 2), round(max(answered), 2))
            troubles += _too_slow_for(round_trip)
            if not any(identity.shortcomings()):
                exercises = await Exerciser(self._line).run()
        # What was tried and failed says more than what is known of the build.
        troubles += list(_troubles_of(exercises)) or _known_trouble(identity)
        restarts = len(self._restarts) - announced
        if restarts:
            troubles.append(f"it restarted by itself during the examination ({restarts} times): check its power")
            round_trip = None
        advice = "; ".join(troubles) or NOTHING_TO_DO
        return ProbeResult(self._url, PortAnswer.RCP, advice, self._baud, identity, round_trip, tuple(exercises))

    async def _restarting(self) -> ProbeResult | None:
        """Return what there is to say about a device that announces restarts, and answers nothing."""
        if not self._restarts:
            return None
        await asyncio.sleep(RESTARTS_WAIT)
        if len(self._restarts) < 2:
            advice = "it announced a restart, and answers nothing: unplug it and plug it in, or flash it again"
        else:
            pause = (self._restarts[-1] - self._restarts[0]) / (len(self._restarts) - 1)
            advice = (
                f"it restarts every {pause:.1f} s: try another USB port without a hub in between, then flash it again"
                " (hardware/flashing.md)"
            )
        return ProbeResult(self._url, PortAnswer.RESTARTING, advice, self._baud)


def _known_trouble(identity: RcpIdentity) -> list[str]:
    """Return the first fault that is known of a build, if any."""
    bad = (build for build in findings(identity.version, identity.built) if not build.good)
    return [f"known build: {build.finding}" for build in bad][:1]


def _troubles_of(exercises: Iterable[ExerciseResult]) -> Iterator[str]:
    for result in exercises:
        if result.trouble is not None:
            yield f"it {result.trouble}" + ("" if result.blocks else "; hanbench works around that")


def _too_slow_for(round_trip: RoundTrip) -> Iterator[str]:
    for role in ROLES:
        if round_trip.worst > role.worst_ms:
            yield f"too slow for {role.name} ({round_trip.worst:g} ms, at most {role.worst_ms:g} ms): {role.why}"


async def _round_trip(line: Transactions) -> float | None:
    start = time.perf_counter()
    frame = await get(line, PropertyId.PROTOCOL_VERSION, SECOND)
    return None if frame is None else (time.perf_counter() - start) * 1000


async def _answer(url: str, question: Question) -> bytes:
    """Return the octets that come back for a question, until it recognises its answer or the time is up."""
    port = SerialPort(url, baud=OTHER_BAUD)
    heard = bytearray()
    done = asyncio.Event()

    def received(octets: bytes) -> None:
        heard.extend(octets[:1024])
        if question.recognises(bytes(heard)) or len(heard) > MOST_HEARD:
            done.set()

    port.received = received
    port.ended = lambda reason: done.set()
    await port.open()
    try:
        port.write(question.octets)
        async with asyncio.timeout(OTHER_WAIT):
            await done.wait()
    except TimeoutError:
        pass
    finally:
        port.close()
    return bytes(heard)

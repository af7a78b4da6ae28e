"""Probe of a serial port: an RCP, a co-processor of another kind, or no answer.

An EZSP or ZNP co-processor has its own network layer in firmware and hides the frames: hanbench cannot use it as a
radio until the user flashes RCP firmware (hardware/flashing.md).
"""

from __future__ import annotations

import asyncio
import statistics
import time
from binascii import crc_hqx
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import xor

from hanbench.emulator.clock import MILLISECOND, SECOND, Clock
from hanbench.emulator.radio.spinel.ids import PropertyId
from hanbench.hardware.errors import NoAnswerError, PortUnavailableError, UnfitFirmwareError
from hanbench.hardware.handshake import get, identify_rcp
from hanbench.hardware.identity import RcpIdentity
from hanbench.hardware.serial_port import SerialPort, target
from hanbench.hardware.transactions import Transactions

SPINEL_BAUDS = (460_800, 115_200, 1_000_000)
OTHER_BAUD = 115_200
RESET_WAIT, ANSWER_WAIT = 700 * MILLISECOND, 300 * MILLISECOND
OTHER_WAIT = 0.8
"""Seconds in which an EZSP or ZNP co-processor must answer; EZSP ones restart first."""
ROUND_TRIPS = 20
CANCEL, ASH_RESET = b"\x1a", b"\xc0\x38\xbc\x7e"
ASH_RESET_ACK, ASH_VERSION, ASH_FLAG = 0xC1, 0x02, b"\x7e"
ZNP_PING = b"\xfe\x00\x21\x01\x20"
ZNP_START, ZNP_PING_ANSWER = 0xFE, b"\x61\x01"
REFLASH = "not usable: it hides the frames; flash RCP firmware (hardware/flashing.md)"


class PortAnswer(StrEnum):
    """The kind of device that answers at a port."""

    RCP = "RCP"
    EZSP = "EZSP co-processor"
    ZNP = "ZNP co-processor"
    SILENT = "silent"
    CLOSED = "cannot be opened"


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

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the roles that the dongle can fill."""
        if self.kind is not PortAnswer.RCP or self.round_trip is None or self.identity is None:
            return ()
        if any(self.identity.shortcomings()):
            return ()
        return tuple(role.name for role in ROLES if self.round_trip.worst <= role.worst_ms)


async def probe(url: str, clock: Clock) -> ProbeResult:
    """Restart and identify the device at `url`; takes seconds. Raises no errors: they become a ProbeResult."""
    for baud in SPINEL_BAUDS if "://" not in target(url) else SPINEL_BAUDS[:1]:
        try:
            finding = await _spinel(url, clock, baud)
        except PortUnavailableError as error:
            return ProbeResult(url, PortAnswer.CLOSED, str(error))
        if finding is not None:
            return finding
    for kind, question, recognised in (
        (PortAnswer.ZNP, ZNP_PING, is_znp_answer),
        (PortAnswer.EZSP, CANCEL + ASH_RESET, is_ash_reset_ack),
    ):
        try:
            answer = await _answer(url, question, recognised)
        except PortUnavailableError as error:
            return ProbeResult(url, PortAnswer.CLOSED, str(error))
        if recognised(answer):
            return ProbeResult(url, kind, REFLASH, OTHER_BAUD)
    return ProbeResult(url, PortAnswer.SILENT, "no answer: it may be in its bootloader, or not a co-processor")


async def _spinel(url: str, clock: Clock, baud: int) -> ProbeResult | None:
    port = SerialPort(url, baud=baud)
    line = Transactions(clock, port.write)
    port.received = line.feed
    await port.open()
    try:
        identity = await identify_rcp(line, url, int, reset_wait=RESET_WAIT, wait=ANSWER_WAIT)
        trips = [await _round_trip(line) for _ in range(ROUND_TRIPS)]
    except NoAnswerError:
        return None
    except UnfitFirmwareError as error:
        return ProbeResult(url, PortAnswer.RCP, str(error), baud)
    finally:
        port.close()
        line.abandon()
    advice = "; ".join(identity.shortcomings()) or "; ".join(identity.regrets()) or "nothing to do"
    answered = [trip for trip in trips if trip is not None]
    if len(answered) < ROUND_TRIPS:
        advice = f"{ROUND_TRIPS - len(answered)} of {ROUND_TRIPS} commands got no answer: check cable and baud rate"
        return ProbeResult(url, PortAnswer.RCP, advice, baud, identity)
    round_trip = RoundTrip(round(statistics.median(answered), 2), round(max(answered), 2))
    return ProbeResult(url, PortAnswer.RCP, advice, baud, identity, round_trip)


async def _round_trip(line: Transactions) -> float | None:
    start = time.perf_counter()
    frame = await get(line, PropertyId.PROTOCOL_VERSION, SECOND)
    return None if frame is None else (time.perf_counter() - start) * 1000


async def _answer(url: str, question: bytes, enough: Callable[[bytes], bool]) -> bytes:
    """Return the octets that come back for `question`, until `enough` holds or the time is up."""
    port = SerialPort(url, baud=OTHER_BAUD)
    heard = bytearray()
    done = asyncio.Event()

    def received(octets: bytes) -> None:
        heard.extend(octets[:1024])
        if enough(bytes(heard)) or len(heard) > 4096:
            done.set()

    port.received = received
    port.ended = lambda reason: done.set()
    await port.open()
    try:
        port.write(question)
        async with asyncio.timeout(OTHER_WAIT):
            await done.wait()
    except TimeoutError:
        pass
    finally:
        port.close()
    return bytes(heard)


def is_ash_reset_ack(octets: bytes) -> bool:
    """Return whether an EZSP co-processor announces its restart (ASH RSTACK, with its CRC)."""
    for stretch in octets.split(ASH_FLAG):
        frame = stretch.lstrip(b"\x11\x13\x18\x1a\x00")
        if len(frame) == 5 and frame[0] == ASH_RESET_ACK and frame[1] == ASH_VERSION:
            return crc_hqx(frame[:3], 0xFFFF).to_bytes(2, "big") == frame[3:]
    return False


def is_znp_answer(octets: bytes) -> bool:
    """Return whether a ZNP co-processor answered a ping (MT SYS_PING response, with its check octet)."""
    for at, octet in enumerate(octets):
        if octet == ZNP_START and len(octets) > at + 1:
            end = at + 4 + octets[at + 1]
            body = octets[at + 1 : end]
            if body[1:3] == ZNP_PING_ANSWER and len(octets) > end and reduce(xor, body) == octets[end]:
                return True
    return False

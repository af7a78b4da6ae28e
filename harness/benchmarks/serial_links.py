"""The cost of a serial line: frames a second, the round trip of a poll, a gas meter's wait, many dongles, a replug.

Measured in real time, on ptys: the host's driver and the virtual dongle are in one process and share its processor.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

from hanbench.emulator.clock import MILLISECOND, SECOND, PacedClock, VirtualClock, run
from hanbench.emulator.dongle import LockstepLine, PtyPort, VirtualDongle
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.mac.child import FRAME_WAIT
from hanbench.emulator.radio import Air, AirRadio, Radio, RadioConfig, Reception, TxResult, TxStatus
from hanbench.emulator.randomness import split
from hanbench.emulator.zigbee.nwk import frames as nwk
from hanbench.emulator.zigbee.security.ccm import cipher
from hanbench.hardware.serial_port import SerialPort
from hanbench.hardware.spinel_radio import SpinelRadio

T = TypeVar("T")

PAN, CHANNEL = 0x1234, 15
HUB, METER = 0x0000, 0x0001
KEY = cipher(bytes(range(16)))
FRAMES_A_SECOND = 200
SUSTAINED = 60
"""Duration, seconds."""
FASTER = 4
"""Speed of the clock while frames are counted: 250 kbit/s do not carry 400 frames of this length a second."""
RETRIES = 10
POLLS = 300
DONGLES = 50
BAUDS = (57_600, 115_200, 230_400, 460_800, 921_600)


class SerialPair:
    """A radio on the Air behind a pty, and the host's driver on the other side."""

    def __init__(self, air: Air, clock: VirtualClock, name: str, short: int, *, baud: int | None = None) -> None:
        self.radio = AirRadio(air, clock, split(1, name), name, (float(short % 10), float(short // 10)))
        lockstep = LockstepLine(clock)
        port = PtyPort(lockstep=lockstep)
        self.dongle = VirtualDongle(name, self.radio, clock, port, eui64=short + 1, baud=baud)
        self.host = SpinelRadio(name, SerialPort(lambda: port.url, lockstep=lockstep), clock)
        configure(self.host, short)

    async def open(self) -> None:
        self.dongle.plug()
        await self.host.start()

    def close(self) -> None:
        self.host.close()
        self.dongle.unplug()


def configure(radio: Radio, short: int) -> None:
    radio.configure(RadioConfig(CHANNEL, PAN, short, 0x1000 + short))
    radio.listen(True)


async def using(lines: Sequence[SerialPair], story: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Open the lines, run the story, close them."""
    try:
        for line in lines:
            await line.open()
        return await story()
    finally:
        for line in lines:
            line.close()


def secured(number: int, dst: int, src: int) -> bytes:
    """Return a data frame with `number` in it, under the network key, as long as a Metering report."""
    security = nwk.FrameSecurity(KEY, number, 0, 0x1000 + src)
    npdu = nwk.secured_data(dst, src, 9, number.to_bytes(4, "little") + bytes(26), security, 30)
    return mac.data(number & 0xFF, PAN, dst, src, npdu, ack=True)


def data_request(sequence: int) -> bytes:
    """Return the Data Request with which a child polls its parent."""
    return mac.MacFrame(
        mac.COMMAND,
        sequence,
        bytes((mac.MacCommand.DATA_REQUEST,)),
        dst_pan=PAN,
        dst=HUB,
        dst_mode=mac.SHORT,
        src_pan=PAN,
        src=METER,
        src_mode=mac.SHORT,
        ack_request=True,
    ).encode()


class Traffic:
    """One direction of traffic: numbered frames at a rate, and their results."""

    def __init__(self, clock: VirtualClock, sender: Radio, receiver: Radio, dst: int, src: int) -> None:
        self._clock = clock
        self._sender = sender
        self._way = (dst, src)
        self._next = 0
        self._busy = False
        self._waiting = 0
        self.ended: Counter[TxStatus] = Counter()
        self.arrived: Counter[int] = Counter()
        self.acknowledged: set[int] = set()
        receiver.receiver = self._received

    def offer(self, count: int, period: int) -> None:
        """Send `count` frames, one each `period` microseconds."""
        for index in range(count):
            self._clock.call_later(index * period, self._offered)

    def _offered(self) -> None:
        self._waiting += 1
        self._send()

    def _send(self) -> None:
        if self._busy or not self._waiting:
            return
        self._busy = True
        self._waiting -= 1
        number, self._next = self._next, self._next + 1
        # Two stations that send all the time collide now and then, so frames need retries.
        psdu = secured(number, *self._way)
        self._sender.transmit(psdu, lambda result: self._sent(number, result), backoffs=5, retries=RETRIES)

    def _sent(self, number: int, result: TxResult) -> None:
        self._busy = False
        self.ended[result.status] += 1
        if result.status is TxStatus.ACKED:
            self.acknowledged.add(number)
        self._send()

    def _received(self, reception: Reception) -> None:
        frame = nwk.decode(mac.decode(reception.psdu).payload)
        frame.decrypt(KEY)
        self.arrived[int.from_bytes(frame.payload[:4], "little")] += 1


def sustained() -> dict[str, Any]:
    """Send 200 secured frames a second in each direction for a minute, over one pty pair."""
    clock = PacedClock(FASTER)
    air = Air(clock, split(1, "air"))
    line = SerialPair(air, clock, "hub", HUB)
    meter = AirRadio(air, clock, split(1, "meter"), "meter", (1.0, 0.0))
    configure(meter, METER)

    async def story() -> dict[str, Any]:
        count, period = FRAMES_A_SECOND * SUSTAINED, SECOND * FASTER // FRAMES_A_SECOND
        out = Traffic(clock, line.host, meter, METER, HUB)
        back = Traffic(clock, meter, line.host, HUB, METER)
        started, processor = time.perf_counter(), time.process_time()
        for direction in (out, back):
            direction.offer(count, period)
        await asyncio.sleep(SUSTAINED * FASTER)
        while sum(out.ended.values()) < count or sum(back.ended.values()) < count:
            await asyncio.sleep(0.1)
        took = time.perf_counter() - started
        return {
            "frames_per_second_each_way": round(count / took, 1),
            "seconds": round(took, 1),
            "lost": sum(len(way.acknowledged - way.arrived.keys()) for way in (out, back)),
            "doubled": sum(copies - 1 for way in (out, back) for copies in way.arrived.values()),
            "unacknowledged_on_the_air": sum(count - way.ended[TxStatus.ACKED] for way in (out, back)),
            "processor_share": round((time.process_time() - processor) / took, 2),
        }

    return run(clock, using((line,), story))


def poll() -> dict[str, Any]:
    """Measure from a child's Data Request, requested by its host, to the acknowledgement's arrival at its host."""
    clock = PacedClock()
    air = Air(clock, split(1, "air"))
    line = SerialPair(air, clock, "meter", METER)
    hub = AirRadio(air, clock, split(1, "hub"), "hub", (1.0, 0.0))
    configure(hub, HUB)
    request = data_request(1)

    async def story() -> dict[str, Any]:
        trips = [await _sent(line.host, request) for _ in range(POLLS)]
        trips_ms = sorted(trip * 1000 for trip in trips)
        return {"median_ms": round(statistics.median(trips_ms), 2), "p99_ms": round(trips_ms[POLLS * 99 // 100], 2)}

    return run(clock, using((line,), story))


async def _sent(radio: Radio, psdu: bytes) -> float:
    """Return the duration of one transmission, seconds."""
    ended: asyncio.Future[TxResult] = asyncio.get_running_loop().create_future()
    start = time.perf_counter()
    radio.transmit(psdu, ended.set_result)
    result = await ended
    if result.status is not TxStatus.ACKED:
        raise RuntimeError(f"a poll ended with {result.status.name}")
    return time.perf_counter() - start


def indirect_wait(baud: int | None, clock: VirtualClock, polls: int) -> list[float]:
    """Return the times from a poll's acknowledgement to the arrival of the parent's frame, milliseconds.

    The parent is behind a line of this speed, which carries both the poll and the frame.
    """
    air = Air(clock, split(1, "air"))
    line = SerialPair(air, clock, "hub", HUB, baud=baud)
    child = AirRadio(air, clock, split(1, "meter"), "meter", (1.0, 0.0))
    configure(child, METER)
    waits: list[float] = []

    async def story() -> None:
        await asyncio.sleep(0.5)
        answer = secured(1, METER, HUB)
        line.host.receiver = lambda _: line.host.transmit(answer, lambda result: None)
        for number in range(polls):
            arrived: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            acknowledged: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            child.receiver = partial(_note, arrived)
            child.transmit(data_request(number & 0xFF), lambda _: acknowledged.set_result(clock.now))  # noqa: B023
            start = await acknowledged
            waits.append((await arrived - start) / MILLISECOND)
            await asyncio.sleep(0.02)

    run(clock, using((line,), story))
    return waits


def _note(arrived: asyncio.Future[int], reception: Reception) -> None:
    if not arrived.done():
        arrived.set_result(reception.time)


def sleepy_meter() -> dict[str, Any]:
    """Measure a sleepy meter's wait for its parent's frame, compared with the 31.8 ms for which it listens."""
    limit = FRAME_WAIT / MILLISECOND
    real = sorted(indirect_wait(None, PacedClock(), POLLS))
    by_baud = {baud: max(indirect_wait(baud, VirtualClock(), 100)) for baud in BAUDS}
    return {
        "limit_ms": round(limit, 1),
        "pty_median_ms": round(statistics.median(real), 2),
        "pty_worst_ms": round(real[-1], 2),
        "pty_margin_ms": round(limit - real[-1], 2),
        "worst_ms_by_baud": {str(baud): round(worst, 1) for baud, worst in by_baud.items()},
        "bauds_that_are_enough": [baud for baud, worst in by_baud.items() if worst < limit],
    }


def many_dongles() -> dict[str, Any]:
    """Run 50 virtual dongles with their hosts in this process; each sends a report every ten seconds."""
    clock = PacedClock()
    air = Air(clock, split(1, "air"))
    lines = [SerialPair(air, clock, f"node {number}", number) for number in range(DONGLES)]
    seconds = 20

    async def story() -> dict[str, Any]:
        hub = lines[0].host
        ways = [Traffic(clock, line.host, hub, HUB, number) for number, line in enumerate(lines[1:], start=1)]
        started, processor = time.perf_counter(), time.process_time()
        for number, way in enumerate(ways):
            clock.call_later(number * 10 * SECOND // DONGLES, way.offer, 2, 10 * SECOND)
        await asyncio.sleep(seconds)
        took, used = time.perf_counter() - started, time.process_time() - processor
        sent = sum(way.ended[TxStatus.ACKED] for way in ways)
        return {"dongles": DONGLES, "frames": sent, "processor_share": round(used / took, 3)}

    return run(clock, using(lines, story))


def replug() -> dict[str, Any]:
    """Measure from the replug of a dongle to the recovery of its radio."""
    clock = PacedClock()
    line = SerialPair(Air(clock, split(1, "air")), clock, "hub", HUB)

    async def story() -> dict[str, Any]:
        took = []
        for round_ in range(10):
            line.dongle.unplug()
            await asyncio.sleep(0.3 * round_)
            line.dongle.plug()
            back = time.perf_counter()
            while line.host.failure is not None:
                await asyncio.sleep(0.005)
            took.append(time.perf_counter() - back)
        return {"worst_s": round(max(took), 2), "median_s": round(statistics.median(took), 2)}

    return run(clock, using((line,), story))

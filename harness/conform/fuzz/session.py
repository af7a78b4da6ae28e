"""One device under fuzzing, from its joining to its end: frames to it, and whether it lives."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from hanbench.emulator.clock import SECOND
from hanbench.emulator.radio import Transmission
from hanbench.emulator.randomness import split
from hanbench.harness.conform.bench import ConformBench, Setting
from hanbench.harness.conform.case import Begin
from hanbench.harness.conform.fuzz.attacker import Attacker
from hanbench.harness.conform.fuzz.farewells import OF_A_DEVICE, OF_A_HUB
from hanbench.harness.conform.fuzz.frame import FuzzFrame, Knowledge
from hanbench.harness.conform.fuzz.generator import Generator
from hanbench.harness.conform.fuzz.hub_liveness import HubLiveness
from hanbench.harness.conform.fuzz.liveness import DeviceLiveness, Liveness, Question
from hanbench.harness.conform.fuzz.seeds import collect
from hanbench.harness.conform.fuzz.sleeper import SleeperAttacker
from hanbench.harness.conform.hub_bench import HubBench
from hanbench.harness.conform.kinds import bench_for
from hanbench.harness.conform.runner import BENCH_FAULTS
from hanbench.harness.conform.sides import HubSide, MeterSide

ATTEMPTS = 2
"""Questions to the device before it counts as silent: the first answer may be lost."""
BETWEEN_S, REAL_BETWEEN_S = 30.0, 2.0
"""Between two questions to a device that is silent, in virtual and in real time."""
MOST_KEPT = 4_000
"""Frames of the air that are kept for a capture."""
LISTENER_LIMIT_S = 60.0
"""In place of a wake period, for a device that listens."""
NOTICED_S = 24 * 3600.0
"""Seconds within which a device that missed the Network Update must look for its network (SE 1.4a, 5.5.5.3: failing
keep-alives lead to recovery after at most 24 hours). A broadcast is not acknowledged: a collision with a frame of the
fuzzer suffices to miss it, and forged beacons make a hub move (R22, 3.6.1.13)."""
_ACKNOWLEDGEMENT = 0x02
"""Type of a frame that a radio sends by itself, whatever its firmware does (IEEE 802.15.4-2011, 5.2.1.1.1)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the device after some frames."""

    alive: bool
    recovery_s: float | None = None
    """Seconds from the last frame to the next answer, if the device was silent for a while."""
    heard_s: float | None = None
    """Seconds from the last frame to the next one of the device, acknowledgements aside: of a sleeper its next poll."""
    why: str = ""
    """What shows that it is dead."""


class Session:
    """A device that has joined, and the fuzzer beside it. Call `close`."""

    def __init__(self, setting: Setting, seed: str) -> None:
        """`seed`: of the bench. Raises UnreachedError and the other errors of a bench."""
        self.setting = setting
        pixit = setting.pixit
        self._sleeps = "HAN.POLL" in setting.pics
        self.wake_limit_s = pixit.wake_period_s * (1 + pixit.wake_tolerance) + 5 if self._sleeps else LISTENER_LIMIT_S
        self.recovery_limit_s = pixit.rejoin_s + 2 * self.wake_limit_s
        """Seconds within which a silent device must answer again: two wakes, and a rejoining (PIXIT)."""
        self.bench = bench_for(setting, seed)
        self._heard: int | None = None
        try:
            self.bench.begin(Begin.JOINED)
            self._home = self._network_of_bench()
            seeds = collect(self.bench.frames, split(seed, "seeds"))
            self.latest: deque[Transmission] = deque((f.transmission for f in self.bench.frames), maxlen=MOST_KEPT)
            self.bench.stop_watching()
            self.bench.han.medium.observers.append(self._saw)
            self.attacker, self.liveness = _sender_and_liveness(self.bench, self._sleeps, self.wake_limit_s)
        except BaseException:
            self.close()
            raise
        farewells = OF_A_HUB if setting.kind == "hub" else OF_A_DEVICE
        self.generator = Generator(split(seed, "frames"), seeds, lambda: self.attacker.target, farewells)

    @property
    def virtual_s(self) -> float:
        """Seconds of the bench's clock."""
        return self.bench.clock.now / SECOND

    def play(self, frames: Sequence[FuzzFrame], batch: int, limit_s: float | None = None) -> Outcome:
        """Send frames, `batch` at a time, and return what became of the device. Raises the errors of a bench.

        `limit_s`: seconds of silence after which it counts as dead; None: `recovery_limit_s`, or in virtual time
        `NOTICED_S` after a move of the hub that the device may have missed.
        """
        try:
            outcome = self.bench.run(self._play(frames, batch, limit_s))
            if outcome.alive:
                self._home = self._network_of_bench()
            return outcome
        except BENCH_FAULTS:
            raise
        except Exception as error:  # noqa: BLE001  a device in this process may raise anything: that is a crash
            return Outcome(False, why=f"it crashes: {type(error).__name__}: {error}")

    async def _play(self, frames: Sequence[FuzzFrame], batch: int, wanted_s: float | None) -> Outcome:
        *before, last = parts(frames, batch) or [()]
        for part in before:
            await self.attacker.send(part)
        question = self.liveness.question()
        await self.attacker.send(last, question.put)
        sent, self._heard = self.bench.clock.now, None
        missing = await self.liveness.missing(question)
        limit_s = self.recovery_limit_s if wanted_s is None else wanted_s
        end = sent + int(limit_s * SECOND)
        for _ in range(ATTEMPTS):
            if missing and self.bench.clock.now < end:
                missing = await self.liveness.looked_for()
        if not missing:
            return Outcome(True)
        if wanted_s is None and not self.setting.real_time and self._network_of_bench() != self._home:
            limit_s = max(limit_s, NOTICED_S)
            end = sent + int(limit_s * SECOND)
        while self.bench.clock.now < end:
            await asyncio.sleep(REAL_BETWEEN_S if self.setting.real_time else BETWEEN_S)
            missing = await self.liveness.looked_for()
            if not missing:
                return Outcome(True, self._since(sent, self.bench.clock.now), self._since(sent, self._heard))
        return Outcome(False, why=f"{missing} for {limit_s:.0f} s")

    def _network_of_bench(self) -> tuple[int, int] | None:
        """PAN ID and channel of the bench's hub; None: the hub is the device under test, and moves as it likes."""
        network = None if self.setting.kind == "hub" else self.bench.han.hub.storage.network
        return None if network is None else (network.pan_id, network.channel)

    def _since(self, begin: int, end: int | None) -> float | None:
        return None if end is None else round((end - begin) / SECOND, 3)

    def _saw(self, transmission: Transmission) -> None:
        self.latest.append(transmission)
        if self._heard is None and _is_from(self.setting.kind, transmission):
            self._heard = transmission.end

    def close(self) -> None:
        """End the device and the bench."""
        self.bench.close()


def _is_from(kind: str, transmission: Transmission) -> bool:
    return transmission.sender.name == kind and transmission.psdu[0] & 0x07 != _ACKNOWLEDGEMENT


def parts(frames: Sequence[FuzzFrame], most: int) -> list[Sequence[FuzzFrame]]:
    """Return frames in parts of at most `most`, in each those without keys first, as a sender sends them."""
    return list(_parts(frames, most))


def _parts(frames: Sequence[FuzzFrame], most: int) -> Iterator[Sequence[FuzzFrame]]:
    begin = 0
    for index, frame in enumerate(frames):
        outside = frame.knowledge is Knowledge.OUTSIDE
        behind_keyed = index > begin and frames[index - 1].knowledge is not Knowledge.OUTSIDE
        if index - begin >= most or (outside and behind_keyed):
            yield frames[begin:index]
            begin = index
    if begin < len(frames):
        yield frames[begin:]


def _sender_and_liveness(bench: ConformBench, sleeps: bool, wake_limit_s: float) -> tuple[Attacker, Liveness]:
    han, ieee, endpoint, pics = bench.han, bench.own.ieee, bench.setting.pixit.endpoint, bench.setting.pics
    if isinstance(bench, HubBench):
        meter = MeterSide(lambda: han.esme, ieee, endpoint)
        attacker = Attacker(bench, lambda: han.esme, meter, 2 * wake_limit_s)
        return attacker, HubLiveness(bench, attacker, partial(Question, lambda: han.esme, meter, pics))
    side = HubSide(lambda: han.hub, ieee, endpoint)
    ask = partial(Question, lambda: han.hub, side, pics)
    if sleeps:
        sleeper = SleeperAttacker(bench, side, 2 * wake_limit_s)
        return sleeper, DeviceLiveness(ask, sleeper, wake_limit_s)
    return Attacker(bench, lambda: han.hub, side, 2 * wake_limit_s), DeviceLiveness(ask)

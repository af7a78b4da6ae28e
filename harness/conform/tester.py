"""What a case may do: act on the hub and on the device, and ask the device."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hanbench.emulator.devices.hub import CommsHub
from hanbench.emulator.zcl.frame import GLOBAL, TO_SERVER, ZclFrame
from hanbench.emulator.zigbee.zdo.messages import ZdpMessage
from hanbench.harness.conform.bench import ConformBench, UnreachedError
from hanbench.harness.conform.dut.interface import DeviceUnderTest
from hanbench.harness.conform.frame import Frame, Where, once
from hanbench.harness.conform.sides import HubSide, Side
from hanbench.harness.conform.watching import Watcher
from hanbench.profiles.conform.pics import Pics
from hanbench.profiles.conform.pixit import Pixit

ANSWER_S = 12.0
"""Time for an answer: a parent holds a frame for 7.68 s, and the answer is acknowledged."""
ASK_EVERY_S = 60.0
BASIC = 0x0000
AFTER_S = 3.0
"""Time after an answer in which another one would come."""
LISTEN_S = 20.0
"""Time in which a device that is awake answers a crafted frame, and repeats its answer."""


class Tester(Watcher):
    """One case on one bench."""

    def __init__(self, bench: ConformBench) -> None:
        super().__init__(bench)
        self.on_observed: Callable[[Any], None] = lambda found: None
        """Called with what a case observed of the device as a whole, for the report."""
        self.pixit: Pixit = bench.setting.pixit
        self.pics: Pics = bench.setting.pics
        self.device: DeviceUnderTest = bench.device
        self.side: Side = HubSide(lambda: bench.han.hub, self.ieee, self.pixit.endpoint)
        """The bench's side, for requests and for crafted frames."""

    # --- who is there -------------------------------------------------------------------------------------------------

    @property
    def bench(self) -> ConformBench:
        return self._bench

    @property
    def hub(self) -> CommsHub:
        """The bench's hub."""
        return self._bench.han.hub

    @property
    def ieee(self) -> int:
        """EUI-64 of the device."""
        address: int = self._bench.own.ieee
        return address

    @property
    def short(self) -> int:
        """Short address of the device. The case is inconclusive if the bench does not know it."""
        short = self.side.short
        if short is None:
            raise UnreachedError("the bench does not know the short address of the device")
        return short

    @property
    def sleeps(self) -> bool:
        """Whether the device claims to sleep."""
        return "HAN.POLL" in self.pics

    @property
    def wake_limit(self) -> float:
        """Seconds within which a sleepy device wakes: its period and its tolerance; for others a minute."""
        if not self.sleeps:
            return 60.0
        return self.pixit.wake_period_s * (1 + self.pixit.wake_tolerance) + 5

    def within_wake(self, seconds: float) -> float:
        """Return `seconds`, or less: a time that begins with a wake of the device and ends before its next one."""
        return min(seconds, self.pixit.wake_period_s / 3) if self.sleeps else seconds

    def observed(self, found: Any) -> None:
        """Hand an `Observation` to the report."""
        self.on_observed(found)

    # --- requests -----------------------------------------------------------------------------------------------------

    def hear(self, *, within: float, where: Where, that: str, otherwise: str) -> Frame:
        """Return the next frame of a device of which it is said what `where` and `that` say.

        A device that sleeps is heard when it wakes. One that listens may have nothing to say: the hub asks it something
        every `ASK_EVERY_S` seconds.
        """
        if self.sleeps:
            return self.expect(None, within=within, where=where, that=that, otherwise=otherwise)
        wanted, end = self.pattern(None, where=where, that=that), self.now + within
        while self.now < end:
            if self.side.short is not None:
                self.side.send_zcl(BASIC, ZclFrame(GLOBAL, TO_SERVER, self.side.next_tsn(), 0x00, bytes(2)))
            found = self.seek(wanted, min(ASK_EVERY_S, end - self.now))
            if found is not None:
                return self.noted(found)
        raise self.missed(wanted, within, otherwise)

    def when_awake(self, act: Callable[[], object]) -> None:
        """Act when the device is reachable: at once, or when its parent next hears it.

        The case is inconclusive if a sleepy device does not wake: a case about polling has a verdict on that.
        """
        if not self.sleeps:
            act()
            return
        if not self._bench.run(self._awoken(act, 2 * self.wake_limit)):
            limit = 2 * self.wake_limit
            raise UnreachedError(f"the device did not wake within {limit:g} s, so that the hub could not ask it")

    async def _awoken(self, act: Callable[[], object], within: float) -> bool:
        """Act at the next sign of life of the device; return whether there was one in time."""
        awake: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def heard() -> None:
            if not awake.done():
                awake.set_result(None)
                act()

        request = self.hub.sleepy_queue.add(self.ieee, heard)
        try:
            async with asyncio.timeout(within):
                await awake
        except TimeoutError:
            return False
        finally:
            request.finish()
        return True

    def ask(
        self,
        cluster: int,
        frame: ZclFrame | bytes,
        *,
        secured: bool | None = None,
        within: float = ANSWER_S,
        after: float = AFTER_S,
        by: Side | None = None,
    ) -> list[Frame]:
        """Send a ZCL frame when the device is awake; return its answers.

        `by`: another side of the bench than `side`.
        """
        octets, side = frame if isinstance(frame, bytes) else frame.encode(), by or self.side
        start = len(self._bench.frames)
        self.when_awake(lambda: side.send_zcl(cluster, octets, secured))
        tsn = octets[3] if octets[0] & 0x04 else octets[1]

        def on_cluster(frame: Frame) -> bool:
            return frame.aps is not None and frame.aps.cluster == cluster

        self._from = max(self._from, start)
        self.seek(self.pattern(None, where=lambda frame: on_cluster(frame) and frame.answers(tsn)), within)
        self.wait(after)
        answers = [frame for frame in self._since(start) if on_cluster(frame) and frame.is_answer]
        found = once(frame for frame in answers if frame.answers(tsn))
        self.misnumbered = (tsn, [] if found else answers)
        return found

    def ask_crafted(self, frame: ZclFrame, send: Callable[[], object]) -> list[Frame]:
        """Send octets of the case's own when the device is awake; return its answers to the ZCL frame in them."""
        self.when_awake(send)
        self.wait(LISTEN_S)
        return self.answers_to(frame)

    def answers_to(self, frame: ZclFrame) -> list[Frame]:
        """Return the ZCL frames of the device in the present step with the transaction number of a request."""
        return self.frames(where=lambda found: found.answers(frame.tsn))

    def acknowledgements_of(self, counter: int) -> list[Frame]:
        """Return the APS acknowledgements of the device in the present step that have this APS counter."""
        return self.frames("aps-ack", where=lambda found: found.aps is not None and found.aps.counter == counter)

    def ask_zdp(self, message: ZdpMessage, within: float = ANSWER_S, *, broadcast: bool = False) -> list[Frame]:
        """Send a message of the device profile when the device is awake; return its answers.

        `broadcast`: to all devices that listen.
        """
        start = len(self._bench.frames)
        self.when_awake(lambda: self.side.send_zdp(message, broadcast=broadcast))
        answer = message.CLUSTER | 0x8000

        def answers(frame: Frame) -> bool:
            return frame.aps is not None and frame.aps.profile == 0 and frame.aps.cluster == answer

        self._from = max(self._from, start)
        self.seek(self.pattern(None, where=answers), within)
        self.wait(AFTER_S)
        return once(frame for frame in self._since(start) if answers(frame))

    def _since(self, start: int) -> list[Frame]:
        return [frame for frame in self._bench.frames[start:] if frame.observed.sender == self.kind]

"""The host's link to one dongle: opens its port, identifies it, and brings it back after each failure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hanbench.emulator.clock import MILLISECOND, Clock
from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId
from hanbench.hardware.desired_state import SpinelCommand
from hanbench.hardware.errors import RadioError, UnfitFirmwareError
from hanbench.hardware.handshake import ANSWER_WAIT, get, identify_rcp, says_it_restarted
from hanbench.hardware.identity import RcpIdentity
from hanbench.hardware.serial_port import SerialPort
from hanbench.hardware.status import decode_status, describe_status
from hanbench.hardware.transactions import Transactions

FIRST_REST, LONGEST_REST = 0.1, 1.0
"""Seconds between attempts to reach a dongle that is gone: the first, and the longest."""
SLOWEST_PARENT = 32 * MILLISECOND
"""Longest round trip of a command to the dongle of a parent: its sleeping children listen for 31.8 ms."""
QUESTIONS = 3
"""Number of questions with which a dongle is verified; the quickest answer counts."""
MOST_NOTES = 100
Answered = Callable[[SpinelFrame | None], None]


class DongleLink:
    """The line to one dongle, and whether the dongle works."""

    def __init__(self, port: SerialPort, clock: Clock) -> None:
        self.on_failure: Callable[[str | None], None] = lambda failure: None
        """Called with the description of a failure, and with None when the dongle works again."""
        self.on_note: Callable[[str], None] = lambda note: None
        """Called with what the user should know and the bench survives, once for each text."""
        self.on_up: Callable[[], None] = lambda: None
        """Called when the dongle has restarted and is identified, just before `on_failure(None)`."""
        self.on_down: Callable[[], None] = lambda: None
        """Called when the dongle is lost, just before `on_failure`; no command in progress gets an answer."""
        self.unsolicited: Callable[[SpinelFrame], None] = lambda frame: None
        """Called with each notification of a dongle, apart from announcements of a restart."""
        self.identity: RcpIdentity | None = None
        self.failure: str | None = "not started"
        """Description of the current failure; None: the dongle works."""
        self._port = port
        self._clock = clock
        self._line = Transactions(clock, port.write)
        self._line.unsolicited = self._notified
        self._notes: set[str] = set()
        self._lost: asyncio.Event = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        port.received = self._line.feed
        port.ended = lambda reason: self._failed(f"{port.url} is gone: {reason}")

    # --- life -------------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Open the port, identify the RCP, and keep it. Raises RadioError."""
        await self._bring_up()
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    def close(self) -> None:
        """Switch the radio off and close the port."""
        if self._keeper is not None:
            self._keeper.cancel()
            self._keeper = None
        if self.failure is None:
            # A dongle without a host must not go on acknowledging frames to this address.
            self._line.send_unanswered(SpinelFrame(0, CommandId.SET, PropertyId.PHY_ENABLED, b"\x00"))
        self.failure = "closed"
        self._port.close()
        self._abandon()

    async def _keep(self) -> None:
        """Restore the dongle each time it is lost."""
        while True:
            await self._lost.wait()
            rest = FIRST_REST
            while self.failure is not None:
                await asyncio.sleep(rest)
                rest = min(2 * rest, LONGEST_REST)
                try:
                    await self._bring_up()
                except RadioError as error:
                    self._failed(str(error))

    async def _bring_up(self) -> None:
        await self._port.open()
        try:
            self.identity = await identify_rcp(self._line, self._port.url, self.clock_time)
            shortcomings = "; ".join(self.identity.shortcomings())
            if shortcomings:
                raise UnfitFirmwareError(f"{self._port.url}: {self.identity.version} cannot be used: {shortcomings}")
        except BaseException:
            self._port.close()
            self._abandon()
            raise
        self._lost.clear()
        self.failure = None
        self.on_up()
        self.on_failure(None)

    def clock_time(self, real: int) -> int:
        """Convert microseconds of real time to microseconds of the clock."""
        return int(real * max(1.0, getattr(self._clock, "speed", 1.0)))

    # --- what goes wrong --------------------------------------------------------------------------------------------

    def fail(self, text: str) -> None:
        """Note that the dongle does not work, and restart it. `text` says what the dongle did."""
        if self.failure is None:
            self._failed(f"{self._port.url} {text}")

    def note(self, text: str) -> None:
        """Tell the user what the dongle did, once."""
        if text not in self._notes and len(self._notes) < MOST_NOTES:
            self._notes.add(text)
            self.on_note(f"{self._port.url} {text}")

    def _failed(self, text: str) -> None:
        if self.failure == text:
            return
        before, self.failure = self.failure, text
        self._port.close()
        self._abandon()
        self._lost.set()
        if before is None:
            self.on_failure(text)

    def _abandon(self) -> None:
        """Abort all pending work, none of which will complete."""
        self._line.abandon()
        self.on_down()

    # --- commands ---------------------------------------------------------------------------------------------------

    def ask(self, command: SpinelCommand, answered: Answered, wait: int = ANSWER_WAIT) -> None:
        """Send a command; `answered` gets the answer, or None after `wait` microseconds of real time."""
        self._line.ask(*command, answered, self.clock_time(wait))

    def malformed(self) -> None:
        """Count a notification that could not be decoded."""
        self._line.malformed += 1

    async def verify(self, *, parent: bool) -> None:
        """Ask the dongle whether its radio is still on; report what is wrong as a failure.

        A dongle may have restarted without saying so, or be too slow for the sleeping children of a `parent`.
        """
        trips = []
        for _ in range(QUESTIONS):
            start = self._clock.now
            frame = await get(self._line, PropertyId.PHY_ENABLED, self.clock_time(ANSWER_WAIT))
            if frame is None:
                self.fail("has stopped answering")
                return
            if frame.property == PropertyId.PHY_ENABLED and frame.value == b"\x00":
                self.fail("has lost its configuration, without announcing a restart")
                return
            trips.append(self._clock.now - start)
        if parent and min(trips) > self.clock_time(SLOWEST_PARENT):
            self.fail(f"takes {min(trips) // MILLISECOND} ms for an answer; its sleeping children listen for 31.8 ms")

    def _notified(self, frame: SpinelFrame) -> None:
        if says_it_restarted(frame):
            self.fail(f"has restarted by itself: {describe_status(decode_status(frame.value))}")
        elif frame.command == CommandId.IS:
            self.unsolicited(frame)

"""Exercises for an RCP: what a bench will ask of it, tried beforehand.

They send some twenty short frames on one channel, addressed to no network.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.mac import frames as mac
from hanbench.emulator.radio.interface import RadioConfig, TxResult
from hanbench.emulator.radio.spinel.frames import SpinelFrame, TransmitDone, decode_transmit_done
from hanbench.emulator.radio.spinel.ids import CommandId, PropertyId, SpinelStatus
from hanbench.hardware.configurator import refusal
from hanbench.hardware.desired_state import EXTENDED, RECEIVER, SHORT, AppliedState, DesiredState, SpinelCommand
from hanbench.hardware.refusals import SURVIVED, consequence_of
from hanbench.hardware.status import decode_status, describe_status
from hanbench.hardware.transactions import Transactions
from hanbench.hardware.transmission import Transmission

CHANNEL = 26
"""Beside the channels that Wi-Fi uses, and rarely in use."""
PAN, NOBODY, OURSELVES = 0xDEAD, 0xFFFD, 0xFFF0
"""PAN ID and short addresses of the frames: those of no network of GB meters (assumed)."""
ANSWER_WAIT, AIR_WAIT = SECOND, 2 * SECOND
SWITCHES = 10
"""Transmissions between which the receiver is switched."""
BUSY_CHANNEL = 3
"""Attempts for each frame on a channel that others use."""
POLLS, LOAD = 10, 8
"""Answers to polls that are timed, and commands that are under way beside each."""
SLOWEST_POLL_MS = 20.0
"""A sleeping meter listens for 31.8 ms after its poll; the rest of that is for the channel and the poll's report."""


@dataclass(frozen=True, slots=True)
class ExerciseResult:
    """How one exercise went."""

    name: str
    trouble: str | None = None
    """What did not work; None: all did."""
    measured: str | None = None
    blocks: frozenset[str] = frozenset()
    """Roles that the dongle cannot fill because of the trouble."""


class ExerciseError(Exception):
    """The dongle did not do what an exercise asks for; the text says what it did."""

    def __init__(self, text: str, *, survived: bool = False) -> None:
        """`survived`: the driver has a way around it."""
        super().__init__(text)
        self.survived = survived


class TimedAnswer(NamedTuple):
    """The end of a transmission, and the time that it took, milliseconds."""

    ended: TransmitDone
    took: float


class Exerciser:
    """Runs the exercises on the line of an identified RCP."""

    def __init__(self, line: Transactions) -> None:
        self._line = line
        self._sequence = 0

    async def run(self) -> list[ExerciseResult]:
        """Run every exercise, and switch the radio off."""
        results = []
        for name, exercise, needed_for in (
            ("configuration", self._configuration, {"hub", "esme", "gsme", "sniffer"}),
            ("source-match tables", self._matches, {"hub"}),
            ("transmissions", self._transmissions, {"hub", "esme", "gsme"}),
            ("receiver switched between transmissions", self._switching, {"gsme"}),
            ("answers to polls under load", self._polls, {"hub"}),
        ):
            results.append(await _result(name, exercise, frozenset(needed_for)))
        await self._command(SpinelCommand(CommandId.SET, PropertyId.PHY_ENABLED, b"\x00"))
        return results

    # --- the exercises ----------------------------------------------------------------------------------------------

    async def _configuration(self) -> str | None:
        config = RadioConfig(CHANNEL, PAN, OURSELVES, 0x0011223344556677)
        await self._all(AppliedState().bring_to(DesiredState(config, listening=True)))
        return None

    async def _matches(self) -> str | None:
        short, extended = b"\x34\x12", bytes(range(8))
        await self._all(
            (
                SpinelCommand(CommandId.SET, PropertyId.MAC_SRC_MATCH_ENABLED, b"\x01"),
                SpinelCommand(CommandId.INSERT, SHORT, short),
                SpinelCommand(CommandId.REMOVE, SHORT, short),
                SpinelCommand(CommandId.INSERT, EXTENDED, extended),
                SpinelCommand(CommandId.REMOVE, EXTENDED, extended),
                SpinelCommand(CommandId.SET, EXTENDED, b""),
            )
        )
        return None

    async def _transmissions(self) -> str | None:
        await self._sent(acknowledged=False)
        ended = (await self._transmit(acknowledged=True)).ended
        if ended.status == SpinelStatus.OK:
            raise ExerciseError("says that a frame to nobody was acknowledged")
        _on_air(ended, SpinelStatus.NO_ACK)
        return None

    async def _switching(self) -> str | None:
        for _ in range(SWITCHES):
            await self._all((SpinelCommand(CommandId.SET, RECEIVER, b"\x01"),))
            await self._sent(acknowledged=False)
            await self._all((SpinelCommand(CommandId.SET, RECEIVER, b"\x00"),))
        return f"{SWITCHES} transmissions"

    async def _polls(self) -> str | None:
        took: list[float] = []
        for _ in range(POLLS):
            question = SpinelCommand(CommandId.GET, PropertyId.PROTOCOL_VERSION, b"")
            others = [asyncio.ensure_future(self._command(question)) for _ in range(LOAD)]
            await asyncio.sleep(0)  # they are on their way before the frame
            took.append((await self._sent(acknowledged=False, csma=False)).took)
            await asyncio.gather(*others)
        median = statistics.median(took)
        if median > SLOWEST_POLL_MS:
            raise ExerciseError(
                f"takes {median:.1f} ms to send a frame under load; a sleeping meter listens for 31.8 ms after its poll"
            )
        return f"{median:.1f} ms, at worst {max(took):.1f} ms"

    # --- the line ---------------------------------------------------------------------------------------------------

    async def _all(self, commands: Iterable[SpinelCommand]) -> None:
        """Send commands one by one. Raises ExerciseError with every refusal, after the last."""
        refusals, survived = [], True
        for command in commands:
            frame = await self._command(command)
            if frame is None:
                raise ExerciseError(f"does not answer {command.command.name} {command.property.name}")
            status = decode_status(frame.value) if frame.property == PropertyId.LAST_STATUS else SpinelStatus.OK
            if status != SpinelStatus.OK:
                refusals.append(refusal(command, status))
                survived = survived and consequence_of(command, status) in SURVIVED
        if refusals:
            raise ExerciseError("; ".join(refusals), survived=survived)

    async def _command(self, command: SpinelCommand, wait: int = ANSWER_WAIT) -> SpinelFrame | None:
        answer: asyncio.Future[SpinelFrame | None] = asyncio.get_running_loop().create_future()
        self._line.ask(*command, lambda frame: None if answer.done() else answer.set_result(frame), wait)
        return await answer

    async def _sent(self, *, acknowledged: bool, csma: bool = True) -> TimedAnswer:
        for _ in range(BUSY_CHANNEL):
            answer = await self._transmit(acknowledged=acknowledged, csma=csma)
            if answer.ended.status != SpinelStatus.CCA_FAILURE:
                break
        _on_air(answer.ended, SpinelStatus.OK)
        return answer

    async def _transmit(self, *, acknowledged: bool, csma: bool = True) -> TimedAnswer:
        self._sequence = (self._sequence + 1) & 0xFF
        dst = NOBODY if acknowledged else mac.BROADCAST
        psdu = mac.data(self._sequence, PAN, dst, OURSELVES, b"hanbench doctor", ack=acknowledged)
        request = Transmission(psdu, _ignore, csma, retries=1).request(CHANNEL)
        start = time.perf_counter()
        frame = await self._command(SpinelCommand(CommandId.SET, PropertyId.STREAM_RAW, request), AIR_WAIT)
        if frame is None:
            raise ExerciseError("does not report the end of a transmission")
        try:
            return TimedAnswer(decode_transmit_done(frame.value), (time.perf_counter() - start) * 1000)
        except RemoteProtocolError as error:
            raise ExerciseError(f"reports the end of a transmission in a malformed way: {error.detail}") from None


async def _result(
    name: str, exercise: Callable[[], Awaitable[str | None]], needed_for: frozenset[str]
) -> ExerciseResult:
    try:
        return ExerciseResult(name, measured=await exercise())
    except ExerciseError as error:
        return ExerciseResult(name, str(error), blocks=frozenset() if error.survived else needed_for)


def _on_air(ended: TransmitDone, expected: SpinelStatus) -> None:
    if ended.status != expected:
        raise ExerciseError(f"ends a transmission with {describe_status(ended.status)}")


def _ignore(result: TxResult) -> None:
    pass

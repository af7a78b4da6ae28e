"""The handshake with an RCP: restart it, and read its identity."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from hanbench.emulator.clock import SECOND
from hanbench.emulator.errors import RemoteProtocolError
from hanbench.emulator.radio.spinel.frames import UNSOLICITED, SpinelFrame
from hanbench.emulator.radio.spinel.ids import FIRST_RESET, LAST_RESET, CommandId, PropertyId, ResetReason
from hanbench.hardware.errors import NoAnswerError, UnfitFirmwareError
from hanbench.hardware.identity import ASKED, RcpIdentity, read_identity
from hanbench.hardware.transactions import Transactions

RESET_WAIT = 2 * SECOND
ANSWER_WAIT = 1 * SECOND
"""Time-outs for a restart, and for a command that the dongle answers at once; microseconds of real time."""

_MUST_KNOW = (PropertyId.PROTOCOL_VERSION, PropertyId.NCP_VERSION, PropertyId.CAPS)
ClockTime = Callable[[int], int]
"""Converts microseconds of real time to microseconds of the clock."""


def says_it_restarted(frame: SpinelFrame) -> bool:
    """Return whether an unsolicited frame announces that the radio has just started."""
    about_status = frame.command == CommandId.IS and frame.property == PropertyId.LAST_STATUS
    return about_status and bool(frame.value) and FIRST_RESET <= frame.value[0] <= LAST_RESET


async def identify_rcp(
    line: Transactions, where: str, clock_time: ClockTime, *, reset_wait: int = RESET_WAIT, wait: int = ANSWER_WAIT
) -> RcpIdentity:
    """Restart the RCP on `line` and read its identity; `where` names it in error messages.

    Raises NoAnswerError if no device answers Spinel, UnfitFirmwareError if an answer is missing or malformed.
    """
    await _restart(line, clock_time(reset_wait))
    values: dict[PropertyId, bytes | None] = {}
    for what in ASKED:
        frame = await get(line, what, clock_time(wait))
        if frame is None:
            raise NoAnswerError(f"{where}: no device answers Spinel; `hanbench doctor` tries other protocols")
        values[what] = frame.value if frame.property == what else None
        if values[what] is None and what in _MUST_KNOW:
            raise UnfitFirmwareError(f"{where}: the firmware does not know {what.name}")
    try:
        return read_identity(values)
    except RemoteProtocolError as error:
        raise UnfitFirmwareError(f"{where}: the firmware's identity is malformed: {error.detail}") from None


async def get(line: Transactions, what: PropertyId, wait: int) -> SpinelFrame | None:
    """Return the answer to a GET, which may be LAST_STATUS; None: no answer came within `wait` microseconds."""
    answer: asyncio.Future[SpinelFrame | None] = asyncio.get_running_loop().create_future()

    def answered(frame: SpinelFrame | None) -> None:
        if not answer.done():
            answer.set_result(frame)

    line.ask(CommandId.GET, what, b"", answered, wait)
    return await answer


async def _restart(line: Transactions, wait: int) -> None:
    """Restart the RCP. Some firmware does not announce its restart, so a time-out is not an error."""
    seen = asyncio.Event()
    before = line.unsolicited

    def notified(frame: SpinelFrame) -> None:
        if says_it_restarted(frame):
            seen.set()
        before(frame)

    line.unsolicited = notified
    try:
        line.send_unanswered(SpinelFrame(UNSOLICITED, CommandId.RESET, 0, bytes((ResetReason.STACK,))))
        async with asyncio.timeout(wait / SECOND):
            await seen.wait()
    except TimeoutError:
        pass
    finally:
        line.unsolicited = before

"""One transmission, from the request of the stack to the dongle's account of how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.radio.interface import TxResult, TxStatus
from hanbench.emulator.radio.spinel.frames import TransmitDone, TransmitRequest
from hanbench.emulator.radio.spinel.ids import SpinelStatus

_STATUS = {
    SpinelStatus.OK: TxStatus.ACKED,
    SpinelStatus.NO_ACK: TxStatus.NO_ACK,
    SpinelStatus.CCA_FAILURE: TxStatus.CHANNEL_ACCESS_FAILURE,
}
ENDS_ON_AIR = frozenset(_STATUS)
"""Statuses of a transmission that went its way on the air. After any other the frame may never have been sent."""
_ACKNOWLEDGEMENT_REQUEST = 0x20
_FRAME_TYPE, _ACKNOWLEDGEMENT = 0x07, 0x02


@dataclass(slots=True, eq=False)
class Transmission:
    """A frame to send. `done` is called once, with the result."""

    psdu: bytes
    done: Callable[[TxResult], None]
    csma: bool = True
    backoffs: int = 4
    retries: int = 3
    unheard: bool = False
    """The frame stays in the host: the dongle is gone or muted."""
    refusals: int = 0
    """How often the dongle refused it because its radio did something else."""

    @property
    def wants_acknowledgement(self) -> bool:
        return bool(self.psdu[0] & _ACKNOWLEDGEMENT_REQUEST)

    def request(self, channel: int) -> bytes:
        """Return the value of the SET STREAM_RAW that sends the frame on `channel`."""
        return TransmitRequest(
            self.psdu,
            channel,
            self.backoffs,
            self.retries,
            self.csma,
            header_updated=True,
            security_processed=True,
            rx_channel=channel,
        ).encode()

    def result(self, ended: TransmitDone) -> TxResult:
        """Return the result that the dongle reports."""
        status = _STATUS.get(SpinelStatus(ended.status)) if ended.status in ENDS_ON_AIR else TxStatus.ABORTED
        if status is TxStatus.ACKED and not self.wants_acknowledgement:
            status = TxStatus.SENT
        return TxResult(TxStatus.ABORTED if status is None else status, ended.frame_pending)

    def contradiction(self, ended: TransmitDone) -> str | None:
        """Return why the dongle's report cannot be true: it has to show the acknowledgement that it speaks of.

        OpenThread's firmware passes the frame with each success (`ncp_base_radio.cpp`, LinkRawTransmitDone).
        """
        if ended.status != SpinelStatus.OK or not self.wants_acknowledgement:
            return None
        shown = b"" if ended.acknowledgement is None else ended.acknowledgement.psdu
        if len(shown) >= 3 and shown[0] & _FRAME_TYPE == _ACKNOWLEDGEMENT and shown[2] == self.psdu[2]:
            return None
        return "says that a frame was acknowledged, and shows no acknowledgement of it"

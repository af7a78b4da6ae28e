"""The result of a request."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

from hanbench.emulator.zcl import foundation as zcl
from hanbench.emulator.zcl.cluster import ClusterCommand
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zigbee.aps.data import ApsStatus


class ReplyOutcome(StrEnum):
    """How a request ended."""

    ANSWERED = "answered"
    """The response is there; for a command without one, the peer's Default Response says SUCCESS."""
    REFUSED = "refused"
    """A Default Response with another status."""
    DELIVERED = "delivered"
    """It was delivered, and no answer was asked for."""
    UNDELIVERED = "undelivered"
    """The APS could not deliver it."""
    TIMEOUT = "timeout"
    """It was delivered, and no response came."""


class Reply(NamedTuple):
    """The result of a request."""

    outcome: ReplyOutcome
    status: int = Status.SUCCESS
    """ZCL status of the Default Response, if one came."""
    values: dict[int, Any] = {}  # noqa: RUF012 - never changed
    """Of a read: attribute id to value."""
    failures: dict[int, int] = {}  # noqa: RUF012 - never changed
    """Attribute id to status, of attributes that could not be read, written or configured."""
    response: zcl.GeneralCommand | None = None
    """The general command that answered, unless it was a read response."""
    command: ClusterCommand | None = None
    """The cluster's command that answered."""
    delivery: ApsStatus | None = None
    """The APS status, if the outcome is DELIVERED or UNDELIVERED."""
    ieee: int | None = None
    """EUI-64 of the device that answered, proven by the link key; None: the answer came under the network key alone."""

    @property
    def ok(self) -> bool:
        """Whether it was answered, or delivered if no answer was asked for."""
        return self.outcome is ReplyOutcome.ANSWERED or self.outcome is ReplyOutcome.DELIVERED


def delivered(status: ApsStatus) -> Reply:
    """The result of a message that asks for no answer."""
    return Reply(ReplyOutcome.DELIVERED if status is ApsStatus.SUCCESS else ReplyOutcome.UNDELIVERED, delivery=status)

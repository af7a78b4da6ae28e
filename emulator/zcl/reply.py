"""How a request ends."""

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
    """It got there, and no answer was asked for."""
    UNDELIVERED = "undelivered"
    """The APS could not deliver it."""
    TIMEOUT = "timeout"
    """It was delivered, and no response came."""


class Reply(NamedTuple):
    """What came of a request."""

    outcome: ReplyOutcome
    status: int = Status.SUCCESS
    """ZCL status of the Default Response, if that is what came."""
    values: dict[int, Any] = {}  # noqa: RUF012 - never changed
    """Of a read: attribute id to value."""
    failures: dict[int, int] = {}  # noqa: RUF012 - never changed
    """Attribute id to status of what could not be read, written or configured."""
    response: zcl.GeneralCommand | None = None
    """The general command that answered, unless it was a read response."""
    command: ClusterCommand | None = None
    """The cluster's command that answered."""
    delivery: ApsStatus | None = None
    """The APS status, where the outcome is about delivery."""

    @property
    def ok(self) -> bool:
        """Answered, or delivered where no answer was asked for."""
        return self.outcome is ReplyOutcome.ANSWERED or self.outcome is ReplyOutcome.DELIVERED


def delivered(status: ApsStatus) -> Reply:
    """What came of a message that asks for no answer."""
    return Reply(ReplyOutcome.DELIVERED if status is ApsStatus.SUCCESS else ReplyOutcome.UNDELIVERED, delivery=status)

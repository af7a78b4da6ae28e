"""Messages: the hub hands on what the supplier writes, a display shows and confirms it (SE 1.4a, annex D.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.services.listeners import Listeners
from hanbench.emulator.zcl import Answer, ClusterClient, ClusterServer, Endpoint, Indication, Status
from hanbench.emulator.zcl.clusters import MESSAGING
from hanbench.emulator.zcl.clusters.messaging import (
    NOW,
    UNTIL_CHANGED,
    Importance,
    MessageControl,
    MessageTransmission,
    message_control,
)


@dataclass(frozen=True, slots=True)
class DisplayMessage:
    """A text for the customer."""

    id: int
    text: str
    """ASCII; what fits in a frame is best."""
    importance: Importance = Importance.LOW
    confirm: bool = False

    @property
    def control(self) -> int:
        """The octet MessageControl."""
        flags = MessageControl.CONFIRMATION_REQUIRED if self.confirm else 0
        return message_control(MessageTransmission.NORMAL, self.importance, flags)

    @property
    def fields(self) -> dict[str, Any]:
        """Of DisplayMessage."""
        return {
            "message_id": self.id,
            "message_control": self.control,
            "start_time": NOW,
            "duration": UNTIL_CHANGED,
            "message": self.text,
        }


class Messages:
    """The hub's part. `server` goes on its endpoint."""

    def __init__(self) -> None:
        self.last: DisplayMessage | None = None
        self.confirmed: list[tuple[int, int]] = []
        """Short address and message id of each confirmation."""
        self.listeners = Listeners(MESSAGING.id)
        self.server = ClusterServer(
            MESSAGING, {}, {"GetLastMessage": self._wanted, "MessageConfirmation": self._confirmed}
        )

    def show(self, message: DisplayMessage) -> None:
        """Send a message to every display that has asked before, and keep it for those that will."""
        self.last = message
        self.listeners.tell("DisplayMessage", message.fields)

    def cancel(self) -> None:
        """Take the last message back."""
        if self.last is not None:
            self.listeners.tell("CancelMessage", {"message_id": self.last.id, "message_control": 0})
            self.last = None

    def _wanted(self, values: dict[str, Any], indication: Indication) -> Answer:
        self.listeners.add(indication)
        return Status.NOT_FOUND if self.last is None else ("DisplayMessage", self.last.fields)

    def _confirmed(self, values: dict[str, Any], indication: Indication) -> Answer:
        self.confirmed.append((indication.src, values["message_id"]))
        return None


class MessageReader:
    """A display's part. `client` goes on its endpoint; `shown` gets the text, or None when it is taken back."""

    def __init__(self, utc: Callable[[], int], shown: Callable[[str | None], None]) -> None:
        self._utc = utc
        self._shown = shown
        self._id: int | None = None
        self.client = ClusterClient(MESSAGING, {"DisplayMessage": self._display, "CancelMessage": self._cancel})
        self.endpoint: Endpoint
        """Set by the device."""

    def ask(self) -> None:
        """Ask for the last message; the hub sends every later one."""
        self.endpoint.command(HUB, HUB_ENDPOINT, MESSAGING.id, "GetLastMessage")

    def _display(self, values: dict[str, Any], indication: Indication) -> Answer:
        self._id = values["message_id"]
        self._shown(values["message"])
        if values["message_control"] & MessageControl.CONFIRMATION_REQUIRED:
            confirmation = {"message_id": self._id, "confirmation_time": self._utc()}
            place = indication.src, indication.src_endpoint
            self.endpoint.command(*place, MESSAGING.id, "MessageConfirmation", confirmation)
        return None

    def _cancel(self, values: dict[str, Any], indication: Indication) -> Answer:
        if values["message_id"] != self._id:
            return Status.NOT_FOUND
        self._id = None
        self._shown(None)
        return None

"""Messages of the supplier: the hub sends them, a display shows and confirms them (SE 1.4a, annex D.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.devices.ids import HUB, HUB_ENDPOINT
from hanbench.emulator.devices.services.listeners import Listeners
from hanbench.emulator.devices.services.recent_log import RecentLog
from hanbench.emulator.zcl import ClusterClient, ClusterServer, CommandAnswer, Endpoint, Indication, Status, on
from hanbench.emulator.zcl.clusters import MESSAGING
from hanbench.emulator.zcl.clusters.messaging import (
    NOW,
    UNTIL_CHANGED,
    CancelMessage,
    DisplayMessage,
    GetLastMessage,
    Importance,
    MessageConfirmation,
    MessageControl,
    MessageTransmission,
    message_control,
)


@dataclass(frozen=True, slots=True)
class CustomerMessage:
    """A text for the customer."""

    id: int
    text: str
    """ASCII."""
    importance: Importance = Importance.LOW
    confirm: bool = False

    @property
    def control(self) -> int:
        """The octet MessageControl."""
        flags = MessageControl.CONFIRMATION_REQUIRED if self.confirm else 0
        return message_control(MessageTransmission.NORMAL, self.importance, flags)

    @property
    def command(self) -> DisplayMessage:
        """The message as it is sent to displays."""
        return DisplayMessage(self.id, self.control, start_time=NOW, duration=UNTIL_CHANGED, message=self.text)


class Messages:
    """The hub's part. `server` goes on its endpoint."""

    def __init__(self) -> None:
        self.last: CustomerMessage | None = None
        self.confirmed: RecentLog[tuple[int, int]] = RecentLog()
        """Short address and message id of each confirmation."""
        self.listeners = Listeners(MESSAGING.id)
        self.server = ClusterServer(
            MESSAGING, handlers=(on(GetLastMessage, self._wanted), on(MessageConfirmation, self._confirmed))
        )

    def show(self, message: CustomerMessage) -> None:
        """Send a message to every display that has asked before, and keep it for displays that ask later."""
        self.last = message
        self.listeners.notify(message.command)

    def cancel(self) -> None:
        """Cancel the last message."""
        if self.last is not None:
            self.listeners.notify(CancelMessage(self.last.id, message_control=0))
            self.last = None

    def _wanted(self, request: GetLastMessage, indication: Indication) -> CommandAnswer:
        self.listeners.add(indication)
        return Status.NOT_FOUND if self.last is None else self.last.command

    def _confirmed(self, confirmation: MessageConfirmation, indication: Indication) -> CommandAnswer:
        self.confirmed.append((indication.src, confirmation.message_id))
        return None


class MessageReader:
    """A display's part. `client` goes on its endpoint; `shown` gets the text, or None when the message is cancelled."""

    def __init__(self, utc: Callable[[], int], shown: Callable[[str | None], None]) -> None:
        self._utc = utc
        self._shown = shown
        self._id: int | None = None
        self.client = ClusterClient(MESSAGING, (on(DisplayMessage, self._display), on(CancelMessage, self._cancel)))
        self.endpoint: Endpoint
        """Set by the device."""

    def ask(self) -> None:
        """Ask for the last message; the hub sends every later one."""
        self.endpoint.command(HUB, HUB_ENDPOINT, MESSAGING.id, GetLastMessage())

    def _display(self, message: DisplayMessage, indication: Indication) -> CommandAnswer:
        self._id = message.message_id
        text = message.message
        self._shown(text.decode(errors="replace") if isinstance(text, bytes) else text)
        if message.message_control & MessageControl.CONFIRMATION_REQUIRED:
            confirmation = MessageConfirmation(message.message_id, self._utc())
            self.endpoint.command(indication.src, indication.src_endpoint, MESSAGING.id, confirmation)
        return None

    def _cancel(self, command: CancelMessage, indication: Indication) -> CommandAnswer:
        if command.message_id != self._id:
            return Status.NOT_FOUND
        self._id = None
        self._shown(None)
        return None

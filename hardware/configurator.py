"""Brings one dongle to the desired state of its radio; what firmware cannot take while it transmits waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from hanbench.emulator.radio.spinel.frames import SpinelFrame
from hanbench.emulator.radio.spinel.ids import PropertyId, SpinelStatus
from hanbench.hardware.desired_state import AppliedState, DesiredState, SpinelCommand
from hanbench.hardware.refusals import Consequence, consequence_of
from hanbench.hardware.status import decode_status, describe_status

MOST_RETRIES = 10
"""How often in a row a command may be refused because the radio does something else at this moment."""


@dataclass(frozen=True, slots=True)
class DongleAccess:
    """What the configurator needs of the driver."""

    ask: Callable[[SpinelCommand, Callable[[SpinelFrame | None], None]], None]
    """Sends a command; the callback gets its answer, or None."""
    works: Callable[[], bool]
    """Whether the dongle works."""
    is_free: Callable[[], bool]
    """Whether the dongle works, and neither transmits nor scans: firmware loses or refuses changes meanwhile."""
    retry_later: Callable[[Callable[[], None]], None]
    note: Callable[[str], None]
    fail: Callable[[str], None]


class Configurator:
    """Keeps the desired state, and sends the commands that are missing to it as soon as the radio can take them."""

    def __init__(self, dongle: DongleAccess) -> None:
        self.desired = DesiredState()
        self._dongle = dongle
        self._applied = AppliedState()
        self._refusals: Counter[PropertyId] = Counter()

    def restarted(self) -> None:
        """Note that the dongle has restarted, and keeps nothing of what it was told."""
        self._applied = AppliedState()
        self._refusals.clear()

    def forget(self, what: PropertyId) -> None:
        """Note that the dongle may have changed a property by itself."""
        self._applied.forget(what)

    def change(self, desired: DesiredState) -> None:
        """Replace the desired state, and apply it as soon as the radio can take it."""
        self.desired = desired
        self.apply()

    def apply(self) -> None:
        """Send what is missing to the desired state, as far as the radio can take it now."""
        if self._dongle.works():
            for command in tuple(self._applied.bring_to(self.desired, radio_free=self._dongle.is_free())):
                self._send(command)

    def _send(self, command: SpinelCommand) -> None:
        def answered(frame: SpinelFrame | None) -> None:
            if frame is None:
                self._dongle.fail("has stopped answering")
                return
            refused = frame.property == PropertyId.LAST_STATUS
            status = decode_status(frame.value) if refused else SpinelStatus.OK
            if status == SpinelStatus.OK:
                self._refusals.pop(command.property, None)
            else:
                self._refused(command, status)

        self._dongle.ask(command, answered)

    def _refused(self, command: SpinelCommand, status: int) -> None:
        consequence = consequence_of(command, status)
        text = refusal(command, status)
        if consequence in (Consequence.NOTE, Consequence.REWRITE_TABLE, Consequence.MATCH_ALL):
            self._dongle.note(text)
        if consequence is Consequence.REWRITE_TABLE:
            self._applied.remove_refused(command.property)
            self.apply()
        elif consequence is Consequence.MATCH_ALL:
            self._applied.table_full(command.property, command.value)
            self.apply()
        elif consequence is Consequence.RETRY and self._refusals[command.property] < MOST_RETRIES:
            self._refusals[command.property] += 1
            self._applied.forget(command.property)
            self._dongle.retry_later(self.apply)
        elif consequence in (Consequence.RETRY, Consequence.FAIL):
            self._dongle.fail(text)


def refusal(command: SpinelCommand, status: int) -> str:
    """Return the words for a refused command."""
    return f"refuses {command.command.name} {command.property.name}: {describe_status(status)}"

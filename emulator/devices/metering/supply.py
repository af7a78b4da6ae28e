"""Supply control: off, armed or on, now or at a time, from afar or from the display (SE 1.4a, D.3.3.3.1.12 to 14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.zcl.cluster_instance import Answer, Handler
from hanbench.emulator.zcl.clusters.metering import (
    NOW,
    SUPPLY_OFF,
    SUPPLY_OFF_ARMED,
    SUPPLY_ON,
    SupplyControl,
    SupplyState,
)
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication

NEVER = 0xFFFFFFFF
"""Implementation time of a ChangeSupply that cancels one; the attribute's while no change is pending."""
STATES = {
    "SupplyTamperState": "supply_tamper_state",
    "SupplyDepletionState": "supply_depletion_state",
    "SupplyUncontrolledFlowState": "supply_uncontrolled_flow_state",
    "LoadLimitSupplyState": "load_limit_supply_state",
}
"""What SetSupplyStatus sets: attribute by attribute, the field."""
_STATUS, _PENDING, _STATES = "supply_status", "supply_change", "supply_states"


class PendingSupplyChange(NamedTuple):
    """A change of the supply that is to come; kept in flash."""

    provider_id: int
    issuer_event_id: int
    time: int
    """UTC seconds."""
    status: int
    wants_response: bool
    short: int
    """Who asked."""
    endpoint: int

    @property
    def response(self) -> dict[str, Any]:
        """Fields of SupplyStatusResponse."""
        return {
            "provider_id": self.provider_id,
            "issuer_event_id": self.issuer_event_id,
            "implementation_date_time": self.time,
            "supply_status_after_implementation": self.status,
        }


class Supply:
    """A meter's supply. `stored` is the flash: status, pending change and states survive a power cut.

    `respond(change)` sends `change.response` as SupplyStatusResponse to who asked, once a change that was to come has
    been made and a response was wanted. `switched(status)` learns of every change of the supply.
    """

    def __init__(
        self,
        clock: Clock,
        utc: Callable[[], int],
        stored: dict[str, Any],
        respond: Callable[[PendingSupplyChange], object],
        switched: Callable[[int], object] = lambda status: None,
    ) -> None:
        self._clock = clock
        self._utc = utc
        self._stored = stored
        self._respond = respond
        self._switched = switched
        stored.setdefault(_STATES, dict.fromkeys(STATES, int(SupplyState.UNCHANGED)))
        self.handlers: dict[str, Handler] = {
            "ChangeSupply": self._change_supply,
            "LocalChangeSupply": self._local_change_supply,
            "SetSupplyStatus": self._set_supply_status,
        }
        self.values: Mapping[str, Any] = {
            "SupplyStatus": lambda: self.status,
            "ProposedChangeSupplyImplementationTime": lambda: self.pending.time if self.pending else NEVER,
            "ProposedChangeSupplyStatus": lambda: self.pending.status if self.pending else self.status,
            **{name: lambda name=name: self._stored[_STATES][name] for name in STATES},
        }
        self._wait()

    @property
    def status(self) -> int:
        """Off, off and armed, or on."""
        status: int = self._stored.get(_STATUS, SUPPLY_ON)
        return status

    @property
    def pending(self) -> PendingSupplyChange | None:
        """The change that is to come."""
        pending: PendingSupplyChange | None = self._stored.get(_PENDING)
        return pending

    def switch(self, status: int) -> None:
        """Change the supply now."""
        if status != self.status:
            self._stored[_STATUS] = status
            self._switched(status)

    def _change_supply(self, fields: dict[str, Any], indication: Indication) -> Answer:
        time, now = fields["implementation_date_time"], self._utc()
        if time == NEVER:
            return self._cancel(fields)
        if fields["proposed_supply_status"] not in (SUPPLY_OFF, SUPPLY_OFF_ARMED, SUPPLY_ON):
            return Status.INVALID_VALUE
        if time != NOW and time < now:
            return Status.INVALID_VALUE
        if self.pending is not None and fields["issuer_event_id"] < self.pending.issuer_event_id:
            return Status.FAILURE
        change = PendingSupplyChange(
            fields["provider_id"],
            fields["issuer_event_id"],
            now if time == NOW else time,
            fields["proposed_supply_status"],
            bool(fields["supply_control_bits"] & SupplyControl.ACKNOWLEDGE_REQUIRED),
            indication.src,
            indication.src_endpoint,
        )
        if change.time > now:
            self._stored[_PENDING] = change
            self._wait()
            return Status.SUCCESS
        self._stored[_PENDING] = None
        self.switch(change.status)
        return ("SupplyStatusResponse", change.response) if change.wants_response else Status.SUCCESS

    def _cancel(self, fields: dict[str, Any]) -> Status:
        pending = self.pending
        if pending is None or pending[:2] != (fields["provider_id"], fields["issuer_event_id"]):
            return Status.NOT_FOUND
        self._stored[_PENDING] = None
        return Status.SUCCESS

    def _wait(self) -> None:
        if self.pending is not None:
            delay = max(0, self.pending.time - self._utc())
            self._clock.call_later(delay * SECOND, self._implement, self.pending)

    def _implement(self, change: PendingSupplyChange) -> None:
        """Make the change if it still stands; a clock that was set back in the meantime makes it wait again."""
        if self.pending is not change:
            return
        if change.time > self._utc():
            self._wait()
            return
        self._stored[_PENDING] = None
        self.switch(change.status)
        if change.wants_response:
            self._respond(change)

    def _local_change_supply(self, fields: dict[str, Any], indication: Indication) -> Answer:
        """A customer at the display may close an armed switch and open it again, no more."""
        proposed = fields["proposed_supply_status"]
        if proposed not in (SUPPLY_OFF_ARMED, SUPPLY_ON) or self.status == SUPPLY_OFF:
            return Status.NOT_AUTHORIZED
        self.switch(proposed)
        return Status.SUCCESS

    def _set_supply_status(self, fields: dict[str, Any], indication: Indication) -> Answer:
        """What the supply is to become at each event, from now on."""
        states = {name: fields[field] for name, field in STATES.items()}
        if not set(states.values()) <= set(SupplyState):
            return Status.INVALID_VALUE
        self._stored[_STATES] = states
        return Status.SUCCESS

"""Supply control: off, armed or on, now or at a time, by ChangeSupply or locally (SE 1.4a, D.3.3.3.1.12 to 14)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from hanbench.emulator.clock import SECOND, Clock
from hanbench.emulator.zcl.attributes import Values
from hanbench.emulator.zcl.cluster_instance import CommandAnswer, Handler, on
from hanbench.emulator.zcl.clusters.metering import (
    NOW,
    SUPPLY_OFF,
    SUPPLY_OFF_ARMED,
    SUPPLY_ON,
    ChangeSupply,
    LocalChangeSupply,
    MeteringAttributes,
    SetSupplyStatus,
    SupplyControl,
    SupplyState,
    SupplyStatusResponse,
)
from hanbench.emulator.zcl.status import Status
from hanbench.emulator.zcl.transport import Indication

NEVER = 0xFFFFFFFF
"""Implementation time of a ChangeSupply that cancels one; the attribute's while no change is pending."""


class SupplyStates(NamedTuple):
    """What each event does to the supply, as SetSupplyStatus sets it."""

    tamper: int = SupplyState.UNCHANGED
    depletion: int = SupplyState.UNCHANGED
    uncontrolled_flow: int = SupplyState.UNCHANGED
    load_limit: int = SupplyState.UNCHANGED


class PendingSupplyChange(NamedTuple):
    """A change of the supply that waits for its time; kept in flash."""

    provider_id: int
    issuer_event_id: int
    time: int
    """UTC seconds."""
    status: int
    wants_response: bool
    short: int
    """Short address of the device that asked for it."""
    endpoint: int

    @property
    def response(self) -> SupplyStatusResponse:
        """The answer to the device that asked, when the change is made."""
        return SupplyStatusResponse(self.provider_id, self.issuer_event_id, self.time, self.status)


@dataclass(slots=True)
class SupplyFlash:
    """What `Supply` keeps."""

    status: int = SUPPLY_ON
    """Off, off and armed, or on."""
    pending: PendingSupplyChange | None = None
    states: SupplyStates = SupplyStates()  # noqa: RUF009 - a named tuple never changes


class Supply:
    """A meter's supply.

    `respond(change)` sends `change.response` to the device that asked, once a pending change has been made and a
    response was wanted. `switched(status)` learns of every change of the supply.
    """

    def __init__(
        self,
        clock: Clock,
        utc: Callable[[], int],
        flash: SupplyFlash,
        respond: Callable[[PendingSupplyChange], object],
        switched: Callable[[int], object] = lambda status: None,
    ) -> None:
        self._clock = clock
        self._utc = utc
        self._flash = flash
        self._respond = respond
        self._switched = switched
        self.handlers: tuple[Handler, ...] = (
            on(ChangeSupply, self._change_supply),
            on(LocalChangeSupply, self._local_change_supply),
            on(SetSupplyStatus, self._set_supply_status),
        )
        self.values: Values = {
            MeteringAttributes.SupplyStatus: lambda: self.status,
            MeteringAttributes.ProposedChangeSupplyImplementationTime: (
                lambda: self.pending.time if self.pending else NEVER
            ),
            MeteringAttributes.ProposedChangeSupplyStatus: lambda: self.pending.status if self.pending else self.status,
            MeteringAttributes.SupplyTamperState: lambda: self.states.tamper,
            MeteringAttributes.SupplyDepletionState: lambda: self.states.depletion,
            MeteringAttributes.SupplyUncontrolledFlowState: lambda: self.states.uncontrolled_flow,
            MeteringAttributes.LoadLimitSupplyState: lambda: self.states.load_limit,
        }
        self._wait()

    @property
    def status(self) -> int:
        """Off, off and armed, or on."""
        return self._flash.status

    @property
    def states(self) -> SupplyStates:
        """What each event does to the supply."""
        return self._flash.states

    @property
    def pending(self) -> PendingSupplyChange | None:
        """The change that waits for its time."""
        return self._flash.pending

    def switch(self, status: int) -> None:
        """Change the supply now."""
        if status != self.status:
            self._flash.status = status
            self._switched(status)

    def _change_supply(self, request: ChangeSupply, indication: Indication) -> CommandAnswer:
        time, now = request.implementation_date_time, self._utc()
        if time == NEVER:
            return self._cancel(request)
        if request.proposed_supply_status not in (SUPPLY_OFF, SUPPLY_OFF_ARMED, SUPPLY_ON):
            return Status.INVALID_VALUE
        if time != NOW and time < now:
            return Status.INVALID_VALUE
        if self.pending is not None and request.issuer_event_id < self.pending.issuer_event_id:
            return Status.FAILURE
        change = PendingSupplyChange(
            request.provider_id,
            request.issuer_event_id,
            now if time == NOW else time,
            request.proposed_supply_status,
            bool(request.supply_control_bits & SupplyControl.ACKNOWLEDGE_REQUIRED),
            indication.src,
            indication.src_endpoint,
        )
        if change.time > now:
            self._flash.pending = change
            self._wait()
            return Status.SUCCESS
        self._flash.pending = None
        self.switch(change.status)
        return change.response if change.wants_response else Status.SUCCESS

    def _cancel(self, request: ChangeSupply) -> Status:
        pending = self.pending
        if pending is None or pending[:2] != (request.provider_id, request.issuer_event_id):
            return Status.NOT_FOUND
        self._flash.pending = None
        return Status.SUCCESS

    def _wait(self) -> None:
        if self.pending is not None:
            delay = max(0, self.pending.time - self._utc())
            self._clock.call_later(delay * SECOND, self._implement, self.pending)

    def _implement(self, change: PendingSupplyChange) -> None:
        """Make the change if it still stands and is due; it is not if the clock was set back meanwhile."""
        if self.pending is not change:
            return
        if change.time > self._utc():
            self._wait()
            return
        self._flash.pending = None
        self.switch(change.status)
        if change.wants_response:
            self._respond(change)

    def _local_change_supply(self, request: LocalChangeSupply, indication: Indication) -> CommandAnswer:
        """Close an armed switch, or arm it again: a customer may do no more."""
        proposed = request.proposed_supply_status
        if proposed not in (SUPPLY_OFF_ARMED, SUPPLY_ON) or self.status == SUPPLY_OFF:
            return Status.NOT_AUTHORIZED
        self.switch(proposed)
        return Status.SUCCESS

    def _set_supply_status(self, request: SetSupplyStatus, indication: Indication) -> CommandAnswer:
        """Set what each event does to the supply from now on."""
        states = SupplyStates(
            request.supply_tamper_state,
            request.supply_depletion_state,
            request.supply_uncontrolled_flow_state,
            request.load_limit_supply_state,
        )
        if not set(states) <= set(SupplyState):
            return Status.INVALID_VALUE
        self._flash.states = states
        return Status.SUCCESS

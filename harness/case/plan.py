"""The planned events of a case, independent of its controller: consents, faults, and changes of supplier."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from hanbench.emulator.radio import FrameAction
from hanbench.harness.case.calendar import Moment, check_dates, check_durations
from hanbench.harness.case.check import Subject
from hanbench.harness.case.installation import Installation, Meter, MeterRole, MeterStatus, SupplierId
from hanbench.harness.case.pattern import FramePattern

Nth = Annotated[int, Meta(ge=1, le=1_000_000)]


class StatementKind(StrEnum):
    """The kind of a supplier's statement to the DCC."""

    REQUEST = "request"
    AUTHORISATION = "authorisation"
    WITHDRAWAL = "withdrawal"


class State(StrEnum):
    """The state of a subject, as far as a HAN-connectivity check is concerned."""

    HEALTHY = "well"
    BROKEN = "broken"
    IMPAIRED = "impaired"
    """Faulty, but it answers: a check must not fail it."""
    UNCERTAIN = "uncertain"
    """Between states, or working intermittently: any verdict of a check is right."""


class _Occasion(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """When a supplier acts: at a date, or relative to what happens in the case."""

    at: Moment | None = None
    """A date. One before the start: the controller hears of it right after it has loaded the installation."""
    after_check: Nth | None = None
    """Number of the check; the act comes right after its result, in the same instant, or `later`."""
    during_check: Nth | None = None
    """Number of the check; the act comes when it begins, or `later`."""
    during_commissioning: Nth | None = None
    """Number of the commissioning; the act comes when it begins, or `later`."""
    to_decide_by: timedelta | None = None
    """Time from the installation's `decide_by` to the act, negative if the act comes before."""
    later: timedelta = timedelta(0)
    """Time that passes after the occasion."""

    def __post_init__(self) -> None:
        check_dates(at=self.at)
        check_durations(to_decide_by=self.to_decide_by, later=self.later)
        names = ("at", "after_ask", "after_check", "during_check", "during_commissioning", "to_decide_by")
        known = [name for name in names if name in self.__struct_fields__]
        if sum(getattr(self, name) is not None for name in known) != 1:
            raise ValueError(f"give exactly one of {', '.join(f'`{name}`' for name in known)}")
        if self.later < timedelta(0):
            raise ValueError("`later` must not be negative")
        counted = (self.after_check, self.during_check, self.during_commissioning)
        if self.later and all(each is None for each in counted):
            raise ValueError("`later` belongs to `after_check`, `during_check` or `during_commissioning`")


class SupplierAct(_Occasion, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A statement of a supplier: at a date, some time after it was asked, or relative to a check or the end of time."""

    supplier: SupplierId
    says: StatementKind
    after_ask: timedelta | None = None
    """Time since the supplier was first asked; if it is never asked, it says nothing."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_durations(after_ask=self.after_ask)
        if self.after_ask is not None and self.after_ask < timedelta(0):
            raise ValueError("`after_ask` must not be negative: a supplier does not answer before it is asked")


class SupplierChange(_Occasion, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A change of a meter's supplier or status. An Active meter whose customer moves to a supplier without a SMETS1
    service becomes Dormant in the middle of its migration.
    """

    meter: MeterRole
    status: MeterStatus
    supplier: SupplierId | None = None
    """None: the supplier stays the same."""

    def of(self, home: Installation) -> Installation:
        """Return the installation after the change."""
        before: Meter = home.esme if self.meter is MeterRole.ESME else home.gsme
        return structs.replace(home, **{self.meter.value: Meter(self.status, self.supplier or before.supplier)})


class FrameTrigger(FramePattern, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The moment after the nth frame that matches a pattern."""

    nth: Nth = 1


class FrameFaultSpec(FramePattern, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fault of frames that match a pattern, or of messages on the WAN."""

    does: FrameAction = FrameAction.DROP
    on: Literal["air", "wan"] = "air"
    first: Nth = 1
    """The first matching frame to affect."""
    count: Nth | None = None
    """Number of frames to affect; None: all until the fault is healed."""
    chance: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Probability that a matching frame is affected."""
    delay: timedelta = timedelta(seconds=0.1)
    """Time from the end of a delayed or duplicated frame to its copy."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.does is FrameAction.DELIVER:
            raise ValueError("`does` must be lose, garble, tamper, delay or duplicate")
        if not timedelta(0) <= self.delay <= timedelta(days=1):
            raise ValueError("`delay` must be from PT0S to P1D")
        about = (self.name, self.sender, self.receiver, self.node, self.between, self.cluster, self.channel)
        if self.on == "wan" and (about != (None,) * len(about) or self.does is not FrameAction.DROP):
            raise ValueError("on the WAN, messages of any kind are lost: give `first`, `count` and `chance` only")


class FaultEvent(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fault or a recovery: at a date, just before the nth check or commissioning, or right after a frame.

    Events with the same cause follow each other; events with different causes add up.
    """

    subject: Subject
    state: State
    cause: str = ""
    """A named fault, or, with `frames`, a name of your own by which a later event can end it."""
    at: Moment | None = None
    before_check: Nth | None = None
    """Number of the check; the event comes when the check is requested, so there is time before the check begins."""
    before_commissioning: Nth | None = None
    on_frame: FrameTrigger | None = None
    lasts: timedelta | None = None
    """Time after which the fault heals by itself."""
    chance: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Probability that the event happens at all; drawn from the seed of the run."""
    frames: FrameFaultSpec | None = None
    """A fault of frames instead of one of a device."""

    def __post_init__(self) -> None:
        check_dates(at=self.at)
        check_durations(lasts=self.lasts)
        triggers = (self.at, self.before_check, self.before_commissioning, self.on_frame)
        if sum(when is not None for when in triggers) != 1:
            raise ValueError("give exactly one of `at`, `before_check`, `before_commissioning`, `on_frame`")
        if self.state is State.HEALTHY and (self.lasts is not None or self.frames is not None):
            raise ValueError("`lasts` and `frames` belong to a fault, not to a recovery")
        if self.lasts is not None and self.lasts <= timedelta(0):
            raise ValueError("`lasts` must be above 0")

    @property
    def healed(self) -> FaultEvent:
        """The recovery from this fault, with the same trigger."""
        return structs.replace(self, state=State.HEALTHY, lasts=None, frames=None)


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """All planned events of a scenario. Every subject is healthy at the start."""

    start: Moment
    """Time at which the installation is loaded."""
    suppliers: tuple[SupplierAct, ...] = ()
    changes: tuple[FaultEvent, ...] = ()
    handovers: tuple[SupplierChange, ...] = ()

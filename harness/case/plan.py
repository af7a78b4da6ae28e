"""What will happen to an installation apart from what its controller does: who consents when, what breaks when."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from hanbench.emulator.radio import FrameAction
from hanbench.harness.case.calendar import Moment
from hanbench.harness.case.check import Subject
from hanbench.harness.case.installation import Installation, Meter, MeterRole, MeterStatus, SupplierId
from hanbench.harness.case.pattern import FramePattern

Nth = Annotated[int, Meta(ge=1)]


class StatementKind(StrEnum):
    """What a supplier tells the DCC."""

    REQUEST = "request"
    AUTHORISATION = "authorisation"
    WITHDRAWAL = "withdrawal"


class State(StrEnum):
    """Whether a subject works, as far as a HAN-connectivity check is concerned."""

    HEALTHY = "well"
    BROKEN = "broken"
    IMPAIRED = "impaired"
    """Not as it should be, and yet it answers: a check that fails it would be wrong."""
    UNCERTAIN = "uncertain"
    """Neither: on its way down or back, or working now and then. Nothing can be demanded of a check."""


class SupplierAct(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A supplier speaks: at a date, some time after it was asked, or right after the result of a check."""

    supplier: SupplierId
    says: StatementKind
    at: Moment | None = None
    after_ask: timedelta | None = None
    """Since the first time that this supplier was asked; if it never is, it stays silent."""
    after_check: Nth | None = None

    def __post_init__(self) -> None:
        if sum(when is not None for when in (self.at, self.after_ask, self.after_check)) != 1:
            raise ValueError("give exactly one of `at`, `after_ask`, `after_check`")


class SupplierChange(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A meter changes hands, or its status: an Active one whose customer moves to a supplier without a SMETS1 service
    becomes Dormant in the middle of its migration.
    """

    meter: MeterRole
    status: MeterStatus
    supplier: SupplierId | None = None
    """None: it stays with the one it has."""
    at: Moment | None = None
    after_check: Nth | None = None
    """Right after the result of this check is known."""

    def __post_init__(self) -> None:
        if (self.at is None) == (self.after_check is None):
            raise ValueError("give exactly one of `at`, `after_check`")

    def of(self, home: Installation) -> Installation:
        """The installation as it is afterwards."""
        before: Meter = home.esme if self.meter is MeterRole.ESME else home.gsme
        return structs.replace(home, **{self.meter.value: Meter(self.status, self.supplier or before.supplier)})


class FrameTrigger(FramePattern, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The moment after a frame: the nth of those that are alike."""

    nth: Nth = 1


class FrameFaultSpec(FramePattern, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is done to frames that are alike, or to messages on the WAN."""

    does: FrameAction = FrameAction.DROP
    on: Literal["air", "wan"] = "air"
    first: Nth = 1
    """The first of these frames to which it is done."""
    count: Nth | None = None
    """After so many it is over; None: it goes on until it is healed."""
    chance: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """Of each frame to be one."""
    delay: timedelta = timedelta(seconds=0.1)
    """From the end of a frame that is delayed or duplicated to its copy."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.does is FrameAction.DELIVER:
            raise ValueError("`does` says what is done to frames: lose, garble, tamper, delay or duplicate")
        if self.delay < timedelta(0):
            raise ValueError("`delay` must not be negative")
        about = (self.name, self.sender, self.receiver, self.node, self.between, self.cluster, self.channel)
        if self.on == "wan" and (about != (None,) * len(about) or self.does is not FrameAction.DROP):
            raise ValueError("messages on the WAN are lost, whatever they are: give `first`, `count` and `chance` only")


class FaultEvent(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A subject breaks or recovers: at a date, just before the nth check or commissioning, or right after a frame.

    Changes with one cause follow each other; changes with several causes add up.
    """

    subject: Subject
    state: State
    cause: str = ""
    """A named fault, or, with `frames`, any name by which a later change can end it."""
    at: Moment | None = None
    before_check: Nth | None = None
    """When the nth check is asked for: it begins when its time has come, which leaves time to break or recover in."""
    before_commissioning: Nth | None = None
    on_frame: FrameTrigger | None = None
    lasts: timedelta | None = None
    """Heals by itself after so long."""
    chance: Annotated[float, Meta(gt=0, le=1)] = 1.0
    """That it comes about at all; drawn from the seed of the run."""
    frames: FrameFaultSpec | None = None
    """What breaks are frames on their way, not a device."""

    def __post_init__(self) -> None:
        triggers = (self.at, self.before_check, self.before_commissioning, self.on_frame)
        if sum(when is not None for when in triggers) != 1:
            raise ValueError("give exactly one of `at`, `before_check`, `before_commissioning`, `on_frame`")
        if self.state is State.HEALTHY and (self.lasts is not None or self.frames is not None):
            raise ValueError("`lasts` and `frames` go with what breaks, not with what is well again")
        if self.lasts is not None and self.lasts <= timedelta(0):
            raise ValueError("`lasts` must be longer than nothing")

    @property
    def healed(self) -> FaultEvent:
        """The end of it, at the same trigger."""
        return structs.replace(self, state=State.HEALTHY, lasts=None, frames=None)


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """The world's part in a scenario. Every subject is well at the start."""

    start: Moment
    """When the installation is loaded."""
    suppliers: tuple[SupplierAct, ...] = ()
    changes: tuple[FaultEvent, ...] = ()
    handovers: tuple[SupplierChange, ...] = ()

"""What will happen to an installation apart from what its controller does: who consents when, what breaks when."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, structs

from harness.migration.installation import Installation, Meter, Moment, Status, SupplierId
from harness.migration.vocabulary import Device, Subject

Nth = Annotated[int, Meta(ge=1)]


class Says(StrEnum):
    """What a supplier tells the DCC."""

    REQUEST = "request"
    AUTHORISATION = "authorisation"
    WITHDRAWAL = "withdrawal"


class State(StrEnum):
    """Whether a subject works, as far as a HAN-connectivity check is concerned."""

    WELL = "well"
    BROKEN = "broken"
    IMPAIRED = "impaired"
    """Not as it should be, and yet it answers: a check that fails it would be wrong."""
    UNCERTAIN = "uncertain"
    """Neither: on its way down or back, or working now and then. Nothing can be demanded of a check."""


class SupplierAct(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A supplier speaks: at a date, some time after it was asked, or right after the result of a check."""

    supplier: SupplierId
    says: Says
    at: Moment | None = None
    after_ask: timedelta | None = None
    """Since the first time that this supplier was asked; if it never is, it stays silent."""
    after_check: Nth | None = None

    def __post_init__(self) -> None:
        if sum(when is not None for when in (self.at, self.after_ask, self.after_check)) != 1:
            raise ValueError("give exactly one of `at`, `after_ask`, `after_check`")


class Handover(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A meter changes hands, or its status: an Active one whose customer moves to a supplier without a SMETS1 service
    becomes Dormant in the middle of its migration.
    """

    meter: Device
    status: Status
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
        before: Meter = home.esme if self.meter is Device.ESME else home.gsme
        return structs.replace(home, **{self.meter.value: Meter(self.status, self.supplier or before.supplier)})


class Change(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A subject breaks or recovers: at a date, or just before the nth check or commissioning."""

    subject: Subject
    state: State
    cause: str = ""
    at: Moment | None = None
    before_check: Nth | None = None
    """When the nth check is asked for: it begins when its time has come, which leaves time to break or recover in."""
    before_commissioning: Nth | None = None

    def __post_init__(self) -> None:
        if sum(when is not None for when in (self.at, self.before_check, self.before_commissioning)) != 1:
            raise ValueError("give exactly one of `at`, `before_check`, `before_commissioning`")


class Plan(Struct, frozen=True, forbid_unknown_fields=True):
    """The world's part in a scenario. Every subject is well at the start."""

    start: Moment
    """When the installation is loaded."""
    suppliers: tuple[SupplierAct, ...] = ()
    changes: tuple[Change, ...] = ()
    handovers: tuple[Handover, ...] = ()

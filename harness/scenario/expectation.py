"""The expectations of a scenario's author."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment, check_dates
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.pattern import FramePattern, Phase
from hanbench.harness.case.vocabulary import Outcome
from hanbench.profiles.rulesets import Decider

Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]


class FrameExpectation(FramePattern, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The expected number of frames of a kind on the air."""

    during: Phase = "anywhere"
    """`checks`: while a HAN-connectivity check runs; `commissioning`: while devices are commissioned."""
    at_least: Count | None = None
    at_most: Count | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.at_least is None and self.at_most is None:
            raise ValueError("give `at_least` or `at_most`, or both")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("`at_least` is more than `at_most`")

    def shortfall(self, counted: int) -> str | None:
        """Return a description of the difference if `counted` frames do not meet the expectation, else None."""
        if self.at_least is not None and counted < self.at_least:
            if self.optional and not counted:
                return None
            wanted = f"at least {self.at_least}"
        elif self.at_most is not None and counted > self.at_most:
            wanted = f"at most {self.at_most}" if self.at_most else "none"
        else:
            return None
        return f"{self.words}{self.when}: {counted} on the air, expected {wanted}"

    @property
    def when(self) -> str:
        """The phase in words, after a space; empty for any time."""
        return "" if self.during == "anywhere" else f" during {self.during}"


class Expectation(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The author's expectations, in addition to the rules; at least one."""

    outcome: Outcome | None = None
    checks: Count | None = None
    """Number of HAN-connectivity checks."""
    decider: Decider | None = None
    """The party that decides about the gas meter, by the rules of the day of the decision."""
    decided_after: Moment | None = None
    decided_before: Moment | None = None
    commissioned: tuple[MeterRole, ...] | None = None
    excluded: tuple[MeterRole, ...] | None = None
    frames: tuple[FrameExpectation, ...] = ()

    def __post_init__(self) -> None:
        if all(getattr(self, field) in (None, ()) for field in self.__struct_fields__):
            raise ValueError("expected an outcome, or anything else to expect")
        check_dates(decided_after=self.decided_after, decided_before=self.decided_before)
        if self.decided_after and self.decided_before and self.decided_after > self.decided_before:
            raise ValueError("`decided_after` is later than `decided_before`")
        for key in ("commissioned", "excluded"):
            devices = getattr(self, key) or ()
            if len(set(devices)) < len(devices):
                raise ValueError(f"`{key}` names a device twice")

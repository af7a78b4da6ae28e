"""One HAN-connectivity check: the value that events, trace records, oracle, reports and `--json` contain."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment


class Subject(StrEnum):
    """What can be the cause of a check's result."""

    GSME = "gsme"
    ESME = "esme"
    WAN = "wan"
    BENCH = "bench"


class Verdict(StrEnum):
    """What a HAN-connectivity check found out."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """Something other than the GSME was in the way: an ESME fault, a WAN fault, a fault of the bench."""


class HanCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """One finished HAN-connectivity check, with its times as dates and on the bench's clock."""

    attempt: Annotated[int, Meta(ge=1)]
    """Numbered from 1 over the whole case."""
    verdict: Verdict
    started: Moment
    finished: Moment
    code: str | None
    """GT01 on a failure."""
    cause: Subject | None
    """What was in the way: the GSME on a failure, another subject on an inconclusive check."""
    detail: str = ""
    """What the check found, in words."""
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the frames on which the verdict rests."""
    start: float = 0.0
    """Seconds on the bench's clock at which the check began. A capture begins at second 0 of it."""
    end: float = 0.0
    """Seconds on the bench's clock at which it ended."""

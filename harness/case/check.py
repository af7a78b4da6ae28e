"""One HAN-connectivity check: a value that events, trace records, oracle, reports and `--json` share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct

from hanbench.harness.case.calendar import Moment


class Subject(StrEnum):
    """A possible cause of a check's result."""

    GSME = "gsme"
    ESME = "esme"
    WAN = "wan"
    BENCH = "bench"


class Verdict(StrEnum):
    """The result of a HAN-connectivity check."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """The ESME, the WAN or the bench had a fault, so the check says nothing about the GSME."""


class HanCheck(Struct, frozen=True, forbid_unknown_fields=True):
    """One finished HAN-connectivity check, with its times as dates and on the bench's clock."""

    attempt: Annotated[int, Meta(ge=1)]
    """Number of the check, from 1 over the whole case."""
    verdict: Verdict
    started: Moment
    finished: Moment
    code: str | None
    """GT01 if the check failed."""
    cause: Subject | None
    """The cause of the result: the GSME if the check failed, another subject if it was inconclusive."""
    detail: str = ""
    """The finding in words."""
    frames: tuple[int, ...] = ()
    """Numbers, in the capture, of the frames that are the evidence of the verdict."""
    start: float = 0.0
    """Time of the bench's clock at which the check began, seconds. A capture begins at second 0 of it."""
    end: float = 0.0
    """Time of the bench's clock at which the check ended, seconds."""

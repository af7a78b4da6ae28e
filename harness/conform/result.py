"""Results: of a step, of a case, of a run."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

NOTICE = "hanbench certifies nothing: this is no certificate of the CSA, of the DCC or of the SMDA, nor a step to one."
"""Every report says so."""


class Verdict(StrEnum):
    """The verdict on one case."""

    PASS = "pass"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    """The case could not be carried out to its end: the bench was at fault, or the device did not come to the state in
    which the case begins; which of the two, the reason says."""
    NOT_APPLICABLE = "not applicable"


class Evidence(Struct, frozen=True):
    """One frame that a verdict rests on."""

    number: int
    """Number in the capture, from 1."""
    time_s: float
    sender: str
    receiver: str
    line: str
    layers: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


class Margin(Struct, frozen=True):
    """A measured value and its limit."""

    what: str
    value: float
    limit: float
    unit: str = "s"

    @property
    def words(self) -> str:
        """The margin as text: `rejoin 41 s, limit 60 s`."""
        return f"{self.what} {self.value:g} {self.unit}, limit {self.limit:g} {self.unit}"


class StepResult(Struct, frozen=True):
    """One step that was taken."""

    sentence: str
    at_s: float
    """Seconds from the beginning of the case."""
    frames: tuple[int, ...] = ()


class Failure(Struct, frozen=True):
    """What was wrong: the sentence that does not hold, and what was expected and seen."""

    sentence: str
    expected: str
    seen: str


class Conduct(Struct, frozen=True):
    """What every frame has to satisfy, and one of a case did not."""

    case: str
    """The case of the area AIR that is about it."""
    sentence: str
    frame: Evidence


class CaseResult(Struct, frozen=True, kw_only=True):
    """What a case found."""

    id: str
    area: str
    title: str
    verdict: Verdict
    reason: str = ""
    """Why the case is inconclusive or does not apply; of a failure, its sentence."""
    requirements: tuple[str, ...] = ()
    gate: str = ""
    steps: tuple[StepResult, ...] = ()
    margins: tuple[Margin, ...] = ()
    conduct: tuple[Conduct, ...] = ()
    """What was wrong with frames of the device in passing; the cases of the area AIR fail by it."""
    seen_in: str = ""
    """The case in whose frames the failure was seen, if that was another one."""
    failure: Failure | None = None
    evidence: tuple[Evidence, ...] = ()
    duration_s: float = 0.0
    """Seconds of the bench's clock."""
    frames: int = 0
    """Frames on the air."""
    capture: str | None = None
    """File beside the report."""
    replay: str = ""
    tolerated_until: str | None = None
    tolerated_because: str | None = None
    tolerance_ended: str | None = None
    """The day until which the failure was tolerated; None: it never was, or is today."""


class PicsRow(Struct, frozen=True):
    """One code: claimed by the vendor, and observed on the air."""

    code: str
    title: str
    claimed: bool
    observed: bool | None
    """None: the code cannot be observed from outside, or was not looked for."""

    @property
    def mismatch(self) -> bool:
        """Whether the claim and the observation differ."""
        return self.observed is not None and self.claimed != self.observed


class Identity(Struct, frozen=True):
    """The identity of the device, from Basic, OTA Upgrade and its descriptors; what was not read is empty."""

    kind: str
    reached: str
    """How: an emulated cohort, a class, a command, a bench."""
    eui64: str = ""
    manufacturer: str = ""
    model: str = ""
    application_version: int | None = None
    hardware_version: int | None = None
    stack_version: int | None = None
    manufacturer_code: int | None = None
    date_code: str = ""
    software_build: str = ""
    file_version: int | None = None
    """Version of the firmware that runs, as the client of OTA Upgrade has it."""
    image_manufacturer: int | None = None
    image_type: int | None = None

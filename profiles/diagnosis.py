"""The rules of `hanbench diagnose` as typed data: how long a silence must be, and which signs fit which faults."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from hanbench.profiles.loader import load

FILE = Path(__file__).parent / "diagnosis" / "classes.toml"

Text = Annotated[str, Meta(min_length=1)]
Seconds = Annotated[int, Meta(ge=1, le=30 * 86_400)]


class Says(StrEnum):
    """What a class says about the gas meter."""

    FAILED = "failed"
    """The hub cannot reach it over the HAN."""
    HEARD = "heard"
    """The hub hears it, and something else is wrong."""
    NOTHING = "nothing"
    """Nothing shows on the air."""


class DiagnosisRules(Struct, frozen=True, forbid_unknown_fields=True):
    """How long a silence must be before it says something."""

    wake_interval_s: Seconds
    """Assumed time between two wakes of a gas meter, where the capture does not show it."""
    wake_gap_s: Seconds
    """Frames that are further apart belong to two wakes."""
    pause_s: Seconds
    """Longest pause of a whole home; in a longer one the sniffer did not hear."""
    wakes_min: Annotated[int, Meta(ge=1, le=100)]
    """Wakes without a proof of health, at least."""
    silence_min_s: Seconds
    """Time without a proof of health, at least, of a meter that wakes often."""
    chance: Annotated[float, Meta(gt=0, lt=1)]
    """Probability, at most, that a sniffer's losses alone hide all proofs of a healthy meter."""
    loss_max: Annotated[float, Meta(gt=0, lt=1)]
    """Loss of the sniffer, beyond which more is not assumed; who misses more of the hub's frames does not hear it."""
    damaged_max: Annotated[float, Meta(gt=0, le=1)]
    """Share of damaged frames from which on the capture proves nothing."""
    hub_frames_min: Annotated[int, Meta(ge=1)]
    """Frames of the hub in a silence that show that it works."""


class Claim(Struct, frozen=True, forbid_unknown_fields=True):
    """One set of signs that fits a class."""

    needs: Annotated[tuple[Text, ...], Meta(min_length=1)]
    """Signs that must all be there."""
    strength: Annotated[int, Meta(ge=1, le=100)]
    """How well this fits; the class of the strongest claim comes first."""
    against: tuple[Text, ...] = ()
    """Signs that must not be there."""
    supports: tuple[Text, ...] = ()
    """Signs of which each adds to the strength."""


class FaultClass(Struct, frozen=True, forbid_unknown_fields=True):
    """Faults that are alike on the air."""

    id: Text
    title: Text
    says: Says
    faults: tuple[Text, ...]
    """Names of `hanbench faults`."""
    reason: Text
    """Why these faults are one class, and what tells it from the others."""
    action: Text
    """What a field engineer does about it."""
    claims: tuple[Claim, ...] = ()
    settles_s: Seconds | None = None
    """Time after which its signs decide, shorter than that of a silence; None: as long as a silence."""
    key_establishment: bool = False
    """Whether its signs are frames of a key establishment or a first joining."""


class DiagnosisFile(Struct, frozen=True, forbid_unknown_fields=True):
    """The file of rules and classes."""

    rules: DiagnosisRules
    classes: Annotated[tuple[FaultClass, ...], Meta(min_length=15)]


@cache
def diagnosis_file() -> DiagnosisFile:
    """Return the shipped rules and classes. Raises ProfileError."""
    return load(FILE, DiagnosisFile)

"""The typical home of a cohort: its devices and their positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from hanbench.profiles.devices import (
    AnyDevice,
    EsmeProfile,
    GsmeProfile,
    HubProfile,
    Id,
    IhdProfile,
    RepeaterProfile,
    Title,
    find_device,
)
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.rulesets import Cohort
from hanbench.profiles.sheet import NAME, Sheet, UnknownIdError, read_sheet

FOLDER = Path(__file__).parent / "cohorts"

D = TypeVar("D", bound=AnyDevice)
REPEATER = "generic-repeater"
"""Profile of a repeater where a bench file names none: no cohort's typical home has one."""

Metres = Annotated[float, Meta(ge=-1000, le=1000)]
Position = tuple[Metres, Metres]


class HomeDevices(Struct, frozen=True, kw_only=True):
    """The device profiles of the home."""

    hub: Id
    esme: Id
    gsme: Id
    ihd: Id


class HomeLayout(Struct, frozen=True, kw_only=True):
    """Positions of the devices: metres east and north of the hub."""

    hub_m: Annotated[Position, Meta(description="Communications Hub")]
    esme_m: Annotated[Position, Meta(description="Electricity meter")]
    gsme_m: Annotated[Position, Meta(description="Gas meter")]
    ihd_m: Annotated[Position, Meta(description="In-home display")]


class CohortProfile(Struct, frozen=True, kw_only=True):
    """The typical home of one cohort."""

    id: Annotated[Cohort, NAME]
    title: Title
    devices: Annotated[HomeDevices, NAME]
    layout: HomeLayout


@dataclass(frozen=True, slots=True)
class Household:
    """The device profiles of a home, loaded and checked, and their layout."""

    cohort: Cohort
    hub: HubProfile
    esme: EsmeProfile
    gsme: GsmeProfile
    ihd: IhdProfile
    repeater: RepeaterProfile
    """Of a bench that has one."""
    layout: HomeLayout


def ids() -> list[str]:
    """Return the ids of the cohorts that have a profile."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def path_of(name: str) -> Path:
    """Return the file of a shipped cohort. Raises UnknownIdError."""
    if name not in ids():
        raise UnknownIdError("cohort", name, ids())
    return FOLDER / f"{name}.toml"


def read_cohort(path: Path) -> Sheet[CohortProfile]:
    """Return the cohort in the file `path`. Raises ProfileError."""
    return read_sheet(path, (CohortProfile,), path_of)


@cache
def shipped(name: str) -> Sheet[CohortProfile]:
    """Return a shipped cohort. Raises UnknownIdError."""
    return read_cohort(path_of(name))


@cache
def household(cohort: Cohort) -> Household:
    """Return the typical home of a shipped cohort. Raises UnknownIdError."""
    return furnish(shipped(cohort.value).values, path_of(cohort.value))


def household_of(cohort: Cohort, others: Mapping[str, str], path: str, key: str = "nodes.{}.profile") -> Household:
    """Return the home of a cohort with some device profiles replaced by `others`, by role: ids, or files of the user.

    `path`: the file that names them, under `key`; see `devices.beside`.

    Raises ProfileError.
    """
    kinds: dict[str, type[AnyDevice]] = {
        "hub": HubProfile,
        "esme": EsmeProfile,
        "gsme": GsmeProfile,
        "ihd": IhdProfile,
        "repeater": RepeaterProfile,
    }
    changed = {role: _device(Path(path), key.format(role), name, kinds[role]) for role, name in others.items()}
    return replace(household(cohort), **changed)  # type: ignore[arg-type]


def furnish(profile: CohortProfile, path: Path) -> Household:
    """Return the home that `profile`, from the file `path`, describes. Raises ProfileError."""
    names = profile.devices
    return Household(
        profile.id,
        _device(path, "devices.hub", names.hub, HubProfile),
        _device(path, "devices.esme", names.esme, EsmeProfile),
        _device(path, "devices.gsme", names.gsme, GsmeProfile),
        _device(path, "devices.ihd", names.ihd, IhdProfile),
        _device(path, "devices.repeater", REPEATER, RepeaterProfile),
        profile.layout,
    )


def _device(path: Path, key: str, name: str, kind: type[D]) -> D:
    try:
        device = find_device(name).values
    except (UnknownIdError, ProfileError) as error:
        raise ProfileError(path, str(error), key) from None
    if not isinstance(device, kind):
        expected, found = kind.__struct_config__.tag, device.__struct_config__.tag
        raise ProfileError(path, f"expected a device of kind {expected}, found {name} of kind {found}", key)
    return device

"""PICS: the codes of the features that a device claims, from TOML or from a flat file of lines `CODE=1`.

The grammar follows that of Matter's PICS, with Zigbee names: `KEC.C` is a client of Key Establishment, `MTR.S` a server
of Metering, `MTR.S.A0000` its attribute 0x0000. `codes.toml` lists the clusters and the other codes, with sources.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct

from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.loader import LARGEST, load
from hanbench.profiles.reading import read_text

FILE = Path(__file__).parent / "codes.toml"
FOLDER = Path(__file__).parent / "pics"
DeviceKind = Literal["gsme", "esme", "hub", "ihd"]
"""The kinds of devices that can be tested."""
_ATTRIBUTE = re.compile(r"(?P<side>[A-Z]{3}\.[SC])\.A[0-9A-F]{4}")
_LINE = re.compile(r"\s*(?P<code>[^\s=#]+)\s*=\s*(?P<value>[01])\s*(?:#.*)?")
Code = Annotated[str, Meta(pattern=r"^[A-Z0-9]{2,4}(\.[A-Z0-9]+)+$(?!\n)")]


class Feature(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that does not follow from a cluster."""

    code: Code
    title: Annotated[str, Meta(min_length=1)]
    source: Annotated[str, Meta(min_length=1, description="Document and clause")]


class Codes(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table of codes."""

    clusters: Annotated[
        Mapping[str, Annotated[int, Meta(ge=0, le=0xFFFF)]], Meta(description="Clusters by their prefix")
    ]
    features: tuple[Feature, ...]


class PicsFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a vendor claims, in TOML."""

    codes: Annotated[tuple[str, ...], Meta(min_length=1, description="The codes of the features that the device has")]
    device: Annotated[DeviceKind | None, Meta(description="The kind of device, for the reader")] = None


@dataclass(frozen=True, slots=True)
class Pics:
    """The codes of one device."""

    codes: frozenset[str]

    def __contains__(self, code: str) -> bool:
        return code in self.codes

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self.codes))

    @classmethod
    def of(cls, codes: Iterable[str]) -> Pics:
        """Return the codes, with those that they imply: an attribute implies its cluster."""
        given = set(codes)
        sides = {match["side"] for code in given if (match := _ATTRIBUTE.fullmatch(code))}
        return cls(frozenset(given | sides))

    @property
    def flat(self) -> str:
        """The codes as lines `CODE=1`."""
        return "".join(f"{code}=1\n" for code in self)


@cache
def catalogue() -> Codes:
    """Return the shipped table of codes."""
    return load(FILE, Codes)


@cache
def known_codes() -> frozenset[str]:
    """Return every code that is known, without those of single attributes."""
    codes = catalogue()
    sides = {f"{prefix}.{side}" for prefix in codes.clusters for side in "SC"}
    return frozenset(sides | {feature.code for feature in codes.features})


def is_known(code: str) -> bool:
    """Return whether a code is in the table, or follows from it."""
    match = _ATTRIBUTE.fullmatch(code)
    return code in known_codes() or (match is not None and match["side"] in known_codes())


def side_code(cluster: int, *, server: bool) -> str | None:
    """Return the code of one side of a cluster; None: the table does not have the cluster."""
    prefix = next((name for name, number in catalogue().clusters.items() if number == cluster), None)
    return None if prefix is None else f"{prefix}.{'S' if server else 'C'}"


def attribute_code(cluster: int, attribute: int, *, server: bool = True) -> str | None:
    """Return the code of an attribute; None: the table does not have its cluster."""
    side = side_code(cluster, server=server)
    return None if side is None else f"{side}.A{attribute:04X}"


def title_of(code: str) -> str:
    """Return what a code means, in words."""
    for feature in catalogue().features:
        if feature.code == code:
            return feature.title
    prefix, side, *rest = code.split(".")
    what = f"{'server' if side == 'S' else 'client'} of cluster 0x{catalogue().clusters[prefix]:04X}"
    return f"{what}, attribute 0x{rest[0][1:]}" if rest else what


def shipped(cohort: str, device: str) -> Pics:
    """Return the codes of an emulated device of a cohort. Raises ProfileError."""
    return read_pics(FOLDER / f"{cohort}-{device}.toml")


def read_pics(path: Path) -> Pics:
    """Return the codes in a file: TOML if its name ends so, lines `CODE=1` otherwise. Raises ProfileError."""
    if path.suffix == ".toml":
        given = load(path, PicsFile)
        codes: Iterable[str] = given.codes
        if given.device is not None and f"SE.{given.device.upper()}" not in codes:
            raise ProfileError(path, f"found {given.device}; expected the kind that codes has, as SE.KIND", "device")
        places = [f"codes[{index}]" for index, _ in enumerate(codes)]
    else:
        lines = dict(_flat(path))
        codes, places = lines.keys(), [f"line {number}" for number in lines.values()]
    for code, place in zip(codes, places, strict=True):
        if not is_known(code):
            near = suggestion(code, sorted(known_codes()))
            raise ProfileError(path, f"found {code!r}; expected a PICS code{near}", place)
    return Pics.of(codes)


def _flat(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the codes that are 1, each with its line."""
    for number, line in enumerate(read_text(path, LARGEST).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise ProfileError(path, f"found {line.strip()[:40]!r}; expected CODE=1 or CODE=0", f"line {number}")
        if match["value"] == "1":
            yield match["code"], number

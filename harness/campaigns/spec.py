"""The spec of a campaign: its TOML file, and what it must fulfil beyond its types."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, structs

from hanbench.profiles.benches import StartingState
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import FORM, suggestion
from hanbench.profiles.loader import load
from hanbench.profiles.rulesets import Cohort

LARGEST = 10_000_000
"""Cases of a campaign at most."""
MOST_SEEDS = 10_000
USUAL_BATCH, FEW_BATCHES = 1000, 16
"""Cases of a batch; a small campaign has so many batches at least."""

_Line = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\A[^\x00-\x1f\x7f]+\Z")]
_Seeds = Annotated[int, Meta(ge=1, le=MOST_SEEDS)]


def _each_once(part: Struct, *keys: str) -> None:
    """Raise ValueError if a list that is a set has something twice."""
    for key in keys:
        given = getattr(part, key)
        if twice := next((each for each in given if given.count(each) > 1), None):
            raise ValueError(f"`{key}` has {str(twice)!r} twice")


class SuitePart(Struct, frozen=True, forbid_unknown_fields=True):
    """Cases of the suite of `hanbench verify`, each played by each controller on each seed."""

    part: Annotated[str, Meta(pattern=r"\A(full|quick)\Z", description="full or quick, as --suite of verify")] = "full"
    only: Annotated[_Line, Meta(description="Pattern of the ids of cases")] = "*"
    cohorts: Annotated[tuple[Cohort, ...], Meta(max_length=4, description="Cohorts of the cases; none: all")] = ()
    begins: Annotated[StartingState, Meta(description="How the HANs begin")] = StartingState.INSTALLED
    seeds: Annotated[_Seeds | None, Meta(description="Seeds at most; not given: as many as the size needs")] = None

    def __post_init__(self) -> None:
        _each_once(self, "cohorts")


class RandomPart(Struct, frozen=True, forbid_unknown_fields=True):
    """Random stories, as `hanbench explore` draws them, each played by each controller."""

    share: Annotated[
        Annotated[float, Meta(gt=0, le=1)] | None,
        Meta(description="Share of the size; not given: all that the other parts leave"),
    ] = None


class ConformPart(Struct, frozen=True, forbid_unknown_fields=True):
    """Cases of `hanbench conform` on emulated devices, each on each device, kind, cohort and seed."""

    devices: Annotated[
        tuple[_Line, ...], Meta(min_length=1, max_length=200, description="emulated, or firmware:NAME (a wrong one)")
    ] = ("emulated",)
    kinds: Annotated[
        tuple[Annotated[str, Meta(pattern=r"\A(gsme|esme|hub|ihd)\Z")], ...],
        Meta(min_length=1, max_length=4, description="Kinds of the emulated devices"),
    ] = ("gsme", "esme", "hub", "ihd")
    cohorts: Annotated[tuple[Cohort, ...], Meta(min_length=1, max_length=4)] = (Cohort.IOC,)
    cases: Annotated[_Line, Meta(description="Pattern of the ids of cases")] = "*"
    seeds: _Seeds = 1

    def __post_init__(self) -> None:
        _each_once(self, "devices", "kinds", "cohorts")


class CampaignSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """A campaign: which cases, in which order, from which seed."""

    name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9.-]{0,63}$(?!\n)",
            description="Its name in reports",
            extra={FORM: "lower-case letters, digits, dots and hyphens, at most 64"},
        ),
    ]
    size: Annotated[int, Meta(ge=1, le=LARGEST, description="Number of cases")]
    seed: Annotated[_Line, Meta(description="All random numbers come from it")] = "1"
    batch: Annotated[
        Annotated[int, Meta(ge=1, le=10_000)] | None,
        Meta(description="Cases that a worker gets at a time; not given: 1000, and fewer in small campaigns"),
    ] = None
    controllers: Annotated[
        tuple[_Line, ...],
        Meta(min_length=1, max_length=200, description="As --controller takes them; lawful:* and wrong:* mean all"),
    ] = ("reference",)
    hold_to: Annotated[
        str, Meta(pattern=r"\A(stated|inferred|assumed)\Z", description="Up to which basis a violation fails a case")
    ] = "assumed"
    played_twice: Annotated[
        int, Meta(ge=0, le=1_000_000, description="One case in so many is played twice, and compared; 0: none")
    ] = 20
    suite: SuitePart | None = None
    random: RandomPart | None = None
    conform: ConformPart | None = None

    @property
    def batch_size(self) -> int:
        """Cases of a batch."""
        return self.batch or max(1, min(USUAL_BATCH, self.size // FEW_BATCHES))


def encode(spec: CampaignSpec) -> bytes:
    """Return the spec as JSON, always the same octets."""
    return msgspec.json.encode(spec, order="deterministic")


def decode(octets: bytes) -> CampaignSpec:
    """Return the spec that was encoded. Raises msgspec.ValidationError."""
    return msgspec.json.decode(octets, type=CampaignSpec)


def spec_hash(spec: CampaignSpec) -> str:
    """Return what tells a spec from every other one, hexadecimal."""
    return blake2b(encode(spec), digest_size=8).hexdigest()


def changed_fields(before: CampaignSpec, now: CampaignSpec) -> tuple[str, ...]:
    """Return a text for each field in which two specs differ: its key, its value before, its value now."""
    return tuple(_changes("", msgspec.to_builtins(before), msgspec.to_builtins(now)))


def _changes(key: str, before: Any, now: Any) -> list[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        keys = sorted({*before, *now})
        parts = (_changes(f"{key}.{name}".lstrip("."), before.get(name), now.get(name)) for name in keys)
        return [each for part in parts for each in part]
    if before == now:
        return []
    return [f"{key} was {_shown(before)}, and is {_shown(now)}"]


def _shown(value: Any) -> str:
    text = "not given" if value is None else msgspec.json.encode(value).decode()
    return text if len(text) <= 60 else text[:57] + "..."


def load_spec(path: Path) -> CampaignSpec:
    """Load a spec from its file, with the controllers that patterns mean. Raises ProfileError, one line."""
    spec = load(path, CampaignSpec)
    if not (spec.suite or spec.random or spec.conform):
        raise ProfileError(path, "expected at least one of the tables suite, random and conform")
    if spec.random and spec.random.share is None and spec.suite:
        raise ProfileError(
            path, "expected, but missing: beside [suite] a share says how many are random", "random.share"
        )
    return structs.replace(spec, controllers=_controllers(path, spec.controllers))


def _controllers(path: Path, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the controllers by name, without patterns. Raises ProfileError for one that is there twice."""
    from hanbench.harness.controllers.lookup import lawful_names, wrong_names

    meant = {"lawful:*": lawful_names(), "wrong:*": wrong_names()}
    found: dict[str, None] = {}
    for index, each in enumerate(given):
        key = f"controllers[{index}]"
        if "*" in each and each not in meant:
            hint = suggestion(each, tuple(meant))
            raise ProfileError(path, f"found {each!r}; expected a controller, or one of {', '.join(meant)}{hint}", key)
        for name in meant.get(each, (each,)):
            if name in found:
                raise ProfileError(path, f"found {name} a second time", key)
            found[name] = None
    return tuple(found)

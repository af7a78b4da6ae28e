"""Which case each index of a campaign is.

The order is: conform cases, cases of the suite, random stories. Within the suite it is seed, HAN story, case,
controller, and within the random stories HAN story, story, controller: neighbours share a HAN story, which a worker
tells once.
"""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from itertools import product
from typing import NamedTuple, TypeAlias

from msgspec import structs

from hanbench.harness.campaign.executor import grouped
from hanbench.harness.campaign.explore.drawing import draw
from hanbench.harness.campaign.finding import select
from hanbench.harness.campaign.judge_test.quick import quick_ids
from hanbench.harness.campaign.suite import suite
from hanbench.harness.campaigns.rows import CaseName
from hanbench.harness.campaigns.spec import MOST_SEEDS, CampaignSpec, encode
from hanbench.harness.campaigns.spec_words import spec_words
from hanbench.harness.conform.case import Case
from hanbench.harness.conform.cases import area_of, every_case
from hanbench.harness.conform.firmwares.catalogue import wrong_firmwares
from hanbench.harness.controllers.lookup import named
from hanbench.harness.scenario.scenario import Scenario
from hanbench.harness.words import counted
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.explain import suggestion
from hanbench.profiles.rulesets import Cohort

_FIRMWARE = "firmware:"
_STORY = "story-"


class MigrationCase(NamedTuple):
    """A scenario and the controller that plays it."""

    scenario: Scenario
    name: CaseName
    before: tuple[Scenario, ...] = ()
    """Earlier cases about the same installation, which the controller must have played."""


class DeviceCase(NamedTuple):
    """A conform case and the device that it is run on."""

    case: Case
    device: str
    kind: str
    cohort: Cohort
    name: CaseName


PlannedCase: TypeAlias = MigrationCase | DeviceCase


class Device(NamedTuple):
    """A device under test of a campaign, with the cases that are run on it."""

    device: str
    kind: str
    cohort: Cohort
    cases: tuple[Case, ...]

    @property
    def label(self) -> str:
        return f"{self.device} {self.kind} {self.cohort.value}"


class Plan:
    """The cases of a campaign by their index. Raises ProfileError if the spec names what there is not."""

    def __init__(self, spec: CampaignSpec) -> None:
        self.spec = spec
        self._devices = _devices(spec)
        self._device_cases = [(device, case) for device in self._devices for case in device.cases]
        self._cases = _suite_cases(spec)
        conform_seeds = spec.conform.seeds if spec.conform else 0
        self.conform_size = min(len(self._device_cases) * conform_seeds, spec.size)
        left = spec.size - self.conform_size
        self.random_size = _random_size(spec, left)
        self.suite_size = left - self.random_size
        self._refuse_what_is_too_few()

    def _refuse_what_is_too_few(self) -> None:
        part, per_seed = self.spec.suite, len(self._cases) * len(self.spec.controllers)
        most = per_seed * (0 if part is None else part.seeds or MOST_SEEDS)
        if self.suite_size > most:
            there = self.spec.size - self.suite_size + most
            says = f"{counted(len(self._cases), 'case')}, {counted(len(self.spec.controllers), 'controller')}"
            why = f"the part of the suite has {says}" if part else "the conform part has no more cases"
            raise ProfileError(self.spec.name, f"expected at most {there:,}, found {self.spec.size:,}: {why}", "size")

    def case(self, index: int) -> PlannedCase:
        """Return the case with this index, from 0 to the size of the spec."""
        if index < self.conform_size:
            return self._device_case(index)
        index -= self.conform_size
        if index < self.suite_size:
            return self._suite_case(index)
        number, controller = divmod(index - self.suite_size, len(self.spec.controllers))
        name = CaseName(f"{_STORY}{number}", self.spec.seed, self.spec.controllers[controller])
        return MigrationCase(_drawn(self.spec.seed, number), name)

    @property
    def suite_words(self) -> str:
        """How much of its part of the suite a campaign plays: the first cases, in the order of the plan."""
        per_seed = len(self._cases) * len(self.spec.controllers)
        if self.suite_size < per_seed:
            return f"{self.suite_size:,} of {per_seed:,} suite cases x controllers, the first by HAN story"
        seeds = -(-self.suite_size // per_seed)
        return f"{self.suite_size:,} suite cases x controllers on {counted(seeds, 'seed')} ({per_seed:,} a seed)"

    @property
    def words(self) -> dict[str, str]:
        """What is played, in words, by the keys of the spec."""
        said = spec_words(encode(self.spec))
        return said | ({"suite": f"{said['suite']}: {self.suite_words}"} if self.suite_size else {})

    def _device_case(self, index: int) -> DeviceCase:
        number, place = divmod(index, len(self._device_cases))
        device, case = self._device_cases[place]
        name = CaseName(case.id, seed_of(self.spec, number), device.label)
        return DeviceCase(case, device.device, device.kind, device.cohort, name)

    def _suite_case(self, index: int) -> MigrationCase:
        rest, controller = divmod(index, len(self.spec.controllers))
        number, place = divmod(rest, len(self._cases))
        scenario = self._cases[place]
        name = CaseName(scenario.id, seed_of(self.spec, number), self.spec.controllers[controller])
        return MigrationCase(scenario, name, self._before(place))

    def _before(self, place: int) -> tuple[Scenario, ...]:
        about = self._cases[place].installation_id
        if about is None:
            return ()
        first = place
        while first and self._cases[first - 1].installation_id == about:
            first -= 1
        return tuple(self._cases[first:place])

    def find(self, name: CaseName) -> int | None:
        """Return the index of a case by what it is called; None: this campaign has it not."""
        return self._places.get(name)

    @cached_property
    def _places(self) -> _Places:
        return _Places(self)


class _Places:
    """The places of cases by name; made when one is looked for."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        spec = plan.spec
        self._controllers = {named(name): place for place, name in enumerate(spec.controllers)}
        self._cases = {case.id: place for place, case in enumerate(plan._cases)}
        self._devices = {(case.id, device.label): place for place, (device, case) in enumerate(plan._device_cases)}

    def get(self, name: CaseName) -> int | None:
        index = self._index(name)
        if index is None or not 0 <= index < self._plan.spec.size:
            return None
        found = self._plan.case(index).name
        return index if (found.case, found.seed, named(found.by)) == (name.case, name.seed, named(name.by)) else None

    def _index(self, name: CaseName) -> int | None:
        plan, spec = self._plan, self._plan.spec
        number = _seed_number(spec, name.seed)
        if number is None:
            return None
        if (place := self._devices.get((name.case, name.by))) is not None:
            return number * len(self._devices) + place
        controller = self._controllers.get(name.by)
        if controller is None:
            return None
        if name.case in self._cases:
            return (
                plan.conform_size
                + (number * len(self._cases) + self._cases[name.case]) * len(self._controllers)
                + controller
            )
        story = name.case.removeprefix("story-")
        if name.case != story and story.isdecimal():
            return plan.conform_size + plan.suite_size + int(story) * len(self._controllers) + controller
        return None


def seed_of(spec: CampaignSpec, number: int) -> str:
    """Return a seed of a campaign by its number, from 0: as `verify --seeds` names them."""
    return spec.seed if number == 0 else f"{spec.seed}.{number + 1}"


def _seed_number(spec: CampaignSpec, seed: str) -> int | None:
    if seed == spec.seed:
        return 0
    number = seed.removeprefix(f"{spec.seed}.")
    return int(number) - 1 if number != seed and number.isdecimal() and int(number) > 1 else None


def _random_size(spec: CampaignSpec, left: int) -> int:
    if spec.random is None:
        return 0
    return left if spec.random.share is None else min(left, round(spec.size * spec.random.share))


@lru_cache(maxsize=2)
def _drawn(seed: str, number: int) -> Scenario:
    """Return a random story, drawn once for all controllers."""
    return draw(seed, number)


def _suite_cases(spec: CampaignSpec) -> Sequence[Scenario]:
    """Return the cases of the suite's part. Raises ProfileError if there are none."""
    part = spec.suite
    if part is None:
        return ()
    every = suite(part.begins, part=quick_ids() if part.part == "quick" else None)
    try:
        chosen = select(part.only, every)
    except ValueError as error:
        raise ProfileError(spec.name, str(error), "suite.only") from None
    found = [each for each in chosen if not part.cohorts or each.cohort in part.cohorts]
    if not found:
        raise ProfileError(spec.name, f"no case of these cohorts has an id like {part.only!r}", "suite.cohorts")
    # A rule convicts, and no expectation of an author: that is about the reference, and lawful variants go other ways.
    return [structs.replace(case, expect=None) for group in grouped(found, "") for case in group]


def _devices(spec: CampaignSpec) -> tuple[Device, ...]:
    """Return the devices of the conform part, each with its cases. Raises ProfileError."""
    part = spec.conform
    if part is None:
        return ()
    wanted = [each for each in every_case() if fnmatchcase(each.id, part.cases)]
    if not wanted:
        hint = suggestion(part.cases, [each.id for each in every_case()])
        raise ProfileError(spec.name, f"no case has an id like {part.cases!r}{hint}", "conform.cases")
    found: list[Device] = []
    for index, text in enumerate(part.devices):
        if text == "emulated":
            found += (Device(text, *each, tuple(wanted)) for each in product(part.kinds, part.cohorts))
        else:
            found += (_firmware(spec, text, index, cohort, wanted) for cohort in part.cohorts)
    return tuple(found)


def _firmware(spec: CampaignSpec, text: str, index: int, cohort: Cohort, wanted: Sequence[Case]) -> Device:
    """Return a wrong firmware with the cases of its area."""
    name, known = text.removeprefix(_FIRMWARE), wrong_firmwares()
    if name == text or name not in known:
        hint = suggestion(text, ("emulated", *(_FIRMWARE + each for each in known)))
        problem = f"found {text!r}; expected emulated or firmware:NAME{hint}"
        raise ProfileError(spec.name, problem, f"conform.devices[{index}]")
    firmware = known[name]
    area = {each.id for each in area_of(firmware.area).cases}
    return Device(text, firmware.kind, cohort, tuple(each for each in wanted if each.id in area))


@lru_cache(maxsize=2)
def plan_of(spec: CampaignSpec) -> Plan:
    """Return the plan of a spec, made once a process. Raises ProfileError."""
    return Plan(spec)

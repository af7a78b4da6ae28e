"""The pool of HAN stories: cohort, start, spacing, and what breaks when. Many decision stories are played on each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hanbench.emulator.radio import FrameAction
from hanbench.emulator.randomness import RandomSource, split
from hanbench.harness.campaign.suite.courses import HEALTHY, LETTERS, sequence
from hanbench.harness.case.check import Subject
from hanbench.harness.case.fault_catalogue import CATALOGUE, FAULTS_OF_EVERY_HAN, FaultDescription
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.plan import FaultEvent, FrameFaultSpec, State
from hanbench.profiles.benches import StartingState
from hanbench.profiles.rulesets import Cohort

FIRST = 6
"""Number of decision stories on the first HAN story."""
GROWTH = 3
"""So many HAN stories later, one decision story more is played on each."""
RULES_CHANGE = datetime(2022, 3, 15, tzinfo=UTC)
"""The first moment of v19 (letter, Direction)."""
EARLIEST = datetime(2021, 10, 25, tzinfo=UTC)
"""The day on which the first consultation opened (letter, 2)."""
DAYS = 500
"""Days from `EARLIEST` on which cases begin: past the end of 2022, the day of replacement (letter, 7)."""
_SPACINGS = (0.0, 1.0, 1.0, 1.0, 6.0, 12.0, 24.0, 24.0, 48.0)
"""Hours; days are rarer than in the field, because each day of idle traffic costs more than a check."""
_FRAMES = (None, "read-attributes", "read-attributes-response", "acknowledgement", "aps-ack", "data-request")
_DOES = tuple(each for each in FrameAction if each is not FrameAction.DELIVER)


class HanStory(NamedTuple):
    """What shapes the radio side of a case, and the spacing of its checks."""

    cohort: Cohort
    begins: StartingState
    start: datetime
    spacing_hours: float
    changes: tuple[FaultEvent, ...]


class Pooled(NamedTuple):
    """A HAN story of the pool, by its number, and the numbers of the decision stories that are played on it."""

    number: int
    stories: range


def pool(stories: int) -> Iterator[Pooled]:
    """Yield the HAN stories for so many decision stories: about the square root of 6 times as many."""
    number = 0
    while (first := _first(number)) < stories:
        yield Pooled(number, range(first, min(_first(number + 1), stories)))
        number += 1


def han_number(story: int) -> int:
    """Return the number of the HAN story on which a decision story is played, in a run of any length."""
    return bisect_right(range(story + 1), story, key=_first) - 1


def _first(number: int) -> int:
    """Return the number of the first decision story on a HAN story: later ones are played more often."""
    rounds, more = divmod(number, GROWTH)
    return FIRST * number + GROWTH * rounds * (rounds - 1) // 2 + rounds * more


def draw_han(seed: str, number: int) -> HanStory:
    """Return a HAN story of the pool of a seed, always the same one."""
    random = split(seed, "han", str(number))
    start, spacing = _start(random), _spacing(random)
    cohorts = (Cohort.IOC, Cohort.MOC_SECURE, Cohort.MOC_MDS, Cohort.FOC)
    return HanStory(
        cohort=random.choices(cohorts, (60, 30, 5, 5))[0],
        begins=StartingState.NEW if random.random() < 0.1 else StartingState.INSTALLED,
        start=start,
        spacing_hours=spacing,
        changes=tuple(random.choices(_COURSES, _WEIGHTS)[0](random, start)),
    )


def _start(random: RandomSource) -> datetime:
    """Return a start; three in ten are in the days before the rules change."""
    if random.random() < 0.3:
        return RULES_CHANGE - timedelta(seconds=random.randrange(6 * 86_400))
    if random.random() < 0.5:
        return RULES_CHANGE + timedelta(seconds=random.randrange(90 * 86_400))
    return EARLIEST + timedelta(seconds=random.randrange(DAYS * 86_400))


def _spacing(random: RandomSource) -> float:
    """Return hours, in three of ten cases as likely between 1 and 2 as between 10 and 20."""
    return random.choice(_SPACINGS) if random.random() < 0.7 else round(float(60 ** random.random()), 3)


# --- what breaks when -------------------------------------------------------------------------------------------------


def _healthy(random: RandomSource, start: datetime) -> Iterator[FaultEvent]:
    yield from ()


def _lasting(random: RandomSource, start: datetime) -> Iterator[FaultEvent]:
    """Yield a fault of the gas meter or of the hub that lasts; in one of four another one a few checks later."""
    yield _begins(_fault(random, Subject.GSME), before_check=1)
    if random.random() < 0.25:
        yield _begins(_fault(random), before_check=random.choice((1, 2, 3, 4)))


def _checked(random: RandomSource, start: datetime) -> Iterator[FaultEvent]:
    """Yield what makes each check find something of its own; mostly, a commissioning after a pass fails."""
    fails = ("battery-dead", "battery-dead", _fault(random, Subject.GSME).name)
    first = random.choice((*fails, *fails, LETTERS["e"], LETTERS["w"], HEALTHY))
    checks = (first, *(random.choice((*LETTERS.values(), *fails)) for _ in range(random.randint(1, 6))))
    course = sequence("", "", checks)
    if random.random() < 0.3:
        course = course._replace(spoilers=())
    if random.random() < 0.1 and first != HEALTHY:
        course = course._replace(heals_after=timedelta(seconds=random.randrange(1, 86_400)))
    yield from course.planned()


def _timed(random: RandomSource, start: datetime) -> Iterator[FaultEvent]:
    """Yield faults that come at any time and last for any time."""
    for number in range(random.choice((1, 2, 3))):
        at = start + timedelta(seconds=random.randrange(-3600, 5 * 86_400 if number else 3600))
        lasts = timedelta(seconds=random.randrange(60, 4 * 86_400)) if random.random() < 0.7 else None
        yield _begins(_fault(random), at=at, lasts=lasts)


def _spoiled(random: RandomSource, start: datetime) -> Iterator[FaultEvent]:
    """Yield a gas meter that fails at first, and a fault at a commissioning."""
    fault = _fault(random, Subject.GSME)
    yield _begins(fault, before_check=1)
    if random.random() < 0.7:
        yield FaultEvent(fault.subject, State.HEALTHY, fault.name, before_check=random.choice((2, 3, 4)))
    another = random.choice([each for each in _ANYWHERE if each is not fault])
    lasts = timedelta(seconds=random.randrange(60, 2 * 86_400)) if random.random() < 0.5 else None
    yield _begins(another, before_commissioning=random.choice((1, 1, 2)), lasts=lasts)


def _frames(random: RandomSource, start: datetime) -> Iterator[FaultEvent]:
    """Yield a fault of frames, under which any result of a check is right; a fault of a device beside it."""
    yield from random.choice((_of_meters, _of_meters, _on_the_wan))(random)
    if random.random() < 0.7:
        yield from _lasting(random, start)


def _of_meters(random: RandomSource) -> Iterator[FaultEvent]:
    """Yield a fault of the frames between the hub and a meter, or both meters."""
    name, does = random.choice(_FRAMES), random.choice(_DOES)
    first, count, chance = random.choice((1, 1, 5)), random.choice((None, 1, 20)), random.choice((0.1, 0.5, 1.0))
    for subject in random.choice(((Subject.GSME,), (Subject.GSME,), (Subject.ESME,), (Subject.GSME, Subject.ESME))):
        node = MeterRole(subject.value)
        what = FrameFaultSpec(
            name=name, node=node.value, does=does, first=first, count=count, chance=chance, optional=True
        )
        check = random.choice((1, 2))
        yield FaultEvent(subject, State.UNCERTAIN, f"{node.value} harmed", before_check=check, frames=what)


def _on_the_wan(random: RandomSource) -> Iterator[FaultEvent]:
    """Yield a fault of the messages between the head end and the hub."""
    chance, count = random.choice((0.1, 0.5, 1.0)), random.choice((None, 1, 3))
    what = FrameFaultSpec(on="wan", count=count, chance=chance, optional=True)
    yield FaultEvent(Subject.WAN, State.UNCERTAIN, "wan harmed", before_check=random.choice((1, 2)), frames=what)


_ANYWHERE = [CATALOGUE[name] for name in FAULTS_OF_EVERY_HAN]
_COURSES = (_healthy, _lasting, _checked, _timed, _spoiled, _frames)
_WEIGHTS = (2, 40, 32, 8, 11, 7)


def _fault(random: RandomSource, subject: Subject | None = None) -> FaultDescription:
    """Return a fault, nine times in ten one that cuts its subject off."""
    faults = [each for each in _ANYWHERE if subject in (None, each.subject)]
    severing = [each for each in faults if each.breaks_reachability]
    return random.choice(severing if random.random() < 0.9 else faults)


def _begins(
    fault: FaultDescription,
    *,
    before_check: int | None = None,
    before_commissioning: int | None = None,
    at: datetime | None = None,
    lasts: timedelta | None = None,
) -> FaultEvent:
    return FaultEvent(
        fault.subject,
        State(fault.state),
        fault.name,
        at=at,
        before_check=before_check,
        before_commissioning=before_commissioning,
        lasts=lasts,
    )

"""The pool of HAN stories, and the first answers that stand while a story shrinks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pytest
from msgspec import structs

from hanbench.harness.campaign.explore import running
from hanbench.harness.campaign.explore.drawing import draw
from hanbench.harness.campaign.explore.first_answers import FirstAnswers
from hanbench.harness.campaign.explore.pool import draw_han, han_number, pool
from hanbench.harness.campaign.explore.running import Exploration, Failure, attempt, explore
from hanbench.harness.campaign.explore.shrinking import shrink, simpler
from hanbench.harness.campaign.workers import Lost
from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.case.vocabulary import AnyAction, AnyEvent, Close, InstallationLoaded, Outcome, Tick, Withdrawal
from hanbench.harness.controllers.reference import Reference
from hanbench.harness.scenario.staging import seed_for
from hanbench.harness.stories.shelf import Shelf
from hanbench.profiles.rulesets import RuleSet, shipped

ABOUT = Exploration("unit")


def test_each_decision_story_is_played_on_one_han_story_whatever_the_number_of_stories():
    for stories in (1, 4, 5, 200, 2000):
        pooled = list(pool(stories))
        assert [number for each in pooled for number in each.stories] == list(range(stories))
        assert [each.number for each in pooled] == list(range(len(pooled)))
    assert all(han_number(number) == each.number for each in pool(300) for number in each.stories)
    assert [len(list(pool(stories))) for stories in (200, 2000, 20_000)] == [22, 95, 331]


def test_stories_of_one_han_share_its_seed_and_differ_otherwise():
    (first, second) = list(pool(12))
    seeds = [{seed_for(draw("unit", number), "unit") for number in each.stories} for each in (first, second)]
    assert [len(each) for each in seeds] == [1, 1]
    assert seeds[0] != seeds[1]
    assert draw_han("unit", 0) == draw_han("unit", 0) != draw_han("other", 0)


# --- first answers ----------------------------------------------------------------------------------------------------

NOW = draw("unit", 0).start
EVENTS: list[AnyEvent] = [InstallationLoaded(draw("unit", 0).installation(shipped())), Tick(), Withdrawal("a")]


class Counting:
    """Closes with another outcome at each turn that it is given, in all plays."""

    given: list[AnyEvent]

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        pass

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        self.given.append(event)
        return [Close(list(Outcome)[len(self.given) % len(Outcome)])]


def played(answers: FirstAnswers, events: Sequence[AnyEvent]) -> list[Any]:
    controller = answers(shipped())
    found = []
    for event in events:
        answer: Any = controller.handle(event, NOW)
        if hasattr(answer, "send"):
            answer = completed(answer)
        found.append(list(answer))
    return found


def completed(coroutine: Any) -> Any:
    with pytest.raises(StopIteration) as ended:
        coroutine.send(None)
    return ended.value.value


def test_a_controller_is_not_asked_again_while_the_turns_are_those_of_an_earlier_play():
    Counting.given = []
    answers = FirstAnswers(Counting)
    first = played(answers, EVENTS)
    assert played(answers, EVENTS) == first
    assert played(answers, EVENTS[:2]) == first[:2]
    assert Counting.given == EVENTS


def test_at_a_new_turn_the_controller_hears_the_turns_before_it_and_its_first_answers_stand():
    Counting.given = []
    answers = FirstAnswers(Counting)
    first = played(answers, EVENTS)
    again = played(answers, [*EVENTS[:2], EVENTS[1]])
    assert again[:2] == first[:2]
    assert Counting.given == [*EVENTS, *EVENTS[:2], EVENTS[1]]
    assert not answers.steady


def test_answers_go_from_one_process_to_another():
    Counting.given = []
    answers = FirstAnswers(Counting)
    first = played(answers, EVENTS)
    elsewhere = FirstAnswers(Counting)
    elsewhere.learn(answers.answered)
    assert played(elsewhere, EVENTS) == first
    assert Counting.given == EVENTS


class Faulty:
    """Crashes, and gives what no process can send to another."""

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        pass

    def handle(self, event: AnyEvent, now: datetime) -> Any:
        if isinstance(event, Tick):
            raise KeyError("x")
        return [lambda: None]


def test_a_fault_is_an_answer_too():
    answers = FirstAnswers(Faulty)
    controller = answers(shipped())
    with pytest.raises(ControllerFault, match="KeyError: 'x'") as raised:
        controller.handle(EVENTS[1], NOW)
    assert raised.value.kind == "crashed"
    controller.handle(EVENTS[0], NOW)
    elsewhere = FirstAnswers(Counting)
    elsewhere.learn(answers.answered)
    controller = elsewhere(shipped())
    with pytest.raises(ControllerFault, match="KeyError: 'x'"):
        controller.handle(EVENTS[1], NOW)
    said: Any = controller.handle(EVENTS[0], NOW)
    assert "lambda" in said[0]


class Flaky(Reference):
    """Refuses each case at once the first time that it is made, and is right ever after."""

    made = 0

    def __init__(self, rulesets: Mapping[str, RuleSet]) -> None:
        super().__init__(rulesets)
        type(self).made += 1
        self.wrong = self.made == 1

    def handle(self, event: AnyEvent, now: datetime) -> Sequence[AnyAction]:
        return [Close(Outcome.REFUSE)] if self.wrong else super().handle(event, now)


def test_the_failure_of_a_controller_that_is_wrong_once_shrinks_on_its_first_answers():
    Flaky.made = 0
    scenario = next(each for each in (draw("unit", number) for number in range(50)) if each.suppliers and each.changes)
    scenario = structs.replace(scenario, suppliers=tuple(act for act in scenario.suppliers if act.at is None))
    with Shelf() as shelf:
        failure = attempt(scenario, "flaky", FirstAnswers(Flaky), shelf, ABOUT, print)
    assert failure is not None
    small, _ = shrink(failure, Flaky, ABOUT, tell=print)
    assert small.properties == failure.properties
    assert (small.scenario.changes, small.scenario.suppliers) == ((), ())


# --- running and shrinking --------------------------------------------------------------------------------------------


def test_a_story_at_which_hanbench_fails_is_lost_and_the_rest_is_played(monkeypatch):
    def drawn(seed: str, number: int) -> Any:
        if number == 2:
            raise RuntimeError("no such story")
        return draw(seed, number)

    monkeypatch.setattr(running, "draw", drawn)
    found = dict(explore(ABOUT, 6))
    assert list(found) == list(range(6))
    assert [number for number, each in found.items() if each is not None] == [2]
    assert found[2] == Lost("RuntimeError: no such story")


def test_every_simpler_scenario_is_another_one_and_none_gets_larger():
    for number in range(0, 100, 9):
        scenario = draw("unit", number)
        for simple in simpler(scenario):
            assert simple != scenario
            for field in ("changes", "suppliers", "handovers"):
                assert len(getattr(simple, field)) <= len(getattr(scenario, field))


def test_what_does_not_fail_alike_is_no_smaller_failure():
    scenario = draw("unit", 0)
    failure = Failure(scenario, "s", None, ("no-such-property",))
    assert shrink(failure, Reference, ABOUT, tell=print).failure == failure

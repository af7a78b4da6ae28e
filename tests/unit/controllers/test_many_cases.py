"""A process that plays many cases: one start, one case after the other, each ended by a line of its own."""

from __future__ import annotations

import asyncio
import selectors
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from hanbench.harness.case.controller import ControllerFault
from hanbench.harness.case.trace import ControllerFaulted
from hanbench.harness.controllers import child_process
from hanbench.harness.controllers.child_process import Processes
from hanbench.harness.controllers.process_group import ProcessGroup
from tests.support.cases import CASES, run_case

PROGRAM = """
import json, os, sys
log = open({log!r}, "a")
log.write("start\\n"); log.flush()
print(json.dumps({{"hanbench-controller": 1, "cases": {cases!r}}}), flush=True)
for line in sys.stdin:
    turn = json.loads(line)
    if turn["event"] == "case-ended":
        log.write("ended\\n"); log.flush()
        {at_end}
        continue
    log.write(turn["event"]["event"] + "\\n"); log.flush()
    print('[{{"action": "close", "outcome": "hold"}}]', flush=True)
log.write("end of input\\n"); log.flush()
"""


@pytest.fixture
def program(tmp_path: Path) -> Any:
    """Return the processes of a program that keeps a log, and the log."""

    def make(cases: str = "many", at_end: str = "pass") -> tuple[Processes, Path]:
        log = tmp_path / "log"
        file = tmp_path / "controller.py"
        file.write_text(PROGRAM.format(log=str(log), cases=cases, at_end=at_end), encoding="utf-8")
        return Processes([sys.executable, str(file)]), log

    return make


CASE = CASES["active, silence"]


def test_one_process_plays_one_case_after_the_other(program: Any) -> None:
    processes, log = program()
    outcomes = [run_case(processes.controller(), CASE.installation, CASE.plan).outcome for _ in range(3)]
    assert [str(outcome.value) for outcome in outcomes if outcome] == ["hold"] * 3
    processes.close()
    said = log.read_text(encoding="utf-8").splitlines()
    assert said == ["start", *["installation-loaded", "ended"] * 3, "end of input"]


class SlowStart(ProcessGroup):
    """A program that has written its first line before hanbench looks."""

    def __init__(self, command: Sequence[str]) -> None:
        super().__init__(command)
        with selectors.DefaultSelector() as pipe:
            pipe.register(self.stdout, selectors.EVENT_READ)
            assert pipe.select(60)
        time.sleep(0.05)


def test_its_first_line_may_come_before_the_first_turn(program: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_process, "ProcessGroup", SlowStart)
    processes, log = program()
    outcomes = [run_case(processes.controller(), CASE.installation, CASE.plan).outcome for _ in range(2)]
    processes.close()
    assert [str(outcome.value) for outcome in outcomes if outcome] == ["hold"] * 2
    assert log.read_text(encoding="utf-8").splitlines().count("start") == 1


def test_what_else_it_writes_before_the_first_turn_was_not_asked_for(
    program: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_process, "ProcessGroup", SlowStart)
    processes, _ = program(cases="few")
    result = run_case(processes.controller(), CASE.installation, CASE.plan)
    assert [record.kind for record in result.records if isinstance(record, ControllerFaulted)] == ["unasked"]


def test_what_it_writes_at_the_end_of_a_case_was_not_asked_for(program: Any) -> None:
    processes, _ = program(at_end="print('[]', flush=True)")
    run_case(processes.controller(), CASE.installation, CASE.plan)
    time.sleep(0.5)

    async def turn() -> None:
        controller = processes.controller()
        try:
            await controller.handle(_loaded(), CASE.plan.start)
        finally:
            controller.close()

    with pytest.raises(ControllerFault, match="more than one line"):
        asyncio.run(turn())


def _loaded() -> Any:
    from hanbench.harness.case.vocabulary import InstallationLoaded

    return InstallationLoaded(CASE.installation)


def test_any_other_first_line_is_an_answer(program: Any) -> None:
    processes, log = program(cases="few")
    run_case(processes.controller(), CASE.installation, CASE.plan)
    run_case(processes.controller(), CASE.installation, CASE.plan)
    assert log.read_text(encoding="utf-8").splitlines().count("start") == 2

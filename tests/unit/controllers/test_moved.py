"""A controller written for hanbench 0.1 is told, in one line, where what it imports is now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from docs.generators import moved_names
from hanbench.harness.controllers import moved
from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory


@pytest.mark.parametrize(
    ("line", "where"),
    [
        ("from harness.migration.reference import Reference", "hanbench.harness.controllers.reference"),
        ("from harness.migration.vocabulary import Close", "hanbench.harness.case.vocabulary"),
        ("import profiles.rulesets", "hanbench.profiles.rulesets"),
        ("from harness.bench import BenchFile", "hanbench.harness.bench.bench_file"),
    ],
)
def test_an_old_import_names_the_new_module(line: str, where: str, tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(f"{line}\n\ndef make(rulesets):\n    return None\n", encoding="utf-8")
    command = [sys.executable, "-m", "hanbench", "run", "dormant-three-failures", "--controller", "old:make"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 3
    assert f"is {where} since hanbench 0.2" in done.stderr
    assert done.stderr.count("\n") == 1


def test_an_old_name_is_named_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = "from hanbench.harness.case.vocabulary import CheckResult"
    (tmp_path / "older_controller.py").write_text(f"{line}\n\ndef make(rulesets):\n    return None\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UnknownControllerError, match=r"CheckResult is hanbench.harness.case.vocabulary.CheckEnded"):
        controller_factory("older_controller:make")


def test_a_traceback_of_another_process_is_understood() -> None:
    text = (
        'File "c.py", line 1, in <module>\n  from harness.migration.plan import Moment\n'
        "ModuleNotFoundError: No module named 'harness'"
    )
    assert moved.hint_in(text) == "harness.migration.plan is hanbench.harness.case.plan since hanbench 0.2"


@pytest.mark.parametrize("text", ["ModuleNotFoundError: No module named 'acme'", "KeyError: 'harness'", ""])
def test_other_failures_get_no_hint(text: str) -> None:
    assert moved.hint_in(text) is None


def test_the_table_is_that_of_the_changelog() -> None:
    assert moved_names.TABLE.read_text(encoding="utf-8") == moved_names.text()
    assert len(moved_names.rows("module")) > 50
    assert len(moved_names.rows("name")) > 200


@pytest.mark.parametrize(("old", "new"), moved_names.rows("module"))
def test_each_old_module_of_the_changelog_is_hinted_at(old: str, new: str) -> None:
    text = f"  import {old}\nModuleNotFoundError: No module named '{old.split('.')[0]}'"
    assert moved.hint_in(text) == f"{old} is {new} since hanbench 0.2"


@pytest.mark.parametrize(("old", "new"), moved_names.rows("name"))
def test_each_old_name_of_the_changelog_is_hinted_at(old: str, new: str) -> None:
    module, _, name = old.rpartition(".")
    text = f"  from {module} import {name}\nModuleNotFoundError: No module named '{module.split('.')[0]}'"
    assert moved.hint_in(text) == f"{old} is {new} since hanbench 0.2"


def test_several_names_each_get_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "from harness.migration import (\n    Controller,\n    Plan,\n)\n"
    (tmp_path / "oldest_controller.py").write_text(lines, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(UnknownControllerError) as raised:
        controller_factory("oldest_controller:make")
    assert "harness.migration.Controller is hanbench.harness.case.controller.Controller" in str(raised.value)
    assert "harness.migration.Plan is hanbench.harness.case.plan.Plan" in str(raised.value)


@pytest.mark.parametrize(
    ("message", "new"),
    [
        ("cannot import name 'Controller' from 'hanbench.harness.case'", "hanbench.harness.case.controller.Controller"),
        ("cannot import name 'Given' from 'hanbench.harness.case.trace'", "hanbench.harness.case.trace.EventDelivered"),
        ("cannot import name 'Verdict' from 'hanbench.harness.case.vocabulary'", "hanbench.harness.case.check.Verdict"),
    ],
)
def test_the_second_step_is_hinted_at_too(message: str, new: str) -> None:
    hint = moved.hint_in(f"ImportError: {message} (somewhere)")
    assert hint is not None
    assert hint.endswith(f"is {new} since hanbench 0.2")

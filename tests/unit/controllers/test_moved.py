"""A controller written for hanbench 0.1 is told, in one line, where what it imports is now."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

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
        'File "c.py", line 1, in <module>\n  from harness.migration.plan import Says\n'
        "ModuleNotFoundError: No module named 'harness'"
    )
    assert moved.hint_in(text) == "harness.migration.plan is hanbench.harness.case.plan since hanbench 0.2"


@pytest.mark.parametrize("text", ["ModuleNotFoundError: No module named 'acme'", "KeyError: 'harness'", ""])
def test_other_failures_get_no_hint(text: str) -> None:
    assert moved.hint_in(text) is None


def test_everything_named_exists() -> None:
    modules = [f"hanbench.{each}" for each in moved._MODULES.values() if each != "__version__"]
    for module in modules:
        importlib.import_module(module)
    for new in moved._NAMES.values():
        module, _, name = new.rpartition(".")
        assert hasattr(importlib.import_module(module), name), new

"""The hooks for pre-commit: local ones, which fetch nothing and run what the linters' extra brings."""

from __future__ import annotations

import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parent.parent.parent
TEXT = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
PROGRAMS = {"ruff": "ruff", "mypy": "mypy", "lint-imports": "import-linter"}
"""Each program, and the package that brings it."""


def hooks() -> list[dict[str, str]]:
    (repository,) = yaml.safe_load(TEXT)["repos"]
    assert repository["repo"] == "local"
    found: list[dict[str, str]] = repository["hooks"]
    return found


def test_hooks_fetch_nothing() -> None:
    assert "://" not in TEXT
    assert {hook["language"] for hook in hooks()} == {"system"}


def test_hooks_run_each_linter_from_the_virtual_environment() -> None:
    programs = [Path(hook["entry"].split()[0]) for hook in hooks()]
    assert {path.name for path in programs} == set(PROGRAMS)
    assert {path.parent.as_posix() for path in programs} == {".venv/bin"}


def test_each_linter_is_pinned() -> None:
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    pinned = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    for package in PROGRAMS.values():
        assert any(line.startswith(package) for line in wanted["lint"])
        assert f"\n{package}==" in pinned

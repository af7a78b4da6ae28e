"""The workflows for users' repositories: valid YAML with what the page promises, and commands that hanbench and pytest
take.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from hanbench.harness.cli.main import hanbench
from hanbench.harness.scenario.scenario import shipped

ROOT = Path(__file__).parent.parent.parent
FOLDER = ROOT / "docs" / "examples" / "ci"
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
CONTROLLER = "reference"
"""In the place of the variable."""


def read(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


GITHUB, GITLAB = read("github.yml"), read("gitlab.yml")
STEPS = GITHUB["jobs"]["hanbench"]["steps"]
JOBS = {name: job for name, job in GITLAB.items() if "script" in job}


def commands() -> Iterator[str]:
    """Each line that a shell runs."""
    for step in STEPS:
        yield from step.get("run", "").splitlines()
    for job in (*JOBS.values(), GITLAB[".hanbench"]):
        yield from (*job.get("before_script", ()), *job.get("script", ()))
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL):
        if not kind:
            yield from block.splitlines()


def calls(program: str) -> list[list[str]]:
    """The arguments of each call of a program, each once."""
    lines = dict.fromkeys(line for line in commands() if line.split()[:1] == [program])
    return [[word.replace("$CONTROLLER", CONTROLLER) for word in shlex.split(line)[1:]] for line in lines]


@pytest.mark.parametrize(
    ("name", "kind"), [("github.yml", "yaml"), ("gitlab.yml", "yaml"), ("requirements.txt", "text")]
)
def test_the_page_has_each_file_word_for_word(name: str, kind: str) -> None:
    assert f"\n```{kind}\n{(FOLDER / name).read_text(encoding='utf-8')}```\n" in PAGE
    assert f"(examples/ci/{name})" in PAGE


def test_the_github_workflow_runs_on_pushes_and_caches_what_pip_gets() -> None:
    # YAML 1.1 reads the key `on` as a truth value.
    assert set(GITHUB[True]) == {"push", "pull_request"}
    setup = next(step for step in STEPS if step.get("uses", "").startswith("actions/setup-python@"))
    assert setup["with"]["cache"] == "pip"
    assert setup["with"]["cache-dependency-path"] == "tests/requirements.txt"


def test_the_github_workflow_keeps_reports_though_a_step_failed() -> None:
    kept = next(step for step in STEPS if step.get("uses", "").startswith("actions/upload-artifact@"))
    assert kept["if"] == "${{ !cancelled() }}"
    assert kept["with"]["path"].split() == ["scenarios.xml", "hanbench-failures", "hanbench-report"]


def test_the_gitlab_jobs_share_a_cache_and_keep_reports_though_they_failed() -> None:
    shared = GITLAB[".hanbench"]
    assert shared["cache"]["key"]["files"] == ["tests/requirements.txt"]
    assert GITLAB["variables"]["PIP_CACHE_DIR"].endswith("/" + shared["cache"]["paths"][0])
    assert set(JOBS) == {"scenarios", "matrix"}
    for job in JOBS.values():
        assert (job["extends"], job["artifacts"]["when"]) == (".hanbench", "always")
        assert GITLAB["stages"] == [shared["stage"]]
    assert JOBS["matrix"]["artifacts"]["reports"]["junit"] == "hanbench-report/junit.xml"
    assert JOBS["scenarios"]["artifacts"]["reports"]["junit"] == "scenarios.xml"


def test_the_requirements_name_hanbench_and_pytest() -> None:
    lines = [
        line.split("#")[0].split() for line in (FOLDER / "requirements.txt").read_text(encoding="utf-8").splitlines()
    ]
    assert [words[0].split("=")[0].rstrip(">") for words in lines if words] == ["hanbench", "pytest"]


@pytest.mark.parametrize("arguments", calls("hanbench"), ids=" ".join)
def test_hanbench_takes_what_the_workflows_give_it(arguments: list[str]) -> None:
    context = click.Context(hanbench)
    name, command, rest = hanbench.resolve_command(context, list(arguments))
    assert command is not None
    assert command.make_context(name, rest, parent=context).params


@pytest.mark.parametrize("arguments", calls("pytest"), ids=" ".join)
def test_pytest_takes_what_the_workflows_give_it(arguments: list[str], tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "home.han.toml").write_bytes(shipped()["dormant-three-failures"].read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    plugin = ["-p", "no:hanbench", "-p", "hanbench.harness.pytest_plugin", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *plugin, "--collect-only", "-q", *arguments]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "home.han.toml::home" in done.stdout


def test_both_programs_are_called_in_both_workflows() -> None:
    for lines in ([step.get("run", "") for step in STEPS], [line for job in JOBS.values() for line in job["script"]]):
        assert {line.split()[0] for line in lines if line} >= {"hanbench", "pytest"}

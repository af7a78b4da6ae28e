"""Controllers by the name under which an installed package registers them, asked for on the command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
GIVES_UP = """
from hanbench.harness.case.vocabulary import Close, Outcome, Tick

class Controller:
    def __init__(self, rulesets):
        assert "tmad-v19" in rulesets

    def handle(self, event, now):
        return [Close(Outcome.RETRY)] if isinstance(event, Tick) else []
"""


@pytest.fixture
def install(tmp_path) -> Callable[..., None]:
    """`install(package, code, **names)`: a distribution of that name with one module, and its entry points."""

    def write(package: str, code: str, **names: str) -> None:
        (tmp_path / f"{package}.py").write_text(code, encoding="utf-8")
        info = tmp_path / f"{package}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        points = "".join(f"{name} = {value}\n" for name, value in names.items())
        (info / "entry_points.txt").write_text(f"[hanbench.controllers]\n{points}")

    return write


@pytest.fixture
def hanbench(tmp_path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`hanbench(*arguments)`, in a process to which what `install` wrote is installed."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hanbench", *arguments]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path)))}
        return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)

    return call


def complaint(done: subprocess.CompletedProcess[str]) -> str:
    """The one line that is said about bad input."""
    assert done.returncode == 3, done.stderr
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    return line


def test_a_registered_controller_is_asked_for_by_its_name(install, hanbench, tmp_path):
    install("acme", GIVES_UP, acme="acme:Controller")
    run = hanbench("run", "dormant-three-failures", "--controller", "acme", "--json")
    assert run.returncode == 1, run.stderr
    assert json.loads(run.stdout)["decision"] == "retry"
    only = "ioc.active.tmad-v18.battery-dead.*"
    verify = hanbench("verify", "--controller", "acme", "--only", only, "--jobs", "2", "--out", str(tmp_path / "out"))
    assert verify.returncode == 1, verify.stderr
    assert json.loads((tmp_path / "out" / "report.json").read_bytes())["controller"] == "acme"


@pytest.mark.parametrize("command", [["verify"], ["run", "dormant-three-failures"], ["explore"]])
def test_an_unknown_name_is_told_with_the_known_ones_and_the_nearest(install, hanbench, command):
    install("acme", GIVES_UP, acme="acme:Controller", **{"acme-strict": "acme:Controller"})
    said = complaint(hanbench(*command, "--controller", "acme-strikt"))
    assert said == (
        "hanbench: --controller: no controller 'acme-strikt'; did you mean acme-strict? (expected reference, acme, "
        "acme-strict, lawful:NAME, wrong:NAME, module:attribute, process:COMMAND, http://..., https://..., "
        "mqtt://... or mqtts://...)"
    )


@pytest.mark.parametrize("name", ["reference", "wrong", "process", "http", "https"])
def test_hanbenchs_own_names_cannot_be_registered(install, hanbench, name):
    install("acme", GIVES_UP, **{name: "acme:Controller"})
    said = complaint(hanbench("run", "dormant-three-failures", "--controller", name))
    assert said == f"hanbench: --controller: {name!r} is reserved, and cannot be registered by acme 1.2"


def test_a_name_that_two_packages_register_is_nobodys(install, hanbench):
    install("acme", GIVES_UP, acme="acme:Controller")
    install("bcme", GIVES_UP, acme="bcme:Controller")
    said = complaint(hanbench("run", "dormant-three-failures", "--controller", "acme"))
    assert said == "hanbench: --controller: 'acme' is registered more than once: by acme 1.2 and bcme 1.2"


@pytest.mark.parametrize(
    ("code", "what"),
    [
        ("import nothing_of_that_name", "ModuleNotFoundError: No module named 'nothing_of_that_name'"),
        ("class Kontroller: pass", "AttributeError: module 'acme' has no attribute 'Controller'"),
        ("raise RuntimeError('no\\nlicence')", "RuntimeError: no licence"),
        ("raise SystemExit(7)", "SystemExit: 7"),
        ("def Controller(:", "SyntaxError: invalid syntax (acme.py, line 1)"),
        ("Controller = 7", "expected a callable that makes a controller"),
        (
            "class Controller:\n    def __init__(self): pass",
            "expected to call it with the rule sets alone: too many positional arguments",
        ),
    ],
    ids=["import", "attribute", "raises", "exits", "syntax", "no-callable", "no-argument"],
)
def test_an_unusable_registered_controller_is_one_line_with_the_reason(install, hanbench, code, what):
    install("acme", code, acme="acme:Controller")
    said = complaint(hanbench("run", "dormant-three-failures", "--controller", "acme"))
    assert said == f"hanbench: --controller: 'acme' of acme 1.2 (acme:Controller) cannot be used: {what}"


def test_a_controller_that_raises_when_made_is_judged_as_crashed(install, hanbench, tmp_path):
    install("acme", "def Controller(rulesets): raise RuntimeError('no licence')", acme="acme:Controller")
    done = hanbench("run", "dormant-three-failures", "--controller", "acme", "--out", str(tmp_path / "out"))
    assert done.returncode == 1, done.stderr
    trace = [json.loads(line) for line in (tmp_path / "out" / "trace.jsonl").read_text().splitlines()]
    assert {"crashed"} == {record["kind"] for record in trace if "kind" in record}
    assert "RuntimeError: no licence" in {record.get("text") for record in trace}


def test_a_package_that_cannot_be_imported_is_nobodys_concern_but_its_own(install, hanbench):
    install("acme", "raise RuntimeError", acme="acme:Controller")
    done = hanbench("run", "dormant-three-failures", "--json")
    assert done.returncode == 0, done.stderr

"""The tutorial, typed as it is printed: its files are written, its commands run in one shell, and what they print is
compared with the page, where `...` stands for any text. What the page says of the reports is looked up in them.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from hanbench.harness.report.timeline import ScenarioDetail, TimelineEntry

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "tutorial" / "README.md"
MARK = "\x1e"
OUTLOOK = "\n## Going on\n"
"""From here on the page needs more than `make demo` installs."""
TOOLS = ("bash", "cat", "cp", "env", "mkdir", "mktemp", "sed", "sh", "sleep")
"""What the commands of the page take from the machine."""


class Step(NamedTuple):
    """A file to write, or a command and what it prints."""

    file: str
    command: str
    text: str


def steps(page: str) -> Iterator[Step]:
    for kind, name, body in re.findall(r"^```(toml|console)(?: (\S+))?\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        if kind == "toml":
            yield Step(name, "", body)
            continue
        for command, printed in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
            yield Step("", command, printed)


def fits(printed: str, wanted: str) -> bool:
    """Whether what was printed is what the page says."""
    pattern = re.escape(wanted.rstrip("\n"))
    # A line of dots alone stands for any lines, or none; dots in a line for a part of it.
    pattern = re.sub(r"(^|\\\n)\\\.\\\.\\\.(?=\\\n|$)", r"\1.*?", pattern)
    pattern = pattern.replace(r"\.\.\.", ".*?").replace("\\\n", "\n")
    pattern = pattern.replace(".*?\n", "(?:.*?\n)?").replace("\n.*?", "(?:\n.*?)?")
    return re.fullmatch(pattern, printed.rstrip("\n"), re.DOTALL) is not None


def chapters() -> tuple[str, str]:
    """The page up to the outlook, and the outlook."""
    page = PAGE.read_text(encoding="utf-8")
    assert page.count(OUTLOOK) == 1
    before, _, after = page.partition(OUTLOOK)
    return before, after


def folder_with(parent: Path, *modules: str, tools: Sequence[str] = TOOLS) -> tuple[Path, dict[str, str]]:
    """A folder with the examples, and an environment in which nothing but `modules`, Python and `tools` can be run."""
    folder, programs = parent / "my-bench", parent / "bin"
    shutil.copytree(ROOT / "docs" / "examples", folder)
    programs.mkdir()
    for tool in tools:
        found = shutil.which(tool)
        assert found is not None, tool
        (programs / tool).symlink_to(found)
    for name, arguments in (("python3", ""), *((module, f" -m {module}") for module in modules)):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}"{arguments} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "HANBENCH_"))}
    return folder, {**environment, "PATH": str(programs)}


def typed(told: Sequence[Step], folder: Path, environment: dict[str, str]) -> None:
    """Write the files, run the commands in one shell, and hold what each prints against the page."""
    script = ["set -m"]
    for step in told:
        if step.file:
            (folder / step.file).write_text(step.text, encoding="utf-8")
        else:
            script += [step.command, f"printf '{MARK}'"]
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=230,
    )
    printed = done.stdout.split(MARK)
    commands = [step for step in told if step.command]
    assert len(printed) == len(commands) + 1, done.stdout
    for step, came in zip(commands, printed, strict=False):
        assert fits(came, step.text), f"$ {step.command}\nprinted\n{came}\nand the page says\n{step.text}"


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder after all steps before the outlook, with what `make demo` installs and nothing else."""
    told = list(steps(chapters()[0]))
    assert len([step for step in told if step.command]) > 9
    folder, environment = folder_with(tmp_path_factory.mktemp("tutorial"), "hanbench")
    assert all(shutil.which(name, path=environment["PATH"]) is None for name in ("node", "pytest"))
    typed(told, folder, environment)
    return folder


def without(program: str) -> None:
    """Skip a test for a program that is missing; fail it where all programs must be there."""
    reason = f"{program} is not installed"
    pytest.fail(reason) if os.environ.get("HANBENCH_REQUIRE_JUDGES") == "1" else pytest.skip(reason)


# --- the steps --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_every_step_goes_as_printed_with_what_make_demo_installs(walked: Path) -> None:
    assert (walked / "some-of-it" / "report.html").exists()


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_outlook_goes_as_printed_with_pytest_and_node(tmp_path: Path) -> None:
    if shutil.which("node") is None:
        without("Node.js")
    before, after = chapters()
    told = [step for step in steps(before) if step.file]
    folder, environment = folder_with(tmp_path, "hanbench", "pytest", tools=(*TOOLS, "node"))
    shutil.copy(folder / "controller.py", folder / "my-controller.py")
    typed([*told, *steps(after)], folder, environment)


# --- what the page says of the reports --------------------------------------------------------------------------------

FIRST, SECOND = "first-run", "second-run"


def story(folder: Path, run: str) -> ScenarioDetail:
    """The only story in a page, as the page carries it."""
    page = (folder / run / "report.html").read_text(encoding="utf-8")
    packed = re.findall(r'<script[^>]* id="s\d+"[^>]*>([^<]*)</script>', page)
    assert len(packed) == 1
    return msgspec.json.decode(zlib.decompress(base64.b64decode(packed[0]), -zlib.MAX_WBITS), type=ScenarioDetail)


def lane(folder: Path, run: str, name: str) -> list[TimelineEntry]:
    """What one lane of the timeline shows."""
    return [entry for entry in story(folder, run).entries if entry.lane == name]


def decision(folder: Path, run: str) -> float:
    """When the controller closed the case: seconds since the installation was loaded."""
    (closing,) = (entry for entry in lane(folder, run, "controller") if entry.kind == "closes")
    return closing.start


def shown(folder: Path, run: str) -> str:
    """The page as a browser shows it, as HTML."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        without("Chromium")
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", "--dump-dom"]
    address = (folder / run / "report.html").as_uri()
    return subprocess.run([str(browser), *options, address], capture_output=True, text=True, timeout=60).stdout


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_electricity_meter_answers_and_the_gas_meter_sends_nothing(walked: Path) -> None:
    checks = story(walked, FIRST).checks
    assert [(each.check.verdict, each.check.code, each.answered) for each in checks] == [("fail", "GT01", False)] * 3
    assert {frame.sender for each in checks for frame in each.frames} == {"hub", "esme"}
    assert 2.5 < decision(walked, FIRST) / 86_400 < 3.5


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_request_stands_between_the_third_check_and_the_decision(walked: Path) -> None:
    (third,) = (entry for entry in lane(walked, FIRST, "checks") if entry.label == "3")
    (request,) = lane(walked, FIRST, "suppliers")
    assert (request.kind, request.label) == ("says", "request")
    assert third.start < request.start < decision(walked, FIRST)


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_wrong_controller_decides_at_once_and_no_supplier_speaks(walked: Path) -> None:
    (third,) = (entry for entry in lane(walked, SECOND, "checks") if entry.label == "3")
    assert lane(walked, SECOND, "suppliers") == []
    assert third.end is not None
    assert 0 <= decision(walked, SECOND) - third.end < 60
    report = json.loads((walked / SECOND / "report.json").read_bytes())
    assert [each["property"] for each in report["violations"]] == ["consent"]


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_the_pages_show_what_the_tutorial_says_of_them(walked: Path) -> None:
    sentence = re.search(r"\*(1 scenario did not .*?)\*", PAGE.read_text(encoding="utf-8"))
    assert sentence is not None
    first, second = shown(walked, FIRST), shown(walked, SECOND)
    assert re.search(r'class="banner good"', first)
    assert re.search(r'class="banner bad"[^>]*>' + re.escape(sentence[1]), second)
    parts = ["<b>consent</b>", "What happened", ">suppliers<", "What the checks rest on", "no data frame from it"]
    where = [second.index(part) for part in parts]
    assert where == sorted(where), dict(zip(parts, where, strict=True))
    for lane in ("broken", "checks", "suppliers", "controller"):
        assert f">{lane}</text>" in second
    assert second.count('class="frameset"') == 4  # three checks and a commissioning


# --- the comparison itself --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "wanted", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\nb\nc\n", "a\n...\nc\n", True),
        ("a\nc\n", "a\n...\nc\n", True),
        ("x\na\n", "...\na\n", True),
        ("a\n", "...\na\n", True),
        ("a\nx\ny\n", "a\n...\n", True),
        ("a 12 b\n", "a ... b\n", True),
        ("a\nb\n", "a\n", False),
        ("a\nb\n", "a\n...\nc\n", False),
        ("", "a\n", False),
    ],
)
def test_dots_stand_for_anything_and_nothing_else_does(printed: str, wanted: str, same: bool) -> None:
    assert fits(printed, wanted) is same

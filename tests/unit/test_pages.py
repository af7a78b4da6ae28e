"""The pages: short lines, links and paths that lead somewhere, and examples that work as they stand there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest

from hanbench.harness.campaign.judge_test.suspects import suspects
from hanbench.harness.campaign.suite import suite
from hanbench.harness.case.vocabulary import AnyAction, Turn
from hanbench.harness.cli.main import COMMANDS
from hanbench.harness.oracle import PROPERTIES
from hanbench.harness.pytest_plugin import FOLDER
from hanbench.harness.scenario import load_scenario
from hanbench.profiles.benches import read_bench
from hanbench.profiles.devices import read_device
from hanbench.profiles.rulesets import shipped

ROOT = Path(__file__).parent.parent.parent
MOST_COLUMNS = 160
NOT_OURS = (".venv", ".judges", ".git", ".hypothesis", ".pytest_cache", "node_modules", "build", "dist")
HISTORY = "CHANGELOG.md"
"""Names of earlier versions stand in it on purpose."""
PLACES = ("emulator", "hardware", "harness", "profiles", "src", "tests", "docs", ".ci")


def pages() -> list[Path]:
    """Every page of the repository, those of packages that were installed into it left out."""
    return sorted(path for path in ROOT.rglob("*.md") if not set(path.relative_to(ROOT).parts) & set(NOT_OURS))


def of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(page: str, kind: str) -> list[str]:
    """The fenced blocks of one kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", of(page), re.MULTILINE | re.DOTALL)


def names(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", pages(), ids=names)
def test_lines_are_no_longer_than_160_columns(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert [number for number, line in enumerate(lines, start=1) if len(line) > MOST_COLUMNS] == []


@pytest.mark.parametrize("page", pages(), ids=names)
def test_links_lead_to_files_that_are_there(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    inside = [target.partition("#")[0] for target in targets if "://" not in target and not target.startswith("#")]
    assert [target for target in inside if not (page.parent / target).exists()] == []


def paths_in(text: str) -> Iterator[str]:
    """What stands in backticks and looks like a path of this repository."""
    for quoted in re.findall(r"`([^`\n]+)`", text):
        first, slash, _ = quoted.partition("/")
        if slash and first in PLACES and re.fullmatch(r"[\w./*-]+", quoted):
            yield quoted


@pytest.mark.parametrize("page", [page for page in pages() if page.name != HISTORY], ids=names)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    named = set(paths_in(page.read_text(encoding="utf-8")))
    # Words in capitals stand for a name that the reader chooses.
    chosen = {path for path in named if re.search(r"\b[A-Z]{3,}\b", path) and path != "tests/bench/ns3/README.md"}
    there = [path.removesuffix("/...") for path in named - chosen]
    assert [path for path in there if not (any(ROOT.glob(path)) if "*" in path else (ROOT / path).exists())] == []


def test_each_room_of_the_harness_stands_in_the_architecture() -> None:
    rooms = {f"harness/{path.parent.name}" for path in (ROOT / "harness").glob("*/__init__.py")}
    assert rooms - set(paths_in(of("docs/architecture.md"))) == set()


def test_the_first_page_lists_each_command() -> None:
    listed = re.findall(r"^\| `hanbench (\w+)", of("README.md"), re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


def test_counts_in_pages_are_those_of_the_code() -> None:
    cases, mutants, properties = f"{len(suite()):,} cases", len(suspects()), len(PROPERTIES)
    tutorial, first, migration = of("docs/tutorial/README.md"), of("README.md"), of("docs/migration.md")
    assert all(f"suite of {cases}" in page for page in (tutorial, first, of("docs/ci.md")))
    assert all(re.search(rf"\b{mutants}\b", page) for page in (tutorial, first, migration))
    assert f"{properties} properties" in of("docs/architecture.md")


# --- examples ---------------------------------------------------------------------------------------------------------


def test_the_page_about_scenarios_adds_up_to_one_that_loads(tmp_path: Path) -> None:
    story = tmp_path / "story.toml"
    story.write_text("\n".join(blocks("docs/scenarios.md", "toml")), encoding="utf-8")
    loaded = load_scenario(story, shipped())
    assert (len(loaded.changes), loaded.expect is not None) == (2, True)


@pytest.mark.parametrize(("page", "count"), [("docs/benches.md", 3), ("docs/hardware.md", 1)])
def test_bench_files_in_pages_are_bench_files(page: str, count: int, tmp_path: Path) -> None:
    files = [text for text in blocks(page, "toml") if "based_on" not in text]
    assert len(files) == count
    for text in files:
        path = tmp_path / "bench.toml"
        path.write_text(text, encoding="utf-8")
        bench = read_bench(path)
        assert bench.nodes.hub is not None or bench.homes


def test_the_device_in_the_page_about_benches_is_one(tmp_path: Path) -> None:
    (text,) = [text for text in blocks("docs/benches.md", "toml") if "based_on" in text]
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    assert read_device(path).values.id == "mine"


def test_the_answers_in_the_page_are_of_the_vocabulary() -> None:
    (block,) = blocks("docs/migration.md", "jsonl")
    answers = (msgspec.json.decode(line, type=list[AnyAction]) for line in block.splitlines())
    assert {type(action) for answer in answers for action in answer} == set(get_args(AnyAction))


def test_the_turn_and_the_answer_in_the_page_are_of_the_vocabulary() -> None:
    (block,) = blocks("docs/migration.md", "json")
    decoder = json.JSONDecoder()
    turn, end = decoder.raw_decode(block)
    answer, _ = decoder.raw_decode(block[end:].lstrip())
    assert msgspec.convert(turn, Turn).event.attempt == 3
    assert len(msgspec.convert(answer, list[AnyAction])) == 1


VENDORS = 'pics="pics.toml", device="exec:./build/meter", only=["JOIN", "KEY"]'
"""Of the page's second example: firmware that is not here. The test takes the emulated meter, and one area."""


@pytest.mark.timeout(240)
def test_the_tests_in_the_page_about_pytest_pass(tmp_path: Path) -> None:
    benches, conform = blocks("docs/pytest.md", "python")
    assert VENDORS in conform
    (tmp_path / "test_benches.py").write_text(benches, encoding="utf-8")
    (tmp_path / "test_conform.py").write_text(conform.replace(VENDORS, 'only=["ZDO"]'), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "hanbench.harness.pytest_plugin", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-p", "no:hanbench"], cwd=tmp_path, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed is not None
    assert int(passed[1]) > 3, done.stdout


# --- what git leaves alone --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "hanbench-report/report.html",
        "hanbench-up-virtual/virtual.pcapng",
        "hanbench-explore/found.toml",
        f"{FOLDER}/home.html",
        "out/report.json",
        "virtual.keys",
        "any-folder/home.pcapng",
        "any-folder/trace.jsonl",
        "any-folder/.report.json.new",
    ],
)
def test_git_ignores_what_hanbench_writes(written: str) -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no clone")
    done = subprocess.run(["git", "check-ignore", "--quiet", "--no-index", written], cwd=ROOT, check=False)
    assert done.returncode == 0

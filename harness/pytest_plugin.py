"""The pytest plugin: `*.han.toml` files are tests, and fixtures give a HAN, its devices and a player of scenarios.

A vendor's or supplier's repository needs only a scenario file. Heavy modules are imported on demand, because every
pytest in an environment with hanbench loads this module.
"""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from hanbench.emulator.devices import CommsHub, Esme, Gsme
    from hanbench.harness.bench.synchronous import Bench
    from hanbench.harness.scenario import Scenario, ScenarioResult
    from hanbench.harness.scenario.run import ControllerFactory

SUFFIX = ".han.toml"
FOLDER = "hanbench-failures"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of hanbench, each with its name as prefix."""
    group = parser.getgroup("hanbench")
    group.addoption("--hanbench-seed", default="1", help="Seed of all random numbers (default 1).")
    group.addoption(
        "--hanbench-controller", default="reference", help="The controller under test (as in `hanbench run`)."
    )
    group.addoption(
        "--hanbench-hold-to",
        default="assumed",
        choices=("stated", "inferred", "assumed"),
        help="Up to which basis a violation fails a test (default assumed; as in `hanbench run`).",
    )
    group.addoption(
        "--hanbench-out",
        default=FOLDER,
        help=f"Folder for the captures of failed scenarios (default {FOLDER}).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker for `--strict-markers`, and check the options. Raises UsageError."""
    config.addinivalue_line(
        "markers",
        "hanbench(bench='virtual', seed='1', begins='installed'): the bench of the fixtures",
    )
    if _is_worker(config) or config.getoption("help", default=False):
        return
    spec = config.getoption("--hanbench-controller")
    if spec != "reference" and not _waits_for_collection(spec):
        _check_controller(spec)
    if config.getoption("--hanbench-out") != FOLDER:
        _check_folder(config)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Check a controller that is a Python object: collection put the folders of tests on the import path."""
    spec = session.config.getoption("--hanbench-controller")
    if session.items and not _is_worker(session.config) and _waits_for_collection(spec):
        _check_controller(spec)


def _is_worker(config: pytest.Config) -> bool:
    """Return whether this is a worker of pytest-xdist; the process that started it has checked the options."""
    return hasattr(config, "workerinput")


def _waits_for_collection(spec: str) -> bool:
    if spec == "reference":
        return False
    from hanbench.harness.controllers.lookup import is_python_object

    return is_python_object(spec)


def _check_controller(spec: str) -> None:
    from hanbench.harness.controllers.lookup import UnknownControllerError
    from hanbench.harness.controllers.preflight import ControllerStartError, startable_controller

    try:
        startable_controller(spec)
    except (UnknownControllerError, ControllerStartError) as error:
        raise pytest.UsageError(f"--hanbench-controller: {error}") from None


def _check_folder(config: pytest.Config) -> None:
    folder = _evidence_folder(config)
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if not nearest.is_dir():
        raise pytest.UsageError(f"--hanbench-out: expected a folder, got {str(folder)!r}: {nearest} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise pytest.UsageError(f"--hanbench-out: expected a writable folder, got {str(folder)!r}")


def _evidence_folder(config: pytest.Config) -> Path:
    return Path(config.rootpath, config.getoption("--hanbench-out"))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a scenario file as a test."""
    if file_path.name.endswith(SUFFIX):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


# --- the mark ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MarkOptions:
    """The options of the mark `hanbench` of one test; None: the default."""

    bench: str | None = None
    seed: str | None = None
    begins: str | None = None


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose mark is invalid, whatever fixtures it has."""
    from hanbench.profiles.errors import ProfileError

    try:
        mark_options(item)
    except (ProfileError, ValueError) as error:
        pytest.fail(f"@pytest.mark.hanbench: {error}", pytrace=False)


def mark_options(node: pytest.Item) -> MarkOptions:
    """Return the options of all marks of a test; a nearer mark overrides. Raises ValueError and ProfileError."""
    given: dict[str, str] = {}
    for mark in reversed(list(node.iter_markers("hanbench"))):
        if mark.args:
            raise ValueError(f"expected options by name, such as bench='ptys', got {mark.args[0]!r}")
        for name, value in mark.kwargs.items():
            given[name] = _mark_option(name, value)
    return MarkOptions(**given)


def _mark_option(name: str, value: object) -> str:
    from hanbench.profiles.benches import StartingState, find_bench
    from hanbench.profiles.explain import suggestion

    known = tuple(field.name for field in fields(MarkOptions))
    if name not in known:
        raise ValueError(f"{name}: no such option; expected one of {', '.join(known)}{suggestion(name, known)}")
    text = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(text, str):
        raise ValueError(f"{name}: expected text in quotes, got {value!r}")
    if name == "bench":
        find_bench(text)
    states = [each.value for each in StartingState]
    if name == "begins" and text not in states:
        raise ValueError(f"begins: found {text!r}; expected one of {', '.join(states)}{suggestion(text, states)}")
    return text


# --- scenario files ---------------------------------------------------------------------------------------------------


class ScenarioFile(pytest.File):
    """A scenario file, with one scenario and one test."""

    def collect(self) -> Iterator[ScenarioItem]:
        yield ScenarioItem.from_parent(self, name=self.path.name.removesuffix(SUFFIX))


class ScenarioFailedError(Exception):
    """A scenario did not meet the rules or its author's expectations; the text lists the differences."""


class ScenarioItem(pytest.Item):
    """A test that runs its scenario with the controller under test."""

    def runtest(self) -> None:
        """Run the scenario; on a failure, keep the evidence and raise ScenarioFailedError."""
        player = Player(self)
        result = player(self.path)
        if not result.as_expected:
            raise ScenarioFailedError(player.told(player.runs[-1], result.scenario.id))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the message alone, without a traceback, for a failed scenario or an invalid file."""
        from hanbench.profiles.errors import ProfileError

        if isinstance(excinfo.value, ScenarioFailedError | ProfileError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the location of the test."""
        return self.path, None, f"scenario {self.name}"


class PlayedRun(NamedTuple):
    """One run of a scenario, with what is needed to run it again."""

    result: ScenarioResult
    controller: ControllerFactory | None
    """The factory that the test gave; None: the controller of `--hanbench-controller`."""
    name: str | None
    """The file or id that names the scenario; None: it was made in Python."""


class Player:
    """Runs scenarios for one test, and adds their results to the test's properties."""

    def __init__(self, item: pytest.Item) -> None:
        self._config = item.config
        self._properties = item.user_properties
        self._options = mark_options(item)
        self.seed: str = self._options.seed or item.config.getoption("--hanbench-seed")
        self.controller: str = item.config.getoption("--hanbench-controller")
        self.runs: list[PlayedRun] = []

    def __call__(
        self, scenario: Scenario | Path | str, *, controller: ControllerFactory | None = None
    ) -> ScenarioResult:
        """Run a scenario: a `Scenario`, a file, or the id of a shipped scenario or of one in the matrix.

        `controller`: a factory to use instead of `--hanbench-controller`. Raises ProfileError.
        """
        result = self._run(self._loaded(scenario), controller, None)
        self.runs.append(PlayedRun(result, controller, str(scenario) if isinstance(scenario, str | Path) else None))
        outcome = None if result.outcome is None else result.outcome.value
        self._properties += [
            ("hanbench_scenario", result.scenario.id),
            ("hanbench_seed", result.seed),
            ("hanbench_decision", outcome),
            ("hanbench_rules", result.scenario.rules),
            ("hanbench_checks", ",".join(check.verdict.value for check in result.checks)),
        ]
        self._properties += [("hanbench_violation", f"{each.property} [{each.rule}]") for each in result.violations]
        return result

    def failed(self) -> list[PlayedRun]:
        """Return the runs that were not as expected; if there is none, all: the test expected something else."""
        return [run for run in self.runs if not run.result.as_expected] or self.runs

    def told(self, run: PlayedRun, stem: str) -> str:
        """Return the text of a failure, with capture, keys, trace and report kept in files of the name `stem`."""
        from hanbench.harness.files import OutputError

        result = run.result
        try:
            kept = self._keep(run, stem)
        except (OSError, OutputError) as error:
            kept = f"no evidence was kept: {error}"
        command = self._command(run)
        return "\n".join(
            (
                result.scenario.title,
                f"{result.decision}: {result.expected.why}",
                *result.problems,
                f"seed {result.seed}; {kept}",
                *(() if command is None else (f"again: {command}",)),
            )
        )

    def _keep(self, run: PlayedRun, stem: str) -> str:
        """Write the evidence, and return the paths."""
        from hanbench.harness.capture import keyfile
        from hanbench.harness.case.trace import encode
        from hanbench.harness.controllers.lookup import named
        from hanbench.harness.files import make_folder, write_whole
        from hanbench.harness.report.html import HtmlWriter, encode_detail
        from hanbench.harness.report.model import describe
        from hanbench.harness.report.timeline import timeline

        folder = _evidence_folder(self._config)
        make_folder(folder)
        capture = folder / f"{stem}.pcapng"
        # The same seed gives the same frames, so only failed scenarios run twice.
        again = self._run(run.result.scenario, run.controller, capture)
        trace = capture.with_suffix(".trace.jsonl")
        write_whole(trace, encode(again.records))
        page = capture.with_suffix(".html")
        scenario = again.scenario
        with HtmlWriter(
            page,
            title=scenario.title,
            seed=again.seed,
            controller=named(self.controller),
            rule_sets=(scenario.rules,),
        ) as report:
            report.add(describe(again, capture=capture.name), encode_detail(timeline(again)))
        return f"report {page}; capture {capture}; keys {keyfile.beside(capture)}; timeline {trace}"

    def _command(self, run: PlayedRun) -> str | None:
        """Return the command that runs the same frames again; None: the scenario or the controller has no name."""
        from hanbench.harness.controllers.lookup import named

        if run.name is None or run.controller is not None:
            return None
        options = {
            "--seed": run.result.seed,
            "--controller": named(self.controller),
            "--bench": self._options.bench,
            "--begins": self._options.begins,
        }
        words = ["hanbench", "run", _from_here(run.name), "--slow-background"]
        words += [word for name, value in options.items() if value is not None for word in (name, value)]
        return shlex.join(words)

    def _loaded(self, scenario: Scenario | Path | str) -> Scenario:
        import msgspec

        from hanbench.harness.campaign.finding import find_scenario
        from hanbench.profiles.benches import StartingState
        from hanbench.profiles.rulesets import shipped

        found = find_scenario(scenario, shipped()) if isinstance(scenario, str | Path) else scenario
        begins = self._options.begins
        return found if begins is None else msgspec.structs.replace(found, begins=StartingState(begins))

    def _run(self, scenario: Scenario, controller: ControllerFactory | None, capture: Path | None) -> ScenarioResult:
        from hanbench.harness.bench.bench_file import BenchFile
        from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory, named
        from hanbench.harness.oracle import Basis
        from hanbench.harness.scenario import run_scenario
        from hanbench.profiles.rulesets import shipped

        try:
            make = controller_factory(self.controller) if controller is None else controller
        except UnknownControllerError as error:
            pytest.fail(f"--hanbench-controller: {error}", pytrace=False)
        return run_scenario(
            scenario,
            shipped(),
            make,
            seed=self.seed,
            controller_name=named(self.controller),
            capture=capture,
            bench=None if self._options.bench is None else BenchFile.find(self._options.bench),
            hold_to=Basis(self._config.getoption("--hanbench-hold-to")),
        )


def _from_here(name: str) -> str:
    """Return a path relative to the working directory if it is below it; else `name`."""
    path = Path(name)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else name


_PLAYER = pytest.StashKey[Player]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add to a failed test what its runs decided, and where their evidence is kept."""
    report = yield
    player = item.stash.get(_PLAYER, None)
    if player is not None and report.when == "call" and report.failed:
        for run in player.failed():
            stem = re.sub(r"[^\w.-]+", "-", f"{run.result.scenario.id}.{item.name}").strip("-")
            report.sections.append((f"hanbench: {run.result.scenario.id}", player.told(run, stem)))
    return report


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def hanbench_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A bench with a whole HAN; `@pytest.mark.hanbench(bench=..., seed=..., begins=...)` selects it."""
    from hanbench.harness.bench.synchronous import Bench
    from hanbench.profiles.benches import StartingState

    options = mark_options(request.node)
    seed = options.seed or request.config.getoption("--hanbench-seed")
    bench = Bench(options.bench or "virtual", seed, StartingState(options.begins or "installed"))
    request.node.user_properties.append(("hanbench_seed", seed))
    yield bench
    bench.close()


@pytest.fixture
def hanbench_hub(hanbench_bench: Bench) -> CommsHub:
    """The hub of the bench."""
    return hanbench_bench.han.hub


@pytest.fixture
def hanbench_esme(hanbench_bench: Bench) -> Esme:
    """The electricity meter of the bench."""
    return hanbench_bench.han.esme


@pytest.fixture
def hanbench_gsme(hanbench_bench: Bench) -> Gsme:
    """The gas meter of the bench."""
    return hanbench_bench.han.gsme


@pytest.fixture
def hanbench_play(request: pytest.FixtureRequest) -> Callable[..., ScenarioResult]:
    """`hanbench_play(scenario, controller=None)` runs a scenario, a file or an id, and returns the ScenarioResult."""
    player = Player(request.node)
    request.node.stash[_PLAYER] = player
    return player

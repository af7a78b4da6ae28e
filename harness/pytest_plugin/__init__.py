"""The pytest plugin: `*.han.toml` files are tests, and fixtures give a HAN, its devices and a player of scenarios.

A vendor's or supplier's repository needs only a scenario file. Heavy modules are imported on demand, because every
pytest in an environment with hanbench loads this module.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hanbench.harness.pytest_plugin.mark import MarkOptions, mark_options
from hanbench.harness.pytest_plugin.player import Player, evidence_folder

if TYPE_CHECKING:
    from hanbench.emulator.devices import CommsHub, Esme, Gsme
    from hanbench.harness.bench.synchronous import Bench
    from hanbench.harness.control.attached import AttachedBench
    from hanbench.harness.han.han import Han
    from hanbench.harness.pytest_plugin.conform import ConformCase
    from hanbench.harness.scenario import ScenarioResult

SUFFIX = ".han.toml"
FOLDER = "hanbench-failures"
LONGEST_SEED = 200
"""Characters of a seed."""


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
        "hanbench(bench='virtual', seed='1', begins='installed', firmware='strict', attach=None, home=None): "
        "the bench of the fixtures",
    )
    config.addinivalue_line(
        "markers",
        "hanbench_conform(dut='gsme', device='emulated', cohort='ioc', pics=None, pixit=None, bench=None, only=(), "
        "cases=(), longest=600): the device under test of hanbench_conform, and its cases",
    )
    if _is_worker(config) or config.getoption("help", default=False):
        return
    _check_seed(config.getoption("--hanbench-seed"))
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


def _check_seed(seed: str) -> None:
    from hanbench.harness.foreign_text import cleaned

    if not 0 < len(seed) <= LONGEST_SEED or cleaned(seed) != seed:
        expected = f"expected a text of 1 to {LONGEST_SEED} characters, without control characters"
        raise pytest.UsageError(f"--hanbench-seed: {expected}, got {seed[:40]!r}")


def _check_folder(config: pytest.Config) -> None:
    folder = evidence_folder(config)
    nearest = next(each for each in (folder, *folder.parents) if each.exists())
    if not nearest.is_dir():
        raise pytest.UsageError(f"--hanbench-out: expected a folder, got {str(folder)!r}: {nearest} is a file")
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise pytest.UsageError(f"--hanbench-out: expected a writable folder, got {str(folder)!r}")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a scenario file as a test."""
    if file_path.name.endswith(SUFFIX):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each case for a test that takes `hanbench_conform`."""
    if "hanbench_conform" in metafunc.fixturenames:
        from hanbench.harness.pytest_plugin.conform import chosen_cases

        chosen = chosen_cases(metafunc)
        metafunc.parametrize("hanbench_conform", chosen, indirect=True, ids=[each.case or "mark" for each in chosen])


# --- the mark ---------------------------------------------------------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose mark is invalid, whatever fixtures it has."""
    from hanbench.profiles.errors import ProfileError

    try:
        mark_options(item)
    except (ProfileError, ValueError) as error:
        raise pytest.fail.Exception(f"@pytest.mark.hanbench: {error}", pytrace=False) from None


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
def hanbench_bench(request: pytest.FixtureRequest) -> Iterator[Bench | AttachedBench]:
    """A bench with a whole HAN; `@pytest.mark.hanbench(bench=..., seed=..., begins=..., firmware=...)` selects it.

    With `@pytest.mark.hanbench(attach=NAME)`: the bench of that name that `hanbench up` keeps, `home=NAME` one of its
    homes; with `attach="http://..."`, a bench of a service.
    """
    from hanbench.harness.bench.synchronous import Bench
    from hanbench.profiles.benches import StartingState

    options = mark_options(request.node)
    if options.attach is not None:
        with _attached(options) as attached:
            request.node.user_properties.append(("hanbench_seed", attached.seed))
            yield attached
        return
    seed = options.seed or request.config.getoption("--hanbench-seed")
    bench = Bench(options.bench or "virtual", seed, StartingState(options.begins or "installed"), options.firmware)
    request.node.user_properties.append(("hanbench_seed", seed))
    yield bench
    bench.close()


def _attached(options: MarkOptions) -> AttachedBench:
    from hanbench.harness.control.attached import AttachedBench
    from hanbench.harness.control.errors import ControlError

    assert options.attach is not None
    try:
        return AttachedBench(options.attach, bench=options.bench, home=options.home)
    except ControlError as error:
        text = f"@pytest.mark.hanbench(attach={options.attach!r}): {error}"
        raise pytest.fail.Exception(text, pytrace=False) from None


def _emulated(bench: Bench | AttachedBench) -> Han:
    """Return the HAN of a bench of this process."""
    from hanbench.harness.bench.synchronous import Bench

    if not isinstance(bench, Bench):
        pytest.fail("the devices of a bench that is up are in its process: use hanbench_bench.client", pytrace=False)
    return bench.han


@pytest.fixture
def hanbench_hub(hanbench_bench: Bench) -> CommsHub:
    """The hub of the bench."""
    return _emulated(hanbench_bench).hub


@pytest.fixture
def hanbench_esme(hanbench_bench: Bench) -> Esme:
    """The electricity meter of the bench."""
    return _emulated(hanbench_bench).esme


@pytest.fixture
def hanbench_gsme(hanbench_bench: Bench) -> Gsme:
    """The gas meter of the bench."""
    return _emulated(hanbench_bench).gsme


@pytest.fixture
def hanbench_conform(request: pytest.FixtureRequest) -> ConformCase:
    """A case of `hanbench conform`: `hanbench_conform()` runs it on the device that the mark of that name states."""
    from hanbench.harness.pytest_plugin.conform import ConformCase

    return ConformCase(request.node, request.param, request.config.getoption("--hanbench-seed"))


@pytest.fixture
def hanbench_play(request: pytest.FixtureRequest) -> Callable[..., ScenarioResult]:
    """`hanbench_play(scenario, controller=None)` runs a scenario, a file or an id, and returns the ScenarioResult."""
    player = Player(request.node)
    request.node.stash[_PLAYER] = player
    return player

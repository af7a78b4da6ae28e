"""The pytest plugin: `*.han.toml` files are tests, and fixtures give a HAN, its devices and a player of scenarios.

A vendor's or supplier's repository needs only a scenario file. Heavy modules are imported on demand, because every
pytest in an environment with hanbench loads this module.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from hanbench.emulator.devices import CommsHub, Esme, Gsme
    from hanbench.harness.bench.synchronous import Bench
    from hanbench.harness.scenario import ScenarioResult

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
        "--hanbench-out",
        default=FOLDER,
        help=f"Folder for the captures of failed scenarios (default {FOLDER}).",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker for `--strict-markers`."""
    config.addinivalue_line(
        "markers",
        "hanbench(bench='virtual', seed='1', begins='installed'): the bench of the fixtures",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a scenario file as a test."""
    if file_path.name.endswith(SUFFIX):
        return ScenarioFile.from_parent(parent, path=file_path)
    return None


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
        from hanbench.harness.scenario import load_scenario
        from hanbench.profiles.rulesets import shipped

        scenario = load_scenario(self.path, shipped())
        player = Player(self.config, self.user_properties)
        player.expect(player(scenario))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Return the message alone, without a traceback, for a failed scenario or an invalid file."""
        from hanbench.profiles.errors import ProfileError

        if isinstance(excinfo.value, ScenarioFailedError | ProfileError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Return the location of the test."""
        return self.path, None, f"scenario {self.name}"


class Player:
    """Runs scenarios for one test, and adds their results to the test's properties."""

    def __init__(self, config: pytest.Config, properties: list[tuple[str, object]]) -> None:
        self._config = config
        self._properties = properties
        self.seed: str = config.getoption("--hanbench-seed")
        self.controller: str = config.getoption("--hanbench-controller")

    def __call__(self, scenario: Any, *, controller: Any = None) -> ScenarioResult:
        """Run a scenario: a `Scenario`, a file, or the id of a shipped scenario or of one in the matrix.

        `controller`: a factory to use instead of `--hanbench-controller`. Raises ProfileError.
        """
        result = self._play(self._loaded(scenario), controller, None)
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

    def expect(self, result: ScenarioResult, *, controller: Any = None) -> None:
        """Raise ScenarioFailedError, with capture, keys, trace and report kept, unless all is as expected."""
        if result.as_expected:
            return
        from hanbench.harness.capture import keyfile
        from hanbench.harness.case.trace import encode
        from hanbench.harness.controllers.lookup import named
        from hanbench.harness.report.html import HtmlWriter, encode_detail
        from hanbench.harness.report.model import describe
        from hanbench.harness.report.timeline import timeline

        folder = Path(self._config.rootpath, self._config.getoption("--hanbench-out"))
        folder.mkdir(parents=True, exist_ok=True)
        capture = folder / f"{result.scenario.id}.pcapng"
        # The same seed gives the same frames, so only failed scenarios run twice.
        again = self._play(result.scenario, controller, capture)
        trace = capture.with_suffix(".trace.jsonl")
        trace.write_bytes(encode(again.records))
        page = capture.with_suffix(".html")
        title, controller_name = result.scenario.title, named(self.controller)
        with HtmlWriter(
            page, title=title, seed=result.seed, controller=controller_name, rule_sets=(result.scenario.rules,)
        ) as report:
            report.add(describe(again, capture=capture.name), encode_detail(timeline(again)))
        kept = f"report {page}; capture {capture}; keys {keyfile.beside(capture)}; timeline {trace}"
        decided = result.outcome.value if result.outcome else "nothing"
        wanted = " or ".join(outcome.value for outcome in result.expected.outcomes)
        lines = [
            f"{result.scenario.title}",
            f"decided {decided}; expected {wanted}: {result.expected.why}",
            *(f"{each.property}: {each.text} [{each.rule}]" for each in result.violations),
            *(f"not as expected: {each}" for each in result.failed_expectations),
            f"seed {result.seed}; {kept}",
        ]
        raise ScenarioFailedError("\n".join(lines))

    def _loaded(self, scenario: Any) -> Any:
        from hanbench.harness.campaign.finding import find_scenario
        from hanbench.harness.scenario import Scenario
        from hanbench.profiles.rulesets import shipped

        return scenario if isinstance(scenario, Scenario) else find_scenario(scenario, shipped())

    def _play(self, scenario: Any, controller: Any, capture: Path | None) -> ScenarioResult:
        from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory, named
        from hanbench.harness.scenario import run_scenario
        from hanbench.profiles.rulesets import shipped

        try:
            make = controller_factory(self.controller) if controller is None else controller
        except UnknownControllerError as error:
            raise pytest.UsageError(f"--hanbench-controller: {error}") from None
        return run_scenario(
            scenario, shipped(), make, seed=self.seed, controller_name=named(self.controller), capture=capture
        )


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def hanbench_bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """A bench with a whole HAN; `@pytest.mark.hanbench(bench=..., seed=..., begins=...)` selects it."""
    from hanbench.harness.bench.synchronous import Bench
    from hanbench.profiles.benches import StartingState

    marker = request.node.get_closest_marker("hanbench")
    wishes = {} if marker is None else marker.kwargs
    seed = wishes.get("seed", request.config.getoption("--hanbench-seed"))
    bench = Bench(wishes.get("bench", "virtual"), seed, StartingState(wishes.get("begins", "installed")))
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
    return Player(request.config, request.node.user_properties)

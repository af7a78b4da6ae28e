"""The player of scenarios: what a test runs, what a failure says, and the evidence that it leaves."""

from __future__ import annotations

import shlex
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from hanbench.harness.pytest_plugin.mark import mark_options

if TYPE_CHECKING:
    from hanbench.harness.bench.bench_file import BenchFile
    from hanbench.harness.scenario import Scenario, ScenarioResult
    from hanbench.harness.scenario.run import ControllerFactory


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
        result = self._run(self._loaded(scenario), controller)
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
        from hanbench.harness.scenario.run import capture_again

        folder = evidence_folder(self._config)
        make_folder(folder)
        capture = folder / f"{stem}.pcapng"
        result = run.result
        # The same seed gives the same frames: what failed is told again, and its controller is asked nothing.
        capture_again(result, capture, bench=self._bench())
        trace = capture.with_suffix(".trace.jsonl")
        write_whole(trace, encode(result.records))
        page = capture.with_suffix(".html")
        scenario = result.scenario
        with HtmlWriter(
            page,
            title=scenario.title,
            seed=result.seed,
            controller=named(self.controller),
            rule_sets=(scenario.rules,),
        ) as report:
            told = describe(result, capture=capture.name, replay=self._command(run) or "")
            report.add(told, encode_detail(timeline(result)))
        return f"report {page}; capture {capture}; keys {keyfile.beside(capture)}; timeline {trace}"

    def _command(self, run: PlayedRun) -> str | None:
        """Return the command that runs the same frames again; None: one of its parts has no name on a command line."""
        from hanbench.harness.controllers.lookup import named

        if run.name is None or run.controller is not None or self._options.firmware is not None:
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

    def _run(self, scenario: Scenario, controller: ControllerFactory | None) -> ScenarioResult:
        from hanbench.harness.campaign.unanswered import Watch
        from hanbench.harness.controllers.lookup import UnknownControllerError, controller_factory, named
        from hanbench.harness.oracle import Basis
        from hanbench.harness.scenario import run_scenario
        from hanbench.profiles.rulesets import shipped

        try:
            make = controller_factory(self.controller) if controller is None else controller
        except UnknownControllerError as error:
            raise pytest.fail.Exception(f"--hanbench-controller: {error}", pytrace=False) from None
        return run_scenario(
            scenario,
            shipped(),
            make,
            seed=self.seed,
            controller_name=named(self.controller),
            bench=self._bench(),
            hold_to=Basis(self._config.getoption("--hanbench-hold-to")),
            on_record=Watch(scenario.id, self._tell_at_once),
        )

    def _tell_at_once(self, line: str) -> None:
        """Print a line to stderr while the test runs, past the capture of its output."""
        capture = self._config.pluginmanager.getplugin("capturemanager")
        with nullcontext() if capture is None else capture.global_and_fixture_disabled():
            sys.stderr.write(f"\n{line}\n")  # pytest has begun a line of its own
            sys.stderr.flush()

    def _bench(self) -> BenchFile | None:
        from hanbench.harness.bench.bench_file import BenchFile

        if self._options.bench is None:
            return None
        bench = BenchFile.find(self._options.bench)
        return bench if self._options.firmware is None else bench.with_firmware(self._options.firmware)


def _from_here(name: str) -> str:
    """Return a path relative to the working directory if it is below it; else `name`."""
    path = Path(name)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else name


def evidence_folder(config: pytest.Config) -> Path:
    """Return the folder for the evidence of failures, as `--hanbench-out` names it."""
    return Path(config.rootpath, config.getoption("--hanbench-out"))

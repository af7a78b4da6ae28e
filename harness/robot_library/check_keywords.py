"""Keywords about checks, scenarios and decisions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from robot.api import logger
from robot.api.deco import keyword

from hanbench.harness.case.check import HanCheck, Verdict
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.control.events import DecisionMade, ScenarioProgress
from hanbench.harness.robot_library.base import Keywords, plain
from hanbench.harness.robot_library.failure import BenchFailure
from hanbench.profiles.errors import ProfileError
from hanbench.profiles.reading import read_text

LARGEST = 1_000_000
"""Maximum octets of a file to read."""


class CheckKeywords(Keywords):
    """Keywords about checks and decisions."""

    @keyword(name="Check HAN", tags=("checks",))
    def check_han(self) -> HanCheck:
        """Run a HAN-connectivity check of the gas meter; return it, with ``verdict``, ``code`` and ``detail``.

        | ${check} | `Check HAN` |
        | Should Be Equal As Strings | ${check.verdict} | fail |
        """
        return self._check()

    @keyword(name="HAN Check Should Pass", tags=("checks",))
    def han_check_should_pass(self) -> None:
        """Run a HAN-connectivity check, and fail unless it passes."""
        self._check_should_be(Verdict.PASS)

    @keyword(name="HAN Check Should Fail", tags=("checks",))
    def han_check_should_fail(self, code: str = "GT01") -> None:
        """Run a HAN-connectivity check, and fail unless it fails with this code."""
        check = self._check_should_be(Verdict.FAIL)
        if check.code != code:
            raise BenchFailure(f"Expected the check to fail with {code}, but it gave {_in_words(check)}.")

    @keyword(name="HAN Check Should Be Inconclusive", tags=("checks",))
    def han_check_should_be_inconclusive(self) -> None:
        """Run a HAN-connectivity check, and fail unless it is inconclusive: it says nothing of the gas meter."""
        self._check_should_be(Verdict.INCONCLUSIVE)

    @keyword(tags=("checks",))
    def commission_meters(self, *meters: Literal["esme", "gsme"]) -> None:
        """Commission meters, both by default; fail unless all are commissioned."""
        devices = meters or ("esme", "gsme")
        home = self._bench.home
        ended = self._asked(lambda bench: bench.client.commission(devices, home=home)).commissioning
        if ended is None or not ended.succeeded:
            raise BenchFailure(f"Commissioning failed: {'it has not ended' if ended is None else ended.detail}.")

    @keyword(tags=("decisions",))
    def play_scenario(
        self, scenario: str, controller: str = "reference", timeout: timedelta = timedelta(minutes=10)
    ) -> str:
        """Play a shipped scenario, or a file (``*.toml``), on the bench; wait for its end, and return what it decided.

        ``controller`` is ``reference``, ``lawful:NAME`` or ``wrong:NAME``; ``timeout`` is real time.
        """
        path, home = Path(scenario), self._bench.home
        text = _text_of(path) if path.suffix == ".toml" else None
        named = None if text else scenario
        before = self._asked(lambda bench: bench.client.state()).last_event
        self._asked(lambda bench: bench.client.scenario("play", named, text=text, controller=controller, home=home))

        def ended() -> ScenarioProgress | None:
            found = self._latest(ScenarioProgress)
            return found if found is not None and found.seq > before and found.phase != "begun" else None

        self._until(lambda: ended() is not None, timeout, lambda: f"{scenario} still plays")
        if (end := ended()) is None or end.phase != "ended":
            raise BenchFailure(f"The scenario {scenario} did not end well: {end.detail if end else 'it is forgotten'}.")
        return end.detail

    @keyword(tags=("decisions",))
    def get_last_decision(self) -> dict[str, Any] | None:
        """Return the latest action of a controller, with its rule; None: none since the suite has the bench."""
        found = self._latest(DecisionMade)
        return None if found is None else plain(found)

    @keyword(tags=("decisions",))
    def decision_should_be(self, outcome: Outcome) -> None:
        """Fail unless the case has been closed with this outcome.

        | `Decision Should Be` | migrate-esme-only |
        """
        found = self._latest(DecisionMade)
        if found is None:
            raise BenchFailure(f"Expected the decision {outcome.value}, but no check has been run yet.")
        rule = f" Rule: {found.rule}." if found.rule else ""
        if found.outcome is None:
            problem = f"but the case is open: {found.controller} {found.text}"
            raise BenchFailure(f"Expected the decision {outcome.value}, {problem}.{rule}")
        if found.outcome is not outcome:
            raise BenchFailure(f"Expected the decision {outcome.value}, found {found.outcome.value}.{rule}")

    # --- inside ---------------------------------------------------------------------------------------------------

    def _check(self) -> HanCheck:
        check = self._asked(lambda bench: bench.check())
        logger.info(f"check {check.attempt}: {_in_words(check)}")
        return check

    def _check_should_be(self, verdict: Verdict) -> HanCheck:
        check = self._check()
        if check.verdict is not verdict:
            raise BenchFailure(f"Expected the check to be {verdict.value}, but it gave {_in_words(check)}.")
        return check


def _in_words(check: HanCheck) -> str:
    code = f" {check.code}" if check.code else ""
    return f"{check.verdict.value}{code}" + (f" ({check.detail})" if check.detail else "")


def _text_of(path: Path) -> str:
    try:
        return read_text(path, LARGEST)
    except ProfileError as error:
        raise BenchFailure(f"{error}.") from None

"""Cases of `hanbench conform` as parametrised tests: the mark `hanbench_conform`, and what its fixture gives."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hanbench.harness.pytest_plugin.conform_mark import MARK, mark_options, setting_of_mark
from hanbench.harness.pytest_plugin.player import evidence_folder

if TYPE_CHECKING:
    from hanbench.harness.conform.case import Case
    from hanbench.harness.conform.result import CaseResult

FIXTURE = MARK


@dataclass(frozen=True)
class Chosen:
    """One case of one device; or, with `problem`, a mark that is wrong."""

    case: str = ""
    problem: str = ""


def chosen_cases(metafunc: pytest.Metafunc) -> list[Chosen]:
    """Return the cases that the mark of a test chooses."""
    from hanbench.harness.conform.cases import AREAS, every_case
    from hanbench.profiles.errors import ProfileError
    from hanbench.profiles.explain import suggestion

    try:
        options = mark_options(metafunc.definition)
        setting_of_mark(metafunc.definition, options, "1")
        known = {"only": [area.code for area in AREAS], "cases": [case.id for case in every_case()]}
        for option, names in known.items():
            for name in options.get(option, ()):
                if name not in names:
                    raise ValueError(f"{option}: no such name {name!r}{suggestion(name, names)}")
    except (ProfileError, ValueError) as error:
        return [Chosen(problem=str(error))]
    areas, ids = options.get("only", ()), options.get("cases", ())
    everything = not areas and not ids
    return [Chosen(each.id) for each in every_case() if everything or each.area in areas or each.id in ids]


class ConformCase:
    """One case, to be run on the device of the mark. Call it."""

    def __init__(self, item: pytest.Item, chosen: Chosen, seed: str) -> None:
        """Fails the test if its mark is wrong."""
        from hanbench.harness.conform.cases import by_id

        if chosen.problem:
            pytest.fail(f"@pytest.mark.{FIXTURE}: {chosen.problem}", pytrace=False)
        self._item = item
        self._seed = seed
        self._options = mark_options(item)
        self.case: Case = by_id()[chosen.case]
        """The case: `id`, `area`, `title`, `requirements`."""

    def __call__(self) -> CaseResult:
        """Run the case, and return what it found.

        The test fails if the case does, if it could not be carried out, and if a frame in it is against the rules of
        the area AIR; it is skipped if the case does not apply.
        """
        from hanbench.harness.conform.result import Verdict

        result = self.result()
        if result.verdict is Verdict.NOT_APPLICABLE:
            pytest.skip(f"not applicable: {result.reason}")
        if result.verdict is not Verdict.PASS:
            pytest.fail(self._told(result), pytrace=False)
        if result.conduct:
            pytest.fail(self._told_of_conduct(result), pytrace=False)
        return result

    def result(self) -> CaseResult:
        """Run the case, and return what it found, whatever that is."""
        from hanbench.harness.conform.runner import LONGEST_S, Limits, Runner
        from hanbench.harness.files import make_folder

        setting = setting_of_mark(self._item, self._options, self._seed)
        make_folder(self._folder)
        limits = Limits(float(self._options.get("longest", LONGEST_S)), unattended=True)
        result = Runner(setting, limits, self._folder).run(self.case)
        self._item.user_properties += [
            ("hanbench_case", result.id),
            ("hanbench_area", result.area),
            ("hanbench_verdict", result.verdict.value),
            ("hanbench_requirements", "; ".join(result.requirements)),
            ("hanbench_seed", self._seed),
            *(("hanbench_margin", margin.words) for margin in result.margins),
        ]
        return result

    @property
    def _folder(self) -> Path:
        name = re.sub(r"[^\w.-]+", "-", self._item.nodeid.partition("[")[0]).strip("-")
        return evidence_folder(self._item.config) / name

    def _told_of_conduct(self, result: CaseResult) -> str:
        """Return the text about frames that are wrong in passing."""
        lines = [f"{result.id} {result.title}", "passes; but in passing:"]
        lines += [f"{each.case}: {each.sentence} (#{each.frame.number} {each.frame.line})" for each in result.conduct]
        lines.append(f"seed {self._seed}")
        return "\n".join(lines)

    def _told(self, result: CaseResult) -> str:
        """Return the text of a failure."""
        lines = [f"{result.id} {result.title}", f"{result.verdict.value}: {result.reason}"]
        if result.failure is not None:
            lines += [f"expected: {result.failure.expected}", f"seen: {result.failure.seen}"]
        lines += [f"#{each.number} {each.sender} to {each.receiver}: {each.line}" for each in result.evidence[-3:]]
        lines.append(f"required by {'; '.join(result.requirements)}; seed {self._seed}")
        if result.capture is not None:
            lines.append(f"capture {self._folder / result.capture}")
        return "\n".join(lines)

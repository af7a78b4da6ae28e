"""`report.html`, written scenario by scenario like the other reports.

The page has a head with style, a packed story for each scenario, an index with a row for each, and the script. A
browser reads the index at once and unpacks a story when the user opens it, so that a report with thousands of
stories opens quickly. All external data is JSON without markup, inserted into the page as text.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Sequence
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from msgspec import Struct

from hanbench import __version__
from hanbench.harness.case.cell import MatrixCell
from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import Violation
from hanbench.harness.report.json_file import Totals
from hanbench.harness.report.model import ScenarioReport
from hanbench.harness.report.timeline import ScenarioDetail

_SAFE = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})
"""Escapes for JSON in a script element, so that no text can end the element or begin another."""
_LEVEL = 6


class Row(Struct, frozen=True, array_like=True):
    """A scenario in the index: its report, with the checks reduced to letters."""

    id: str
    title: str
    cell: MatrixCell | None
    cohort: str
    installation: str
    rules: str
    faults: tuple[str, ...]
    decision: str | None
    as_expected: bool
    verdicts: str
    """One letter for each check: p, f, i."""
    seed: str
    expected: tuple[Outcome, ...]
    because: str
    violations: tuple[Violation, ...]
    unmet: tuple[str, ...]
    frames: int
    capture: str | None
    keys: str | None


class Head(Struct, frozen=True):
    """The facts about the whole run."""

    title: str
    controller: str
    seed: str
    hanbench: str
    rule_sets: tuple[str, ...]
    totals: dict[str, int]
    outcomes: dict[str, int]


def encode_detail(story: ScenarioDetail) -> bytes:
    """Return the packed form of a story: deflated JSON."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(msgspec.json.encode(story)) + packer.flush()


class HtmlWriter:
    """Writes the report to a temporary file and renames it at the end, so that it is complete or does not exist."""

    def __init__(self, path: Path, *, title: str, seed: str, controller: str, rule_sets: Sequence[str]) -> None:
        self._path = path
        self._fresh = path.with_name(f".{path.name}.new")
        self._about = (title, controller, seed, __version__, tuple(rule_sets))
        self._totals = Totals()
        self._outcomes: dict[str, int] = {}
        self._rows = self._fresh.with_name(f"{self._fresh.name}.rows")
        style, self._script = _asset("report.css"), _asset("report.js")
        self._index = self._rows.open("w", encoding="utf-8")
        try:
            self._stream = self._fresh.open("w", encoding="utf-8")
        except OSError:
            self._index.close()
            raise
        head, self._tail = _asset("report.html").split("<!-- stories -->")
        policy = (
            "default-src 'none'; base-uri 'none'; form-action 'none'; "
            f"style-src {_hash(style)}; script-src {_hash(self._script)}"
        )
        self._stream.write(head.replace("/* policy */", policy).replace("/* style */", style))

    def add(self, report: ScenarioReport, story: bytes) -> None:
        """Append one scenario with its packed story."""
        number = self._totals.scenarios
        text = base64.b64encode(story).decode()
        self._stream.write(f'<script type="text/plain" id="s{number}">{text}</script>\n')
        self._index.write(("," if number else "") + _json(_row(report)) + "\n")
        self._totals.add(report)
        decision = report.decision.value if report.decision is not None else "none"
        self._outcomes[decision] = self._outcomes.get(decision, 0) + 1

    def _finish(self) -> None:
        self._index.close()
        head = Head(*self._about, self._totals.counts, self._outcomes)
        self._stream.write(f'<script type="application/json" id="head">{_json(head)}</script>\n')
        self._stream.write('<script type="application/json" id="index">[')
        with self._rows.open(encoding="utf-8") as rows:
            self._stream.writelines(rows)
        self._stream.write("]</script>\n" + self._tail.replace("/* script */", self._script))

    def __enter__(self) -> HtmlWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._finish()
        self._index.close()
        self._stream.close()
        self._rows.unlink(missing_ok=True)
        if kind is None:
            self._fresh.replace(self._path)
        else:
            self._fresh.unlink(missing_ok=True)


def _row(report: ScenarioReport) -> Row:
    return Row(
        id=report.id,
        title=report.title,
        cell=report.cell,
        cohort=report.cohort,
        installation=report.installation_type,
        rules=report.rules,
        faults=report.faults,
        decision=report.decision.value if report.decision is not None else None,
        as_expected=report.as_expected,
        verdicts="".join(check.verdict.value[0] for check in report.checks),
        seed=report.seed,
        expected=report.expected,
        because=report.because,
        violations=report.violations,
        unmet=report.unmet,
        frames=report.frames,
        capture=report.capture,
        keys=report.keys,
    )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode().translate(_SAFE)


def _asset(name: str) -> str:
    return (files(__package__) / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"

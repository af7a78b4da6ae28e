"""`report.html`, written scenario by scenario like the other reports.

The page has a head with style, an encoded detail for each scenario, a deflated index with a row for each, and the
script. A browser reads the index at once and decodes a detail when the user opens it, so that a report with thousands
of scenarios opens quickly. Details of failed scenarios are stored first of all, those of others as far as `BUDGET`
allows; the page names the command that tells a story that it has not. Rows and details are arrays; the names of their
fields stand once in the page, taken from the Structs (`shapes`). All external data is JSON without markup, inserted
into the page as text.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, get_args

import msgspec
from msgspec import Struct
from msgspec.structs import fields

from hanbench import __version__
from hanbench.harness.files import OutputError, WholeFile, scratch
from hanbench.harness.oracle import Basis
from hanbench.harness.report.html.page import asset, filled, safe_json, script_of
from hanbench.harness.report.json_file import MissingShards, Totals
from hanbench.harness.report.model import ScenarioReport
from hanbench.harness.report.timeline import ScenarioDetail

_LEVEL = 6
BUDGET = 12_000_000
"""Maximum size of all details in a page, octets as they stand there: a page of 5,000 scenarios stays under 20 MB."""
BUDGET_OF_PASSES = 6_000_000
"""How much of it scenarios that went as expected may take, so that there is room for those that fail later."""
_DEFLATED = 3 << 16
"""Octets of the deflated index to encode at a time: a multiple of three, so that base64 needs no padding between."""

_NOT_IN_INDEX = ("consents", "checks")
"""Fields of a report that its row in the index leaves out: the page reads them, in full, from the detail."""
_INDEX_FIELDS = tuple(name for name in ScenarioReport.__struct_fields__ if name not in _NOT_IN_INDEX)
_BASE64 = r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==|[A-Za-z0-9+/]=))?"
_DETAIL = re.compile(rf'<script type="text/plain" id="s([0-9]{{1,9}})">({_BASE64})</script>$')
"""A line of the page with a detail."""
_VERDICTS = "verdicts"
"""Added to a row in the index: one letter for each check, p, f or i."""

Shape = dict[str, str | None]
"""The names of the fields of a kind of value, in their order; with each, the kind of the values in it, if any."""


class Head(Struct, frozen=True):
    """The facts about the whole run."""

    title: str
    controller: str
    seed: str
    hanbench: str
    rule_sets: tuple[str, ...]
    totals: dict[str, int]
    outcomes: dict[str, int]
    bases: tuple[Basis, ...]
    """All bases, the firmest first: a violation behind the one that a scenario is held to is told."""
    missing: str
    """Which parts of the run are missing, in a sentence; empty: none is."""


def encode_detail(detail: ScenarioDetail) -> bytes:
    """Return the encoded form of a scenario's detail: deflated JSON."""
    packer = _packer()
    return packer.compress(msgspec.json.encode(detail)) + packer.flush()


def details_of(page: Path) -> dict[int, bytes]:
    """Return the encoded details in a page, by the number of their scenario, from 0. Raises OSError."""
    found = {}
    with page.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if match := _DETAIL.match(line):
                found[int(match[1])] = base64.b64decode(match[2])
    return found


def _packer() -> zlib._Compress:
    return zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)


def shapes() -> dict[str, Shape]:
    """Return the shape of each kind of value that the page carries as an array, so that no array repeats the names."""
    found: dict[str, Shape] = {"ScenarioReport": dict.fromkeys((*_INDEX_FIELDS, _VERDICTS))}
    pending: list[type[Struct]] = [ScenarioDetail]
    while pending:
        kind = pending.pop()
        inner = {field.encode_name: _kind_within(field.type) for field in fields(kind)}
        found[kind.__name__] = {name: None if each is None else each.__name__ for name, each in inner.items()}
        pending += [each for each in inner.values() if each is not None and each.__name__ not in found]
    return found


def _kind_within(type_: Any) -> type[Struct] | None:
    """Return X of a field of type `tuple[X, ...]`, if X is a Struct that is encoded as an array."""
    match get_args(type_):
        case (kind, end) if end is ... and isinstance(kind, type) and issubclass(kind, Struct):
            return kind if kind.__struct_config__.array_like else None
    return None


class HtmlWriter:
    """Writes the report as a `WholeFile`: it is complete or does not exist. Raises OutputError."""

    def __init__(
        self,
        path: Path,
        *,
        title: str,
        seed: str,
        controller: str,
        rule_sets: Sequence[str],
        missing: MissingShards | None = None,
    ) -> None:
        self._missing = "" if missing is None else missing.sentence
        self._about = (title, controller, seed, __version__, tuple(rule_sets))
        self._totals = Totals()
        self._outcomes: dict[str, int] = {}
        self._stored = 0
        """Octets of details so far."""
        self._script = script_of("report.js")
        self._index = scratch(path)
        try:
            self._file = WholeFile(path)
        except OutputError:
            self._index.close()
            raise
        self._stream = self._file.stream
        body, self._tail = asset("report.html").split("<!-- details -->")
        self._write(filled("hanbench report", body, self._script))

    def add(self, report: ScenarioReport, detail: bytes | None) -> None:
        """Append one scenario with its encoded detail; None: its story was not told for the report."""
        number = self._totals.scenarios
        budget = BUDGET_OF_PASSES if report.as_expected else BUDGET
        text = "" if detail is None else base64.b64encode(detail).decode()
        if text and self._stored + len(text) <= budget:
            self._stored += len(text)
            self._write(f'<script type="text/plain" id="s{number}">{text}</script>\n')
        self._index.write((("," if number else "") + safe_json(_index_row(report)) + "\n").encode())
        self._totals.add(report)
        decision = report.decision.value if report.decision is not None else "none"
        self._outcomes[decision] = self._outcomes.get(decision, 0) + 1

    def _finish(self) -> None:
        head = Head(*self._about, self._totals.counts, self._outcomes, tuple(Basis), self._missing)
        self._write(f'<script type="application/json" id="head">{safe_json(head)}</script>\n')
        self._write(f'<script type="application/json" id="shapes">{safe_json(shapes())}</script>\n')
        self._write('<script type="text/plain" id="index">')
        self._index.seek(0)
        self._write_deflated(self._index)
        self._write("</script>\n" + self._tail.replace("/* script */", self._script))

    def _write_deflated(self, rows: Iterable[bytes]) -> None:
        """Write a JSON list of rows, deflated, in base64."""
        packer, pending = _packer(), bytearray()
        for part in chain((b"[",), rows, (b"]", None)):
            pending += packer.flush() if part is None else packer.compress(part)
            size = len(pending) if part is None else len(pending) - len(pending) % _DEFLATED
            if size:
                self._stream.write(base64.b64encode(bytes(pending[:size])))
                del pending[:size]

    def _write(self, text: str) -> None:
        self._stream.write(text.encode())

    def __enter__(self) -> HtmlWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._file, self._index:
            if kind is None:
                self._finish()
            else:
                self._file.abandon()


def _index_row(report: ScenarioReport) -> list[Any]:
    verdicts = "".join(check.verdict.value[0] for check in report.checks)
    return [*(getattr(report, name) for name in _INDEX_FIELDS), verdicts]

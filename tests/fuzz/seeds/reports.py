"""Reports and pages of runs to begin from, as `hanbench verify` writes them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hanbench.harness.case.vocabulary import Outcome
from hanbench.harness.oracle import Violation
from hanbench.harness.report.html import HtmlWriter
from hanbench.harness.report.json_file import ReportWriter, ShardReport
from hanbench.harness.report.model import ScenarioReport
from tests.fuzz.seeds.frames import Seeds

_ABOUT: dict[str, Any] = {"seed": "1", "controller": "c", "rule_sets": ("tmad-v19",)}


def _case(id_: str) -> ScenarioReport:
    return ScenarioReport(
        id=id_,
        title=id_,
        cohort="ioc",
        installation_type="dormant",
        rules="tmad-v19",
        seed="1/a",
        faults=(),
        consents=(),
        expected=(Outcome.RETRY,),
        because="time ran out",
        decision=Outcome.RETRY,
        checks=(),
        violations=(Violation("count", "letter, 2", "wrong"),),
        unmet=(),
        as_expected=False,
        frames=5,
        capture="case.pcapng",
        keys="case.keys",
        trace="case.trace.jsonl",
    )


def _report(folder: Path, name: str, number: int) -> bytes:
    with ReportWriter(folder / name, shard=ShardReport(number, 2), **_ABOUT) as report:
        report.add(_case(name))
    return (folder / name).read_bytes().strip().replace(b"\n\n", b"\n")


def shards() -> Seeds:
    """Return reports of shards, with the line of a page that carries a detail."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        one, two = (_report(place, f"case{number}", number) for number in (1, 2))
        with HtmlWriter(place / "page", title="t", **_ABOUT) as page:
            page.add(_case("case1"), b"detail")
        lines = (place / "page").read_bytes().splitlines()
    detail = next(each for each in lines if b'type="text/plain" id="s' in each)
    found = [b"\n\n".join(each) for each in ((one, two, detail), (one, b"", detail), (two, one, b""))]
    return {"finished.shards": found, "record.report": [one, two]}

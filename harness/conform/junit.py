"""JUnit XML of a conformance run: one test case for each case, with its clauses and margins as properties."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

from hanbench.harness.conform.report import ConformReport
from hanbench.harness.conform.result import CaseResult, Verdict
from hanbench.harness.files import write_whole
from hanbench.harness.foreign_text import cleaned, cleaned_throughout


def write_junit(path: Path, report: ConformReport) -> None:
    """Write the JUnit file of a report. Raises OutputError."""
    root = ET.Element("testsuites")
    name = f"hanbench conform {report.device.kind}"
    suite = ET.SubElement(root, "testsuite", {"name": name, "tests": str(len(report.cases)), **_counts(report)})
    properties(suite, _about(report))
    for result in report.cases:
        _case(suite, cleaned_throughout(result))
    ET.indent(root)
    write_whole(path, ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _counts(report: ConformReport) -> dict[str, str]:
    sums = report.summary
    skipped = sums.not_applicable + sums.tolerated
    return {"failures": str(sums.failed - sums.tolerated), "errors": str(sums.inconclusive), "skipped": str(skipped)}


def _about(report: ConformReport) -> dict[str, str]:
    device = report.device
    version = "" if device.file_version is None else f"0x{device.file_version:08X}"
    given = {
        "notice": report.notice,
        "summary": report.badge,
        "hanbench": report.hanbench,
        "case set": report.case_set,
        "bench": report.bench,
        "seed": report.seed,
        "device": device.reached,
        "manufacturer": device.manufacturer,
        "model": device.model,
        "EUI-64": device.eui64,
        "firmware file version": version,
    }
    return {name: value for name, value in given.items() if value}


def _case(suite: ET.Element, result: CaseResult) -> None:
    about = {"name": f"{result.id} {result.title}", "classname": f"conform.{result.area}", "time": "0"}
    case = ET.SubElement(suite, "testcase", about)
    about_it = {"requirements": "; ".join(result.requirements), "gate": result.gate, "replay": result.replay}
    about_it |= {"margin": "; ".join(margin.words for margin in result.margins)}
    properties(case, {name: value for name, value in about_it.items() if value})
    kind = _KINDS.get(result.verdict)
    if kind is None:
        return
    message = result.reason
    if result.tolerated_until is not None:
        kind, message = "skipped", f"tolerated until {result.tolerated_until}: {message}"
    ET.SubElement(case, kind, {"message": cleaned(message)}).text = "\n".join(_lines(result))


def _lines(result: CaseResult) -> Iterator[str]:
    if result.failure is not None:
        yield f"expected: {result.failure.expected}"
        yield f"seen: {result.failure.seen}"
    if result.capture is not None:
        yield f"capture: {result.capture}"
    if result.replay:
        yield f"again: {result.replay}"
    yield from (f"#{frame.number} {frame.sender} to {frame.receiver}: {frame.line}" for frame in result.evidence)


def properties(element: ET.Element, values: dict[str, str]) -> None:
    """Add properties to a suite or a case."""
    group = ET.SubElement(element, "properties")
    for name, value in values.items():
        ET.SubElement(group, "property", {"name": name, "value": cleaned(value)})


_KINDS = {Verdict.FAIL: "failure", Verdict.INCONCLUSIVE: "error", Verdict.NOT_APPLICABLE: "skipped"}
"""A JUnit reader shows an error where the bench, not the device, was in the way."""

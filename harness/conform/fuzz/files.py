"""The three reports of a run of the fuzzer: `report.json`, `junit.xml`, `report.html`."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
from msgspec import to_builtins

from hanbench.harness.conform.fuzz.report import FuzzReport, Kill, SentRow
from hanbench.harness.conform.junit import properties
from hanbench.harness.files import write_whole
from hanbench.harness.foreign_text import cleaned, cleaned_throughout
from hanbench.harness.report.html.page import asset, filled, safe_json, script_of

FILES = ("report.json", "junit.xml", "report.html")


def write_fuzz_report(folder: Path, report: FuzzReport) -> None:
    """Write the three reports. Raises OutputError."""
    data, junit, page = (folder / name for name in FILES)
    write_whole(data, msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    write_whole(junit, junit_of(report))
    write_whole(page, page_of(report))


def page_of(report: FuzzReport) -> str:
    """Return the page of a report."""
    figures = {"badge": cleaned(report.badge), "rate": report.rate, "processor_rate": report.processor_rate}
    shown = {**to_builtins(cleaned_throughout(report)), **figures}
    return filled(
        "hanbench conform --fuzz", asset("fuzz.html"), script_of("tables.js", "fuzz.js"), report=safe_json(shown)
    )


def junit_of(report: FuzzReport) -> bytes:
    """Return the JUnit file of a report: a test case for each layer and knowledge of keys.

    A kill fails the case of its last frame.
    """
    root = ET.Element("testsuites")
    failed = {_row_of(kill) for kill in report.kills}
    dead = bool(report.unexplained)
    counts = {"tests": str(len(report.sent) + dead), "failures": str(len(failed)), "errors": str(int(dead))}
    suite = ET.SubElement(root, "testsuite", {"name": f"hanbench conform {report.device.kind} --fuzz", **counts})
    about = {"notice": report.notice, "summary": report.badge, "hanbench": report.hanbench, "seed": report.seed}
    properties(suite, {**about, "device": report.device.reached, "bench": report.bench})
    for row in report.sent:
        _case(suite, row, [kill for kill in report.kills if _row_of(kill) == (row.layer, row.knowledge)])
    if dead:
        case = ET.SubElement(suite, "testcase", {"name": "what killed it", "classname": "conform.FUZZ", "time": "0"})
        ET.SubElement(case, "error", {"message": cleaned(f"{report.unexplained}; the run was interrupted")})
    ET.indent(root)
    octets: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return octets


def _row_of(kill: Kill) -> tuple[str, str]:
    last = kill.sequence[-1].frame
    return last.layer, last.knowledge


def _case(suite: ET.Element, row: SentRow, kills: list[Kill]) -> None:
    about = {"name": f"{row.layer.value} frames, {row.knowledge.value}", "classname": "conform.FUZZ", "time": "0"}
    case = ET.SubElement(suite, "testcase", about)
    properties(case, {"frames": str(row.frames)})
    for kill in kills:
        lines = [f"{each.line}\n{each.psdu}" for each in kill.sequence]
        text = "\n".join((*lines, f"capture: {kill.capture}", f"again: {kill.replay}"))
        message = f"{len(kill.sequence)} frames: {kill.why}"
        ET.SubElement(case, "failure", {"message": cleaned(message)}).text = "\n".join(map(cleaned, text.split("\n")))

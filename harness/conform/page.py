"""`report.html` of a conformance run: one file with the look of the other reports."""

from __future__ import annotations

from pathlib import Path

from msgspec import to_builtins

from hanbench.harness.conform.report import ConformReport
from hanbench.harness.files import write_whole
from hanbench.harness.foreign_text import cleaned, cleaned_throughout
from hanbench.harness.report.html.page import asset, filled, safe_json, script_of


def conform_page(report: ConformReport) -> str:
    """Return the page of a report."""
    shown = {**to_builtins(cleaned_throughout(report)), "badge": cleaned(report.badge)}
    return filled(
        "hanbench conform", asset("conform.html"), script_of("tables.js", "conform.js"), report=safe_json(shown)
    )


def write_page(path: Path, report: ConformReport) -> None:
    """Write the page of a report. Raises OutputError."""
    write_whole(path, conform_page(report))

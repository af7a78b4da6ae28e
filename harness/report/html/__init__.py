"""The report for people: one HTML file that needs nothing but a browser."""

from __future__ import annotations

from hanbench.harness.report.html.writer import HtmlWriter, pack

__all__ = ["HtmlWriter", "pack"]

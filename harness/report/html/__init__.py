"""The HTML report: one file that needs only a browser."""

from __future__ import annotations

from hanbench.harness.report.html.writer import HtmlWriter, details_of, encode_detail

__all__ = ["HtmlWriter", "details_of", "encode_detail"]

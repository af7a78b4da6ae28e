"""The table of old names for hints to controllers, from the entry of 0.2.0 in the changelog."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "harness" / "controllers" / "moved_names.csv"
_ROW = re.compile(r"^\| `((?:emulator|hardware|harness|profiles)[\w.]*)` \| `(hanbench[\w.]*)` \|$", re.MULTILINE)


def rows(kind: str) -> list[tuple[str, str]]:
    """Return old and new dotted names in the changelog's order. `kind`: `module`, or `name` of something in one."""
    page = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    modules, _, names = page.partition("### Names that controllers")
    return _ROW.findall({"module": modules, "name": names}[kind])


def text() -> str:
    """Return the table: kind, old and new dotted name."""
    listed = [f"{kind},{old},{new}" for kind in ("module", "name") for old, new in sorted(rows(kind))]
    return "\n".join(("kind,old,new", *listed)) + "\n"

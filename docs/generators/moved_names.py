"""The table of old names for hints to controllers, from the entry of 0.2.0 in the changelog."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "harness" / "controllers" / "moved_names.csv"
_ROW = re.compile(r"^\| `((?:emulator|hardware|harness|profiles)[\w.]*)` \| `(hanbench[\w.]*)` \|$", re.MULTILINE)


def text() -> str:
    """Return the table: kind, old and new dotted name."""
    page = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    modules, _, names = page.partition("### Names that controllers")
    parts = (("module", modules), ("name", names))
    rows = [f"{kind},{old},{new}" for kind, part in parts for old, new in sorted(_ROW.findall(part))]
    return "\n".join(("kind,old,new", *rows)) + "\n"

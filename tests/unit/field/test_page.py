"""docs/diagnose.md: its tables are those of the classes and of the last measurement."""

from __future__ import annotations

from docs.generators.diagnose import BLOCKS, PAGE
from docs.generators.migration import renewed


def test_the_generated_blocks_are_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert renewed(page, BLOCKS) == page, "run python -m docs.generators"

"""Words of the commands that depend on a number."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """Return the number with its noun: "1 scenario", "1,592 scenarios". `many`: by default `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"

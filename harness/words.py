"""Words that depend on a number or a time, for commands and reports."""

from __future__ import annotations

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def counted(number: int, one: str, many: str = "") -> str:
    """Return the number with its noun: "1 scenario", "1,592 scenarios". `many`: by default `one` with an s."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def pace(rate: float) -> str:
    """Return how many a second, with a decimal where there are few: "0.4", "1,480"."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


def duration(seconds: float) -> str:
    """Return a time in two units at most."""
    for unit, name, smaller, smaller_name in ((_DAY, "d", _HOUR, "h"), (_HOUR, "h", _MINUTE, "min")):
        if seconds >= unit:
            return f"{int(seconds // unit)} {name} {int(seconds % unit // smaller)} {smaller_name}"
    return f"{int(seconds // _MINUTE)} min" if seconds >= 2 * _MINUTE else f"{int(seconds)} s"

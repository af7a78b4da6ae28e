"""Tables at any width: no name is broken in the middle, and colours come where they are wanted."""

from __future__ import annotations

import pytest

from hanbench.harness.cli.output import styled, verdict
from hanbench.harness.cli.tables import lines

HEADERS = ("scenario", "cohort", "what it is about")
ROWS = [
    (
        "active-becomes-dormant-while-a-request-is-awaited",
        "ioc",
        "Both meters become Dormant while the request is awaited",
    ),
    ("clock-drift", "moc-secure", "A clock that runs away"),
]
NAMES = [cell for row in ROWS for cell in row[:2]]


@pytest.mark.parametrize("width", [None, 200, 100, 80, 60, 52])
def test_no_name_is_broken_at_any_width(width: int | None) -> None:
    said = list(lines(HEADERS, ROWS, width))
    assert all(any(name in line for line in said) for name in NAMES)
    assert width is None or max(map(len, said)) <= width


def test_a_wide_terminal_gets_one_line_a_row() -> None:
    assert len(list(lines(HEADERS, ROWS, 200))) == 2 + len(ROWS)


def test_the_last_column_wraps_between_words() -> None:
    first, second = list(lines(HEADERS, ROWS[:1], 92))[2:]
    assert first.endswith("Both meters become Dormant while")
    assert second.split() == ["the", "request", "is", "awaited"]


def test_a_narrow_terminal_gets_a_paragraph_a_row() -> None:
    assert list(lines(HEADERS, ROWS, 60)) == [
        "active-becomes-dormant-while-a-request-is-awaited",
        "  cohort: ioc",
        "  what it is about: Both meters become Dormant while the",
        "  request is awaited",
        "clock-drift",
        "  cohort: moc-secure",
        "  what it is about: A clock that runs away",
    ]


def test_a_paragraph_leaves_out_what_is_empty() -> None:
    wide = ("name", *(f"outcome-{number}" for number in range(8)))
    assert list(lines(wide, [("a", "1", "-", "-", "2", "-", "-", "-", "-")], 40)) == [
        "a",
        "  outcome-0: 1   outcome-3: 2",
    ]


@pytest.mark.parametrize(
    ("terminal", "no_color", "colored"), [(True, "", True), (True, "1", False), (False, "", False)]
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, no_color: str, colored: bool
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", no_color)
    assert ("\x1b[" in styled("a", color="red")) is colored
    assert ("\x1b[32m" in verdict("pass"), "\x1b[31m" in verdict("fail GT01")) == (colored, colored)
    assert ("\x1b[31m" in verdict("VIOLATION")) is colored

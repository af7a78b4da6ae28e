"""Generated blocks of docs/security.md: the attacks of the red team with their verdicts, and the bounds of tables."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

WIDTH = 150
PAGE = Path(__file__).parents[1] / "security.md"
RED_TEAM = Path(__file__).parents[2] / "tests" / "redteam"


def _rows(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((RED_TEAM / f"{name}s.toml").read_text(encoding="utf-8"))[name]
    return rows


def attack_table() -> str:
    """Return the attacks: for each thing that attackers know, a table of verdicts and a list of reasons."""
    rows = _rows("attack")
    parts = []
    for knows in dict.fromkeys(row["knows"] for row in rows):
        known = [row for row in rows if row["knows"] == knows]
        parts += [
            f"### Attackers who know: {knows}",
            "",
            "| attack | healthy meter | dead meter | healthy, behind a repeater | dead, behind a repeater |",
            "|---|---|---|---|---|",
            *(f"| `{row['id']}` | {' | '.join(_verdicts(row))} |" for row in known),
            "",
            *(_reason(row) for row in known),
            "",
        ]
    return "\n".join(parts[:-1])


def _verdicts(row: Mapping[str, Any]) -> list[str]:
    """What is allowed in a home without and with a repeater; a hyphen: the attack is of the other kind of home."""
    cells: list[str] = []
    homes: tuple[tuple[str, Mapping[str, Any]], ...] = (("star", {}), ("repeater", row.get("behind", {})))
    for home, differing in homes:
        played = home in row.get("homes", (home,))
        cells += [" or ".join(differing.get(state, row[state])) if played else "-" for state in ("healthy", "dead")]
    return cells


def _reason(row: Mapping[str, Any]) -> str:
    behind = row.get("behind", {}).get("why", "")
    why = _sentence(row["why"]) + (f" {_sentence(behind)}" if behind else "")
    text = f"- `{row['id']}`: {row['says']} ({row['source']}). **{why}**"
    return fill(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."


def number() -> str:
    """Return the number of attacks, in a sentence."""
    rows = _rows("attack")
    plays = f"`tests/redteam` plays {len(rows)} attacks while a HAN-connectivity check runs"
    return f"{plays}, each on a healthy and on a dead gas meter, in a home without and in one with a repeater."


def bounds_table() -> str:
    """Return the tables of the stack."""
    lines = [f"| {row['name']} | {row['bound']:,} | {row['age']} | {row['counter']} |" for row in _rows("table")]
    return "\n".join(["| table | bound | age | what counts what was turned away |", "|---|---|---|---|", *lines])


BLOCKS: Mapping[str, Callable[[], str]] = {"attacks": attack_table, "number": number, "bounds": bounds_table}

"""Generated blocks of docs/suite.md: the choices of each dimension, and the parts with their numbers of cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import fill

from hanbench.harness.campaign.suite import suite
from hanbench.harness.campaign.suite.array import FACTORS
from hanbench.harness.campaign.suite.consents import GIVERS, PATTERNS
from hanbench.harness.campaign.suite.courses import LETTERS
from hanbench.harness.campaign.suite.deadlines import DEADLINES, SPACINGS
from hanbench.harness.campaign.suite.hands import CHANGES
from hanbench.harness.campaign.suite.homes import COHORTS, HOMES
from hanbench.harness.campaign.suite.moments import MOMENTS
from hanbench.harness.campaign.suite.rules import RULES
from hanbench.harness.campaign.suite.starts import DATES
from hanbench.harness.campaign.suite.suite import PARTS
from hanbench.harness.campaign.suite.switches import SWITCHES

PAGE = Path(__file__).parents[1] / "suite.md"
WIDTH = 150


def dimension_list() -> str:
    """Return the list of the dimensions and their choices, as ids name them."""
    rows: Mapping[str, tuple[str, ...]] = {
        "cohort": tuple(each.value for each in COHORTS),
        "installation": tuple(each.name for each in HOMES),
        "rules": RULES,
        "date": ("april", *(each.name for each in DATES)),
        "findings": tuple(f"{letter} ({condition})" for letter, condition in LETTERS.items()),
        "spacing": tuple(f"{each:g}h" for each in SPACINGS),
        "who speaks": ("silent", *GIVERS),
        "what is said": tuple(PATTERNS),
        "when": tuple(each.name for each in MOMENTS),
        "change of hands": ("no-change", *CHANGES),
        "time": tuple(each.name for each in DEADLINES),
        "switch": tuple(SWITCHES),
    }
    return "\n".join(_item(name, choices) for name, choices in rows.items())


def _item(name: str, choices: tuple[str, ...]) -> str:
    text = f"- **{name}**, {len(choices)}: {', '.join(f'`{each}`' for each in choices)}"
    return fill(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def part_table() -> str:
    """Return the table of the parts."""
    rows = [f"| `{part.__name__}` | {part.__doc__} | {len({case.id for case in part()}):,} |" for part in PARTS]
    return "\n".join(["| part | has | cases |", "|---|---|---|", *rows])


def total() -> str:
    """Return the number of cases, in a sentence."""
    parts = (
        f"The suite has {len(suite()):,} cases:",
        "the cells of the matrix (every fault with every consent),",
        "those of its parts (a case that two parts have counts once),",
        "pairs of cases about one installation,",
        "and every scenario that is shipped.",
        f"The factors of the covering array are: {', '.join(FACTORS)}.",
    )
    return fill(" ".join(parts), WIDTH)


BLOCKS: Mapping[str, Callable[[], str]] = {"total": total, "dimensions": dimension_list, "parts": part_table}

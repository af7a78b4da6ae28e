"""Generated blocks of docs/diagnose.md: the classes of faults, and the confusion matrix as it was last measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from hanbench.profiles.diagnosis import diagnosis_file
from tests.support.confusion import FILE, Confusion
from tests.support.field_captures import CHECKS, FADED, FAINT, HOUR, LATE, LINK_STATUS, SENSITIVITY, THINNED

WIDTH = 150
PAGE = Path(__file__).parents[1] / "diagnose.md"


def class_table() -> str:
    """Return the table of the classes."""
    rows = [
        f"| `{each.id}` | {', '.join(f'`{fault}`' for fault in each.faults)} | {each.says.value} |"
        for each in diagnosis_file().classes
    ]
    reasons = [f"- `{each.id}`: {line}" for each in diagnosis_file().classes for line in (_wrapped(each.reason),)]
    return "\n".join(("| class | faults | the meter |", "|---|---|---|", *rows, "", *reasons))


def _wrapped(text: str, width: int = WIDTH - 10, seam: str = "\n  ") -> str:
    """Return a text whose lines fit the page; by default, a paragraph of a list."""
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) + 1 > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return seam.join((*lines, line))


def confusion_table() -> str:
    """Return what was measured, in sentences and a table."""
    found = msgspec.json.decode(FILE.read_bytes(), type=Confusion)
    checks = " and ".join(f"{at // HOUR}" for at in CHECKS)
    measured = (
        f"Measured with {found.seeds} seeds for each fault and for healthy homes, {found.captures} captures in all: "
        f"the right class came first in **{found.first:.1%}** and among the first three in "
        f"**{found.among_three:.1%}**; meters that the hub hears and that were called failed: "
        f"**{found.failed_wrongly}**."
    )
    how = (
        "Each home forms on the air; the fault comes three to four hours later; the head end checks the meter "
        f"{checks} hours after that; Link Status comes every {LINK_STATUS} s; frames below {SENSITIVITY:.0f} dBm are "
        "not in the capture. Of each capture four forms are diagnosed: `whole`; `cut` at a random time before the "
        f"fault and eight to 24 hours after it; `thinned` ({THINNED:.0%} of all frames missing); and `late`, without "
        f"the joinings and the first key establishments ({LATE // 60} minutes after the fault). In `late`, *proves "
        "nothing* counts as right for faults of the key establishment. Healthy homes have two forms more, in which it "
        f"counts as right too: `faint` ({FAINT:.0%} of the hub's frames and acknowledgements are heard) and `fading` "
        f"({FADED[0]:.0%} to {FADED[-1]:.0%} of them from the fault's time on). The gas meter is named with `--gsme`. "
        "`python -m tests.support.confusion --write` measures anew."
    )
    head = "\n\n".join(_wrapped(each, WIDTH, "\n") for each in (measured, how))
    table = ["", "| fault | right class | captures | first | among three | not first, by form | named first |"]
    table.append("|---|---|---|---|---|---|---|")
    for row in found.rows:
        missed = ", ".join(f"{count} {kind}" for kind, count in row.missed.items()) or "-"
        named = ", ".join(f"{name} {count}" for name, count in row.named.items())
        cells = (f"`{row.fault}`", row.right, row.captures, row.first, row.among_three, missed, named)
        table.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join((head, *table))


BLOCKS: Mapping[str, Callable[[], str]] = {"classes": class_table, "confusion": confusion_table}

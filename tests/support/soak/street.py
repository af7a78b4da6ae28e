"""The homes of a soak, what is done to them, and what is therefore true of them."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from hanbench.harness.case.check import Verdict

ID = "soak"
FAULT = "battery-dead"
FEWEST = 3
"""Homes: one for each fate."""


class Act(NamedTuple):
    """A verb that is done to a home at an hour."""

    hour: int
    verb: str
    fields: dict[str, str]


class Street:
    """Homes on one Air. The first has a dead gas meter from the start, and two more are harmed on the way."""

    def __init__(self, homes: int, hours: int) -> None:
        self.homes = [f"h{number}" for number in range(homes)]
        dead, killed, healed = self.homes[:3]
        self.acts = (
            Act(hours // 3, "inject", {"home": killed, "fault": FAULT}),
            Act(hours // 3, "inject", {"home": healed, "fault": FAULT}),
            Act(hours * 2 // 3, "heal", {"home": healed, "fault": FAULT}),
        )
        self.dead = {dead, killed}
        """The homes whose gas meter does not work at the end."""

    def truth(self, home: str) -> Verdict:
        """Return what a check of the home must find at the end."""
        return Verdict.FAIL if home in self.dead else Verdict.PASS

    def write(self, path: Path) -> None:
        """Write the bench file."""
        rows = [f'id = "{ID}"', f'title = "{len(self.homes)} homes for a soak"', 'begins = "new"']
        rows += [f"[homes.{home}]" for home in self.homes]
        rows.insert(4, f'faults = ["{FAULT}"]')
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")

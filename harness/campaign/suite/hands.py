"""The dimension of changes: a meter that gets another supplier or another status in the middle of its migration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from hanbench.harness.campaign.suite.homes import NEXT, Home
from hanbench.harness.campaign.suite.moments import Moment, following
from hanbench.harness.case.installation import MeterRole, MeterStatus
from hanbench.harness.case.plan import SupplierChange

_E, _G = MeterRole.ESME, MeterRole.GSME
_A, _D = MeterStatus.ACTIVE, MeterStatus.DORMANT
CHANGES: dict[str, tuple[str, MeterRole, MeterStatus, str | None]] = {
    "gsme-to-next-active": (f"the gas meter goes to {NEXT}, Active", _G, _A, NEXT),
    "gsme-to-next-dormant": (f"the gas meter goes to {NEXT}, Dormant", _G, _D, NEXT),
    "gsme-dormant": ("the gas meter becomes Dormant", _G, _D, None),
    "gsme-active": ("the gas meter becomes Active", _G, _A, None),
    "esme-to-next-active": (f"the electricity meter goes to {NEXT}, Active", _E, _A, NEXT),
    "esme-dormant": ("the electricity meter becomes Dormant", _E, _D, None),
    "esme-active": ("the electricity meter becomes Active", _E, _A, None),
    "gsme-there-and-back": (f"the gas meter goes to {NEXT}, Active, and comes back", _G, _A, NEXT),
}
"""The changes by name: in words, the meter, its status then, and its supplier if that is another."""


class Change(NamedTuple):
    """A change of a meter at a moment."""

    what: str
    moment: Moment

    @property
    def name(self) -> str:
        """The part of an id that says it."""
        return f"{self.what}-{self.moment.name}"

    @property
    def words(self) -> str:
        """The change, in words."""
        return f"{CHANGES[self.what][0]}, {self.moment.words}"

    def handovers(self, home: Home, start: datetime, decides: int) -> Iterator[SupplierChange]:
        """Yield the changes."""
        _, meter, status, supplier = CHANGES[self.what]
        yield SupplierChange(meter, status, supplier, **self.moment.when(start, decides))
        if self.what == "gsme-there-and-back":
            back = following(self.moment, 1).when(start, decides)
            yield SupplierChange(meter, home.gsme.status, home.gsme.supplier, **back)

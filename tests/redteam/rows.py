"""The table of attacks, attacks.toml, as types."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

from hanbench.harness.case.check import Verdict
from tests.redteam.attacker import Knowledge

KNOWS = {
    "no keys": Knowledge.NO_KEYS,
    "the network key": Knowledge.NETWORK_KEY,
    "another device's link key": Knowledge.ANOTHER_LINK_KEY,
    "everything": Knowledge.EVERYTHING,
}


class Home(StrEnum):
    """A home that is attacked."""

    STAR = "star"
    """The gas meter is the hub's child."""
    REPEATER = "repeater"
    """The gas meter is the child of a repeater, and out of range of the hub."""


class Behind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What differs in a home with a repeater."""

    healthy: tuple[Verdict, ...] = ()
    dead: tuple[Verdict, ...] = ()
    why: str = ""
    ci: bool = False
    """Whether the attack is played there outside the nightly run."""


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One attack."""

    id: str
    knows: str
    says: str
    source: str
    healthy: tuple[Verdict, ...]
    dead: tuple[Verdict, ...]
    why: str
    counted: str = ""
    """Reason under which a device that routes turns frames of it away; empty: none of them is."""
    defence: str = ""
    broken: tuple[str, ...] = ()
    """What happens without the defence: verdicts, or `uncounted`: no frame is turned away under `counted`."""
    on: str = "healthy"
    homes: tuple[Home, ...] = tuple(Home)
    behind: Behind = Behind()

    @property
    def knowledge(self) -> Knowledge:
        return KNOWS[self.knows]

    def allowed(self, home: Home, *, dead: bool) -> tuple[Verdict, ...]:
        """The verdicts of a check on a healthy or a dead meter."""
        behind = self.behind.dead if dead else self.behind.healthy
        if home is Home.REPEATER and behind:
            return behind
        return self.dead if dead else self.healthy

    def played_in_ci(self, home: Home) -> bool:
        return home in self.homes and (home is Home.STAR or self.behind.ci)


class _Table(msgspec.Struct, forbid_unknown_fields=True):
    attack: tuple[Row, ...]


ROWS = msgspec.toml.decode((Path(__file__).parent / "attacks.toml").read_bytes(), type=_Table).attack

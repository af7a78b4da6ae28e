"""How far a campaign has come: a few small tables of its store. Imports nothing that plays cases."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from hanbench.harness.campaigns.rows import CaseVerdict
from hanbench.harness.campaigns.store import Store
from hanbench.harness.campaigns.tables import FILE
from hanbench.harness.files import holder_of

PLAYING, FINISHED, KILLED = "playing", "finished", "killed"


class CampaignStatus(Struct, frozen=True):
    """How far a campaign has come."""

    name: str
    size: int
    played: int
    verdicts: dict[str, int]
    """Cases by verdict."""
    state: str
    """`playing`, `finished`, or why it is not: `interrupted`, `killed`, or the reason for which it stopped."""
    sessions: int
    """How often it was begun or resumed."""
    worker_deaths: int
    alarms: int
    """Cases that came to something else when they were played again."""
    rate: float
    """Cases a second, of the latest session."""
    seconds_left: float | None
    """Time that the rest takes at this rate; None: it is not being played, or no case of the session is there yet."""
    store_octets: int
    spec_hash: str
    hanbench: str
    began: float
    """When the campaign was begun, seconds since 1970: another value, another campaign."""
    plays: dict[str, str]
    """Which controllers are played, and on what, in words by the keys of the spec."""


def status_of(store: Store, folder: Path, *, is_over: bool = False) -> CampaignStatus:
    """Return how far the campaign of a store has come. `is_over`: this process played it, and plays it no more.

    Raises OutputError.
    """
    about, counts = store.about, store.counts
    session = store.rows("SELECT began, seen, ended, cases FROM session ORDER BY number DESC LIMIT 1")
    began, seen, ended, cases = session[0] if session else (0.0, 0.0, "", 0)
    state = FINISHED if counts.played == counts.size else _state(folder, ended, is_over)
    rate = cases / (seen - began) if seen > began else 0.0
    return CampaignStatus(
        name=about.name,
        size=counts.size,
        played=counts.played,
        verdicts={CaseVerdict(number).words: cases for number, cases in sorted(counts.verdicts.items())},
        state=state,
        sessions=counts.sessions,
        worker_deaths=counts.deaths,
        alarms=counts.alarms,
        rate=round(rate, 1),
        seconds_left=round((counts.size - counts.played) / rate, 1) if rate and state == PLAYING else None,
        store_octets=sum(map(_length, (FILE, f"{FILE}-wal"), (folder, folder))),
        spec_hash=about.spec_hash,
        hanbench=store.identity.hanbench,
        began=round(about.began, 3),
        plays=store.plays,
    )


def _length(name: str, folder: Path) -> int:
    """Return the octets of a file; 0: there is none."""
    with suppress(OSError):
        return (folder / name).stat().st_size
    return 0


def _state(folder: Path, ended: str, is_over: bool) -> str:
    if not is_over and holder_of(folder) is not None:
        return PLAYING
    return ended or KILLED

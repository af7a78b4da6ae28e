"""`hanbench campaign status`: how far a campaign has come. Imports nothing that plays cases."""

from __future__ import annotations

from pathlib import Path

from hanbench.harness.campaigns.rows import counted_verdicts
from hanbench.harness.campaigns.status import CampaignStatus, status_of
from hanbench.harness.campaigns.store import Store
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import print_json, print_line
from hanbench.harness.words import counted, duration, pace


def status(store: Path, as_json: bool) -> int:
    """Tell how far a campaign has come, also while it is played."""
    with Store.open(store, to_read=True) as opened:
        found = status_of(opened, store)
    if as_json:
        print_json(found)
    else:
        print_status(found)
        for key, words in found.plays.items():
            print_line(f"  {key}: {words}")
    return ExitStatus.EXPECTED


def print_status(found: CampaignStatus) -> None:
    """Print how far a campaign has come."""
    left = "" if found.seconds_left is None else f", {duration(found.seconds_left)} left"
    print_line(f"{found.name}: {found.played:,} of {counted(found.size, 'case')}, {found.state}")
    print_line(f"  {counted_verdicts(found.verdicts) or 'no verdict yet'}; {pace(found.rate)} a second{left}")
    facts = (
        counted(found.sessions, "session"),
        counted(found.worker_deaths, "worker death"),
        counted(found.alarms, "alarm"),
        f"{found.store_octets / 1e6:,.1f} MB",
    )
    print_line(f"  {', '.join(facts)}")

"""`hanbench campaign report`: one page and one file of data about a campaign, as far as it has come."""

from __future__ import annotations

from pathlib import Path

import msgspec

from hanbench.harness.campaigns.example import add_examples
from hanbench.harness.campaigns.page import campaign_page
from hanbench.harness.campaigns.plan import plan_of
from hanbench.harness.campaigns.report import CampaignReport, headline
from hanbench.harness.campaigns.rows import CaseVerdict
from hanbench.harness.campaigns.store import Store
from hanbench.harness.campaigns.summary import example_file, summary_of
from hanbench.harness.cli.errors import ExitStatus
from hanbench.harness.cli.output import log, print_command, print_json, print_line, unbroken
from hanbench.harness.files import holder_of, make_folder, write_whole
from hanbench.harness.words import counted

PAGE, DATA = "campaign.html", "campaign.json"
NAMED = 5
"""Clusters of failures that are named on the terminal."""


def report(store: Path, out: Path | None, shrink: float, as_json: bool) -> int:
    """Write the report of a campaign, as far as it has come."""
    folder = out or store
    playing = holder_of(store) is not None
    with Store.open(store, to_read=playing) as opened:
        plan = plan_of(opened.spec)
        if shrink and playing:
            log("  it is being played: no failure is made short now")
        elif shrink:
            add_examples(opened, plan, shrink, log)
        with opened.one_moment():
            found = summary_of(opened, plan, store, folder)
    make_folder(folder)
    for each in found.clusters:
        if each.example is not None:
            write_whole(folder / example_file(each.id), each.example.scenario)
    write_whole(folder / DATA, msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n")
    write_whole(folder / PAGE, campaign_page(found))
    if as_json:
        print_json(found)
    else:
        _print(found, folder)
    failed = found.verdicts.get(CaseVerdict.VIOLATION.words)
    if found.alarms or found.verdicts.get(CaseVerdict.CRASHED.words):
        return ExitStatus.INTERNAL
    return ExitStatus.VIOLATION if failed else ExitStatus.EXPECTED


def _print(found: CampaignReport, folder: Path) -> None:
    print_line(headline(found))
    for missed in found.unreached:
        print_line(f"unreached: {missed}: no case came to the side on which a violation would show")
    for each in found.clusters[:NAMED]:
        kind = f"{counted(each.cases, 'case')}: {each.controller}, faults: {each.fault}"
        print_line(f"{kind}: {each.property}: {each.text} [{each.rule}]")
        print_command("  ", each.replay)
        if each.example is not None:
            print_command("  ", each.example.command)
    if len(found.clusters) > NAMED:
        print_line(f"and {len(found.clusters) - NAMED + found.more_clusters} more kinds of failures: see {DATA}")
    print_line(f"Report: {unbroken(folder / PAGE)}")

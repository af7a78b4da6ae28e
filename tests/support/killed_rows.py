"""The commands that are killed: a row for each that lives longer than a second, and how it ends if nothing happens.

A new command is a row of `COMMANDS`, or a name in `SHORT`. `python -m hanbench extcap-program` stands for the program
that Wireshark starts.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CONTROLLER = f"process:{sys.executable} {ROOT / 'docs' / 'examples' / 'controller.py'}"
METER = f"exec:{sys.executable} -m tests.support.host_meter"
REPORTS = ("report.html", "report.json", "junit.xml")
CASES = 8
"""Of the campaign."""


class Command(NamedTuple):
    """A command, how it may end if nothing happens to it, and if one of its processes but the first is killed."""

    words: tuple[str, ...]
    processor_s: float
    """Processor time that it usually takes, of a slow core, seconds: a signal comes before that."""
    healthy: tuple[int, ...] = (0,)
    disturbed: tuple[int, ...] = (0, 4)
    """Exit statuses after another process of it was killed."""
    serves: bool = False
    """It goes on until it is told to end."""
    long: bool = False
    """It takes so long that a test always ends it."""
    leaves: tuple[str, ...] = ()
    """Files in `out` when it has ended by itself."""
    again: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """File, words: while this file is in `out`, what goes on with a command that was killed is these words."""
    at_bench: bool = False
    """It asks the bench that all kills share, which must outlive it."""
    pipe: str = ""
    """The named pipe that it writes to; it ends with status 0 when it is told to."""
    works: str = "again.said"
    """If it serves: a file that gets octets when it does what it is for; the usual one has what it prints."""


_CASES = ("--only", "ioc.dormant.tmad-v19.*.consent", "--jobs", "2")
_CONFORM = ("conform", "--case", "HB-JOIN-01", "--case", "HB-JOIN-02", "--out", "out")
_PROGRAM = ("--pics", "pics.txt", "--pixit", "pixit.toml", "--device", METER, "--case", "HB-JOIN-07", "--out", "out")
_STORE = ("--store", "out")
_RESUME = ("campaign", "resume", *_STORE, "--jobs", "2")
_RUN = ("run", "dormant-three-failures")
_OF_RUN = ("dormant-three-failures.pcapng", "dormant-three-failures.keys", "trace.jsonl", "report.json", "report.html")
_WIRESHARK = ("extcap-program", "--extcap-interface", "hanbench-virtual", "--capture", "--fifo", "pipe")
COMMANDS: dict[str, Command] = {
    "run": Command((*_RUN, "--out", "out"), 2.5, leaves=_OF_RUN),
    "run, a program": Command(
        (*_RUN, "--controller", CONTROLLER, "--out", "out"), 2.5, disturbed=(0, 1, 2, 4), leaves=_OF_RUN
    ),
    "verify": Command(
        ("verify", "--case", "ioc.dormant.tmad-v19.battery-dead.consent", "--out", "out"), 3.0, leaves=REPORTS
    ),
    "verify, workers": Command(("verify", *_CASES, "--out", "out"), 4.0, leaves=REPORTS),
    "explore": Command(("explore", "--seeds", "4", "--jobs", "2", "--out", "out"), 2.5),
    "campaign run": Command(
        ("campaign", "run", "campaign.toml", *_STORE, "--jobs", "2"),
        4.0,
        leaves=("campaign.sqlite",),
        again=(("campaign.sqlite", _RESUME),),
    ),
    "campaign resume": Command(_RESUME, 3.0, leaves=("campaign.sqlite",)),
    "campaign report": Command(
        ("campaign", "report", "--store", "store", "--out", "out"), 2.0, leaves=("campaign.html", "campaign.json")
    ),
    "campaign export": Command(
        ("campaign", "export", "--store", "store", "--out", "out/rows.csv"), 1.5, leaves=("rows.csv",)
    ),
    "campaign replay": Command(("campaign", "replay", "3", "--store", "store", "--out", "out"), 2.5),
    "check": Command(("check", "ptys", "--out", "out"), 2.5, disturbed=(0, 2), leaves=("check.json",)),
    "up": Command(("up", "coordinator", "--out", "out"), 2.5, serves=True),
    "up, kept state": Command(("up", "kept.toml", "--out", "out", "--speed", "20"), 2.5, serves=True),
    "serve": Command(
        ("serve", "virtual", "--count", "2", "--port", "0", "--out", "out"), 4.0, serves=True, works="again.log"
    ),
    "capture": Command(
        ("capture", "virtual", "--to", "out/air.pcapng", "--keys", "out/air.keys"),
        2.5,
        serves=True,
        works="out/air.pcapng",
    ),
    "extcap": Command(_WIRESHARK, 2.5, serves=True, pipe="pipe", works="again.read"),
    "extcap install": Command(("extcap", "install"), 1.5),
    "ctl": Command(("ctl", "events", "--follow"), 0.8, serves=True, at_bench=True),
    "ctl check": Command(("ctl", "check"), 0.8, healthy=(0, 2), at_bench=True),
    "conform": Command(_CONFORM, 3.0, leaves=REPORTS, again=(("progress.jsonl", (*_CONFORM, "--resume")),)),
    "conform, a program": Command(("conform", *_PROGRAM), 3.0, disturbed=(0, 1, 2, 4), long=True),
    "conform, probe": Command(("conform", "--probe", "--out", "out"), 2.5, leaves=("pics.toml",)),
    "conform, self-test": Command(("conform", "--selftest", "--jobs", "2"), 3.0, long=True),
    "fuzz": Command(("conform", "--fuzz", "1", "--fuzz-frames", "200", "--out", "out"), 3.0, leaves=("fuzz.json",)),
    "diagnose": Command(
        ("diagnose", "home.pcapng", "--out", "out"), 1.5, (0, 1, 2), leaves=("diagnosis.json", "diagnosis.html")
    ),
    "doctor": Command(("doctor", "--wait", "2"), 0.8, healthy=(0, 2, 3)),
    "selftest": Command(("selftest", "--jobs", "2"), 3.0, long=True),
}
SHORT = {"completion", "decode", "faults", "judge", "profiles", "report", "rules", "scenarios"}
"""Commands that read or print, and end within a second."""


def started_by(words: tuple[str, ...]) -> list[str]:
    """Return the command line of a row."""
    if words[0] == "extcap-program":
        return [sys.executable, "-m", "hanbench.harness.cli.extcap_program", *words[1:]]
    return [sys.executable, "-m", "hanbench", *words]

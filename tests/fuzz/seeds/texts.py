"""Texts to begin from: shipped TOML files, the scenarios of tests, answers of controllers, PICS and PIXIT."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

from hanbench.harness.case import trace, vocabulary
from hanbench.harness.case.fault_catalogue import CATALOGUE
from hanbench.harness.case.installation import MeterRole
from hanbench.harness.case.plan import StatementKind
from hanbench.profiles.conform import pics
from tests.fuzz.seeds.frames import Seeds
from tests.support.traces import HandWrittenTrace

ROOT = Path(__file__).parents[3]
LONGEST = 12288
_FILES = {
    "toml.bench": ("profiles/benches", "docs/tutorial"),
    "toml.scenario": ("profiles/scenarios", "tests/scenarios/letter", "tests/data/verdict", "docs/tutorial"),
    "toml.scenario_text": ("profiles/scenarios",),
    "toml.device": ("profiles/devices",),
    "toml.cohort": ("profiles/cohorts",),
    "toml.ruleset": ("profiles/rules",),
    "toml.certificates": ("profiles/certificates",),
    "campaign.spec": ("docs/examples",),
    "conform.pics": ("profiles/conform/pics",),
}
SPECS = tuple(
    "\n".join(lines).encode()
    for lines in (
        ('name = "all"', "size = 1000", 'controllers = ["reference", "lawful:*"]', "[suite]", 'part = "quick"'),
        (
            *('name = "mix"', "size = 9000", 'seed = "7"', "batch = 100", 'hold_to = "stated"', "[suite]"),
            *('only = "*gas*"', 'cohorts = ["ioc"]', 'begins = "new"', "seeds = 3", "[random]", "share = 0.5"),
        ),
        (
            *(
                'name = "devices"',
                "size = 60",
                'controllers = ["wrong:*"]',
                "played_twice = 0",
                "[random]",
                "[conform]",
            ),
            *('kinds = ["gsme"]', 'cohorts = ["ioc", "foc"]', 'cases = "HB-*"', "seeds = 2"),
        ),
    )
)
_NOW = datetime(2022, 4, 4, tzinfo=UTC)
_ACTIONS = (
    vocabulary.RunCheck(_NOW),
    vocabulary.AskSupplier("gas", vocabulary.ConsentKind.REQUEST),
    vocabulary.CommissionDevices((MeterRole.ESME, MeterRole.GSME)),
    vocabulary.ExcludeDevice(MeterRole.GSME, vocabulary.ExclusionRecord("GT01", "gas", _NOW.date(), (1, 2, 3))),
    vocabulary.Close(vocabulary.Outcome.RETRY),
)


def files() -> Seeds:
    """Return the shipped files that are short enough, and faults by name in a bench file."""
    found: Seeds = defaultdict(list)
    for target, folders in _FILES.items():
        for folder in folders:
            octets = [path.read_bytes() for path in sorted((ROOT / folder).glob("*.toml"))]
            found[target] += [each for each in octets if len(each) <= LONGEST]
    found["campaign.spec"] += SPECS
    found["toml.scenario"] += [f'[[faults]]\nfault = "{name}"\nat = "PT1H"\n'.encode() for name in CATALOGUE]
    return found


def vendors() -> Seeds:
    """Return what a vendor writes."""
    codes = pics.shipped("ioc", "gsme")
    return {
        "conform.flat_pics": [codes.flat.encode()[:1024], b"# PICS\nMTR.S=1\nKEC.C = 0 # none\nMTR.S.A0000=1\n"],
        "conform.pixit": [
            b'ieee = "00124b0000000003"\ninstall_code = "83FED3407A939723A5C639B26916D505C3B5"\nchannels = [11, 25]\n',
            b"wake_period_s = 1800\nwake_tolerance = 0.1\nendpoint = 1\ndivisor = 1000\nbattery_years = 10.5\n",
        ],
        "conform.tolerated": [b'[[tolerated]]\ncase = "HB-JOIN-01"\nreason = "known"\nuntil = 2027-01-01\n'],
        "key.install_code": [b"83FED3407A939723A5C639B26916D505C3B5", b"83:FE:D3-40 7A93", b"966B9F3EF98AE605 9708"],
        "key.radio": [b"air:", b"pty:gsme", b"tcp:8123", b"serial:/dev/ttyACM0", b"socket://lab:4000", b"physical"],
        "key.broker": [b"mqtt://user@lab-pc:1883/home/one", b"mqtts://[::1]/x", b"mqtt://localhost"],
        "key.endpoint": [
            b"https://me:correct-horse@lab-pc:8443/turn?x=1#y",
            b"http://127.0.0.1:80/",
            b"http://[::1",
            b"http://a:correct-horse/b@c",
        ],
        "key.token": [b"correct-horse-battery-staple\n", b"short", b"x" * 260],
        "key.password": [b"correct-horse\nnext line", b"\n"],
        "key.option": [
            bytes((number,)) + text
            for number, text in enumerate((b"lab-pc", b"4", b"1.5e3", b"a/b", b"2026-11-26", b"a text", b"-.5", b"new"))
        ],
        "key.device": [b"emulated", b"firmware:deaf-hub", b"emulatde", b"fimware:x"],
        "key.host": [b"127.0.0.1:8571", b"[::1]:80", b"LOCALHOST.", b"lab-pc:"],
    }


def controllers() -> Seeds:
    """Return answers and turns, and traces of cases."""
    answer = vocabulary.encode_actions(_ACTIONS)
    story = HandWrittenTrace().gsme_dead().fails(3).says("gas", StatementKind.REQUEST).partial_migration()
    turn = vocabulary.encode_turn(vocabulary.Turn(_NOW, vocabulary.InstallationLoaded(story.home)))
    lines = [trace.encode([record]) for record in story.records]
    return {
        "controller.answer": [answer, *(vocabulary.encode_actions([each]) for each in _ACTIONS), b"[]"],
        "controller.at_broker": [b'{"case": "home", "turn": 1, "actions": ' + answer + b"}"],
        "controller.endpoint": [
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer,
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[]\r\n0\r\n\r\n",
            b"HTTP/1.1 302 Found\r\nLocation: http://a:b@c/?d\r\n\r\n",
            b"HTTP/1.0 401 Who\r\n\r\n",
        ],
        "controller.turn": [turn, vocabulary.encode_turn(vocabulary.Turn(_NOW, vocabulary.Tick()))],
        "record.trace": [b"".join(lines[:count]) for count in range(1, len(lines) + 1)],
        "finished.case": [b"".join(lines), b"".join(lines[:5])],
        "record.judge": [b"".join(lines), b"".join(lines[:5] + lines[-1:])],
    }

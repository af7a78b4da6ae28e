#!/usr/bin/env python3
"""A migration controller as a child process: a turn is a line of JSON on stdin, its actions are a line on stdout.

    hanbench verify --controller "process:python3 docs/examples/controller.py"

Copy it, and put your own rules in the place of these. It needs nothing but Python 3.11. What it writes to stderr is
shown if it crashes; stdout is for answers alone.
"""

import json
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

ALL = {"active", "dormant", "mixed-gsme-active", "mixed-gsme-dormant"}
SCOPE: dict[str, tuple[set[str], set[str]]] = {  # rule set -> cohorts and installations that may be migrated in part
    "tmad-v18": ({"ioc"}, {"active"}),
    "tmad-v19": ({"ioc"}, ALL),
    "consultation-2021-10": ({"ioc", "moc-secure"}, ALL),
}
CONSENT = {"active": "request", "mixed-gsme-active": "authorisation"}  # of the gas meter's supplier; others need none
FAILURES, ATTEMPTS, EVIDENCE_HOURS = 3, 5, 24  # unless the rulebook of a case chooses others
TIME_IS_UP = {"checking": "retry", "holding": "hold"}  # state -> outcome

Event = dict[str, Any]  # JSON; the JSON schema of the vocabulary lists the fields
Actions = list[dict[str, Any]]


class Case:
    """One installation, from loading to its outcome."""

    def __init__(self) -> None:
        self.home: dict[str, Any] = {}
        self.state = "checking"  # or holding (a consent is missing), or commissioning
        self.attempts = 0  # checks so far
        self.failed: list[int] = []  # the attempts that count
        self.failing = False  # the last check failed
        self.last = datetime.min.replace(tzinfo=UTC)  # the end of the last check
        self.given: set[tuple[str, str]] = set()  # (supplier, consent)
        self.asked: set[tuple[str, str]] = set()

    def turn(self, now: datetime, event: Event) -> Actions:
        """The actions that follow from one event."""
        match event["event"]:
            case "installation-loaded":
                self.home = event["installation"]
                return self.check(now)
            case "check-result":
                return self.checked(now, event)
            case "commissioning-result":
                return self.commissioned(now, event)
            case "tick":
                return self.close(TIME_IS_UP[self.state]) if self.late(now) and self.state in TIME_IS_UP else []
            case "installation-changed":
                self.home = event["installation"]
            case "supplier-request":
                self.given.add((event["supplier"], "request"))
            case "authorisation":
                self.given.add((event["supplier"], "authorisation"))
            case "withdrawal":
                self.given = {each for each in self.given if each[0] != event["supplier"]}
        return self.weigh(now) if self.state == "holding" else []

    def checked(self, now: datetime, result: Event) -> Actions:
        self.attempts, self.last = self.attempts + 1, datetime.fromisoformat(result["finished"])
        if result["verdict"] == "pass":
            self.failing = False
            self.failed = self.failed if self.choice("failure_counting", "") == "cumulative" else []
            return self.commission("esme", "gsme")
        # What is inconclusive says nothing, unless the rulebook counts failures of the WAN.
        wan_failure = result["verdict"] == "inconclusive" and result.get("cause") == "wan"
        self.failing = result["verdict"] == "fail" or (wan_failure and self.choice("wan_failure_counts", False))
        self.failed += [result["attempt"]] if self.failing else []
        return self.weigh(now)

    def weigh(self, now: datetime) -> Actions:
        """The gas meter does not answer: check again, ask, migrate without it, or give up."""
        used_up = self.attempts >= self.choice("attempt_cap", ATTEMPTS) and not self.choice("count_before_cap", True)
        if used_up or not self.failing or len(self.failed) < self.choice("failures_required", FAILURES):
            return self.again(now)
        esme, gsme = self.home["esme"]["status"], self.home["gsme"]["status"]
        kind = esme if esme == gsme else f"mixed-gsme-{gsme}"
        cohorts, kinds = SCOPE.get(self.rules(now), (set(), set()))
        if self.home["cohort"] not in cohorts or kind not in kinds:
            return self.close("refuse")
        supplier, consent = self.home["gsme"]["supplier"], CONSENT.get(kind)
        if kind == "mixed-gsme-dormant" and self.choice("mixed_gsme_dormant_decider", "dcc") != "dcc":
            consent = "authorisation"
        if consent and (supplier, consent) not in self.given:
            self.state = "holding"
            return self.ask(now, supplier, consent)
        too_old = timedelta(hours=self.choice("evidence_max_age_hours", EVIDENCE_HOURS))
        return self.again(now) if now - self.last > too_old else self.commission("esme")

    def commissioned(self, now: datetime, result: Event) -> Actions:
        if not result["succeeded"]:
            return self.close("retry") if self.late(now) else self.again(now)
        if len(result["devices"]) == 2:
            return self.close("migrate-both")
        supplier = self.home["gsme"]["supplier"]
        record = {"code": "GT01", "supplier": supplier, "replace-by": "2022-12-31", "attempts": self.failed}
        excluded = {"action": "exclude-device", "device": "gsme", "record": record}
        return [excluded, *self.close("migrate-esme-only")]

    def rules(self, now: datetime) -> str:
        """The id of the rule set of that day; empty: there is none."""
        day = now.date().isoformat()
        for entry in self.home["rulebook"]["rule_sets"]:
            if entry.get("first_day", "") <= day <= entry.get("last_day", "9999"):
                return str(entry["id"])
        return ""

    def choice(self, name: str, usual: Any) -> Any:
        """What the rulebook of this case says where the letter leaves a choice."""
        return self.home["rulebook"].get("switches", {}).get(name, usual)

    def late(self, now: datetime) -> bool:
        return now >= datetime.fromisoformat(self.home["decide_by"])

    def again(self, now: datetime) -> Actions:
        used_up = self.attempts >= self.choice("attempt_cap", ATTEMPTS)
        return self.close("exclude-installation") if used_up else self.check(now)

    def check(self, now: datetime) -> Actions:
        self.state = "checking"
        when = max(now, self.last + duration(self.home["check_spacing"]))
        return [{"action": "run-check", "not-before": when.isoformat()}]

    def ask(self, now: datetime, supplier: str, consent: str) -> Actions:
        if self.late(now) or (supplier, consent) in self.asked:
            return []
        self.asked.add((supplier, consent))
        return [{"action": "ask-supplier", "supplier": supplier, "consent": consent}]

    def commission(self, *devices: str) -> Actions:
        self.state = "commissioning"
        return [{"action": "commission-devices", "devices": devices}]

    def close(self, outcome: str) -> Actions:
        return [{"action": "close", "outcome": outcome}]


def duration(text: str) -> timedelta:
    """An ISO 8601 duration without months: P1D, PT36H, P1DT43200S."""
    names = {"D": "days", "H": "hours", "M": "minutes", "S": "seconds"}
    return timedelta(**{names[unit]: float(number) for number, unit in re.findall(r"([\d.]+)([DHMS])", text)})


if __name__ == "__main__":
    case = Case()
    for line in sys.stdin:
        turn = json.loads(line)
        print(json.dumps(case.turn(datetime.fromisoformat(turn["now"]), turn["event"])), flush=True)

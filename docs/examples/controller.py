"""A migration controller as a child process: a turn is a line of JSON on stdin, its actions are a line on stdout.

    hanbench verify --controller "process:python3 docs/examples/controller.py"

Copy it, and put your own rules in the place of these. It needs nothing but Python.
"""

import json
import sys
from datetime import datetime, timedelta

SCOPE = {  # rule set -> cohorts and installations that may be migrated in part
    "tmad-v18": ({"ioc"}, {"active"}),
    "tmad-v19": ({"ioc"}, {"active", "dormant", "mixed-gsme-active", "mixed-gsme-dormant"}),
    "consultation-2021-10": ({"ioc", "moc-secure"}, {"active", "dormant", "mixed-gsme-active", "mixed-gsme-dormant"}),
}
CONSENT = {"active": "request", "mixed-gsme-active": "authorisation"}  # of the gas meter's supplier; others need none
FAILURES, ATTEMPTS, EVIDENCE = 3, 5, timedelta(hours=24)


class Case:
    """One installation, from loading to its outcome."""

    def turn(self, now, event):
        """The actions that follow from one event."""
        kind = event["event"]
        if kind == "installation-loaded":
            self.home = home = event["installation"]
            esme, gsme = home["esme"]["status"], home["gsme"]["status"]
            self.type = esme if esme == gsme else f"mixed-gsme-{gsme}"
            self.supplier, self.end = home["gsme"]["supplier"], datetime.fromisoformat(home["decide_by"])
            self.failed, self.attempts, self.given, self.last, self.state = [], 0, set(), None, "checking"
            return self.check(now)
        if kind == "check-result":
            self.attempts, self.last = self.attempts + 1, datetime.fromisoformat(event["finished"])
            if event["verdict"] == "pass":
                self.state, self.failed = "commissioning", []
                return [{"action": "commission-devices", "devices": ["esme", "gsme"]}]
            self.failing = event["verdict"] == "fail"  # what is inconclusive says nothing, and never counts
            self.failed += [event["attempt"]] if self.failing else []
            return self.weigh(now)
        if kind in ("supplier-request", "authorisation", "withdrawal"):
            gives = {"supplier-request": "request", "authorisation": "authorisation"}.get(kind)
            others = {(who, what) for who, what in self.given if who != event["supplier"]}
            self.given = self.given | {(event["supplier"], gives)} if gives else others
            return self.weigh(now) if self.state == "holding" else []
        if kind == "commissioning-result":
            if not event["succeeded"]:
                return self.close("retry") if now >= self.end else self.again(now)
            if len(event["devices"]) == 2:
                return self.close("migrate-both")
            record = {"code": "GT01", "supplier": self.supplier, "replace-by": "2022-12-31", "attempts": self.failed}
            excluded = {"action": "exclude-device", "device": "gsme", "record": record}
            return [excluded, *self.close("migrate-esme-only")]
        if now >= self.end and self.state in ("checking", "holding"):
            return self.close("hold" if self.state == "holding" else "retry")
        return []

    def weigh(self, now):
        """The gas meter does not answer: check again, ask, migrate without it, or give up."""
        if not self.failing or len(self.failed) < FAILURES:
            return self.again(now)
        cohorts, types = SCOPE.get(self.rules(now), ((), ()))
        if self.home["cohort"] not in cohorts or self.type not in types:
            return self.close("refuse")
        consent = CONSENT.get(self.type)
        if consent and (self.supplier, consent) not in self.given:
            asking = self.state != "holding"
            self.state = "holding"
            return [{"action": "ask-supplier", "supplier": self.supplier, "consent": consent}] if asking else []
        if now - self.last > EVIDENCE:
            return self.again(now)
        self.state = "commissioning"
        return [{"action": "commission-devices", "devices": ["esme"]}]

    def rules(self, now):
        """The id of the rule set of that day."""
        day = now.date().isoformat()
        for entry in self.home["rulebook"]["rule_sets"]:
            if entry.get("first_day", "") <= day <= entry.get("last_day", "9999"):
                return entry["id"]
        return None

    def again(self, now):
        return self.close("exclude-installation") if self.attempts >= ATTEMPTS else self.check(now)

    def check(self, now):
        self.state = "checking"
        spacing = timedelta(days=1)  # `check_spacing`, an ISO 8601 duration; hanbench's own scenarios have a day
        when = max(now, self.last + spacing) if self.last else now
        return [{"action": "run-check", "not-before": when.isoformat()}]

    def close(self, outcome):
        self.state = "closed"
        return [{"action": "close", "outcome": outcome}]


case = Case()
for line in sys.stdin:
    turn = json.loads(line)
    print(json.dumps(case.turn(datetime.fromisoformat(turn["now"]), turn["event"])), flush=True)

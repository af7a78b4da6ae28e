// A migration controller behind a URL, for Node.js 20 or later: each turn is a POST, its actions are the answer.
//
//     node docs/examples/controller.mjs 8765 &
//     hanbench verify --controller http://127.0.0.1:8765/
//
// The header hanbench-case tells cases apart. It reads the rules as docs/examples/controller.py does.
import { createServer } from "node:http";

const ALL = ["active", "dormant", "mixed-gsme-active", "mixed-gsme-dormant"];
const SCOPE = {
    "tmad-v18": { cohorts: ["ioc"], types: ["active"] },
    "tmad-v19": { cohorts: ["ioc"], types: ALL },
    "consultation-2021-10": { cohorts: ["ioc", "moc-secure"], types: ALL },
};
const CONSENT = { active: "request", "mixed-gsme-active": "authorisation" };
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const UNITS = { D: DAY, H: HOUR, M: 60_000, S: 1_000 };
const [FAILURES, ATTEMPTS, EVIDENCE_HOURS] = [3, 5, 24]; // unless the rulebook of a case chooses others

class Case {
    failed = [];
    attempts = 0;
    given = new Map(); // supplier -> what it gave
    asked = new Set(); // suppliers that were asked, and for what
    state = "checking";

    turn(now, event) {
        switch (event.event) {
            case "installation-loaded":
                this.home = event.installation;
                return this.check(now);
            case "installation-changed":
                this.home = event.installation;
                return this.state === "holding" ? this.weigh(now) : [];
            case "check-result":
                this.attempts += 1;
                // A Date drops what is below a millisecond: rounded up, or the next check would begin too early.
                this.last = Date.parse(event.finished) + 1;
                if (event.verdict === "pass") {
                    [this.state, this.failing] = ["commissioning", false];
                    if (this.choice("failure_counting", "") !== "cumulative") this.failed = [];
                    return [{ action: "commission-devices", devices: ["esme", "gsme"] }];
                }
                // What is inconclusive says nothing, unless the rulebook counts failures of the WAN.
                this.failing = event.verdict === "fail"
                    || (event.verdict === "inconclusive" && event.cause === "wan" && this.choice("wan_failure_counts", false));
                if (this.failing) this.failed.push(event.attempt);
                return this.weigh(now);
            case "supplier-request":
            case "authorisation":
                this.gifts(event.supplier).add(event.event === "authorisation" ? "authorisation" : "request");
                return this.state === "holding" ? this.weigh(now) : [];
            case "withdrawal":
                this.gifts(event.supplier).clear();
                return this.state === "holding" ? this.weigh(now) : [];
            case "commissioning-result":
                return this.commissioned(now, event);
        }
        if (now < Date.parse(this.home.decide_by)) return [];
        return { holding: this.close("hold"), checking: this.close("retry") }[this.state] ?? [];
    }

    weigh(now) {
        const usedUp = this.attempts >= this.choice("attempt_cap", ATTEMPTS) && !this.choice("count_before_cap", true);
        const enough = this.failed.length >= this.choice("failures_required", FAILURES);
        if (usedUp || !this.failing || !enough) return this.again(now);
        const { cohort, esme, gsme } = this.home;
        const type = esme.status === gsme.status ? esme.status : `mixed-gsme-${gsme.status}`;
        const { cohorts = [], types = [] } = SCOPE[this.rules(now)] ?? {};
        if (!cohorts.includes(cohort) || !types.includes(type)) return this.close("refuse");
        const supplierDecides = this.choice("mixed_gsme_dormant_decider", "dcc") !== "dcc";
        const consent = type === "mixed-gsme-dormant" && supplierDecides ? "authorisation" : CONSENT[type];
        if (consent && !this.gifts(gsme.supplier).has(consent)) {
            this.state = "holding";
            return this.ask(now, gsme.supplier, consent);
        }
        if (now - this.last > this.choice("evidence_max_age_hours", EVIDENCE_HOURS) * HOUR) return this.again(now);
        this.state = "commissioning";
        return [{ action: "commission-devices", devices: ["esme"] }];
    }

    commissioned(now, { succeeded, devices }) {
        if (!succeeded) return now >= Date.parse(this.home.decide_by) ? this.close("retry") : this.again(now);
        if (devices.length === 2) return this.close("migrate-both");
        const { supplier } = this.home.gsme;
        const record = { code: "GT01", supplier, "replace-by": "2022-12-31", attempts: this.failed };
        return [{ action: "exclude-device", device: "gsme", record }, ...this.close("migrate-esme-only")];
    }

    // What the rulebook of this case says where the letter leaves a choice.
    choice(name, usual) {
        return this.home.rulebook.switches?.[name] ?? usual;
    }

    gifts(supplier) {
        if (!this.given.has(supplier)) this.given.set(supplier, new Set());
        return this.given.get(supplier);
    }

    rules(now) {
        const day = new Date(now).toISOString().slice(0, 10);
        const holds = ({ first_day = "", last_day = "9999" }) => first_day <= day && day <= last_day;
        return this.home.rulebook.rule_sets.find(holds)?.id;
    }

    again(now) {
        return this.attempts >= this.choice("attempt_cap", ATTEMPTS) ? this.close("exclude-installation") : this.check(now);
    }

    check(now) {
        this.state = "checking";
        const when = this.last === undefined ? now : Math.max(now, this.last + milliseconds(this.home.check_spacing));
        return [{ action: "run-check", "not-before": new Date(when).toISOString() }];
    }

    ask(now, supplier, consent) {
        const question = `${consent} of ${supplier}`;
        if (now >= Date.parse(this.home.decide_by) || this.asked.has(question)) return [];
        this.asked.add(question);
        return [{ action: "ask-supplier", supplier, consent }];
    }

    close(outcome) {
        return [{ action: "close", outcome }];
    }
}

// An ISO 8601 duration without months: P1D, PT36H, P1DT43200S.
function milliseconds(duration) {
    const parts = [...duration.matchAll(/([\d.]+)([DHMS])/g)];
    return Math.ceil(parts.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit], 0));
}

const cases = new Map();
createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const { now, event } = JSON.parse(Buffer.concat(parts));
    const name = request.headers["hanbench-case"];
    if (event.event === "installation-loaded") cases.set(name, new Case());
    const actions = cases.get(name).turn(Date.parse(now), event);
    if (actions.some(({ action }) => action === "close")) cases.delete(name);
    response.setHeader("Content-Type", "application/json").end(JSON.stringify(actions));
}).listen(Number(process.argv[2] ?? 8765), "127.0.0.1", function () {
    console.log(`http://127.0.0.1:${this.address().port}/`);
});

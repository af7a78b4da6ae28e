// Draws the report of a conformance run from the data that the page carries.

const report = JSON.parse(document.getElementById("report").textContent);
const tones = { pass: "v-pass", fail: "v-fail", inconclusive: "v-inconclusive", "not applicable": "v-inconclusive" };
const used = (margin) => (margin.limit ? margin.value / margin.limit : 1);
const linked = (id) => h("a", { href: `#${id}`, class: "id" }, id);
const of = (verdict, results = report.cases) => results.filter((found) => found.verdict === verdict);
const several = (n, one) => `${n.toLocaleString("en-GB")} ${one}${n === 1 ? "" : "s"}`;

function masthead() {
    put("masthead",
        h("h1", {}, headingOf(report.device)),
        h("p", { class: "mono", id: "badge" }, report.badge));
    put("foot", report.notice, " Numbers of frames are those of the captures. Keys are redacted.");
}

function ruling() {
    const sums = report.summary, applied = report.cases.length - sums.not_applicable, wrong = sums.failed - sums.tolerated;
    if (wrong) return ["bad", `${wrong} of ${several(applied, "case")} that apply fail${wrong === 1 ? "s" : ""}${sums.tolerated ? `, and ${sums.tolerated} more that ${sums.tolerated === 1 ? "is" : "are"} tolerated` : ""}`];
    if (sums.failed) return ["told", `No failure but ${several(sums.failed, "tolerated one")}, of ${several(applied, "case")} that apply`];
    if (sums.inconclusive) return ["told", `No failure, and ${sums.inconclusive} of ${several(applied, "case")} that apply came to no verdict`];
    return [report.whole ? "good" : "told", `All ${several(applied, "case")} that apply pass`];
}

function result() {
    const sums = report.summary, [tone, words] = ruling();
    const mismatches = report.pics.filter(wrongly);
    put("result",
        h("p", { class: `banner ${tone}`, id: "ruling" }, words, report.whole ? "" : "; not every case was selected"),
        mismatches.length ? h("div", { class: "banner bad", id: "mismatches" }, `${several(mismatches.length, "PICS code")} ${mismatches.length === 1 ? "is" : "are"} not as claimed: `,
            mismatches.map((row, index) => [index ? ", " : "", h("code", {}, row.code), row.claimed ? " claimed, not observed" : " observed, not claimed"])) : "",
        h("p", { class: "banner told", id: "notice" }, report.notice),
        tilesOf([[sums.passed, "pass"], [sums.failed, "fail"], [sums.tolerated, "of them tolerated"], [sums.inconclusive, "inconclusive"],
            [sums.not_applicable, "not applicable"], [sums.mismatches, "PICS codes not as claimed"]]),
        report.against ? against(report.against) : "");
}

/** What is new and what is fixed since the earlier run. */
function against(earlier) {
    const listed = (ids) => ids.map((id, index) => [index ? ", " : "", report.cases.some((found) => found.id === id) ? linked(id) : id]);
    const rows = [["new failures", earlier.new], ["failed before too", earlier.known], [`failed before too, tolerated until ${earlier.until}`, earlier.tolerated],
        ["fixed", earlier.fixed], ["failed before, not run now", earlier.missing]].filter(([, ids]) => ids.length);
    return [h("h3", { class: "small" }, "Against the earlier run"), rows.length
        ? plainTable(["", "", "cases"], rows.map(([name, ids]) => ({ cells: [name, String(ids.length), listed(ids)] })), [1], true)
        : h("p", {}, "No difference: nothing failed then, and nothing fails now.")];
}

function device() {
    put("device", facts([...identity(report.device), ["reached as", report.device.reached], ["bench", report.bench], ["seed", report.seed],
        ["date (UTC)", report.date], ["hanbench", report.hanbench], ["case set", report.case_set]]));
}

function failures() {
    const failed = of("fail");
    const known = new Set(report.against ? [...report.against.known, ...report.against.tolerated] : []);
    const status = (found) => (found.tolerated_until ? `tolerated until ${found.tolerated_until}: ${found.tolerated_because}`
        : report.against ? (known.has(found.id) ? "failed before too" : "new") : "");
    put("failures", failed.length ? plainTable(["case", "what does not hold", "expected", "seen", ...(failed.some(status) ? ["known"] : [])], failed.map((found) => ({ cells: [
        linked(found.id), h("span", {}, found.title, h("b", { class: found.tolerated_until ? "" : "v-bad" }, ` \u2013 ${found.reason}`)), found.failure?.expected ?? "", found.failure?.seen ?? "",
        ...(failed.some(status) ? [status(found)] : [])] })), [], true)
        : h("p", {}, "No case fails."));
}

const wrongly = (row) => row.observed !== null && row.observed !== row.claimed;

function claims() {
    const mark = (value) => (value === null ? "\u2013" : value ? "yes" : "no");
    const any = report.pics.some((row) => row.observed !== null);
    put("claims",
        h("p", { class: "words" }, any ? `${report.pics.filter(wrongly).length} of ${several(report.pics.length, "code")} not as claimed. \u2013: cannot be observed from outside.`
            : "Nothing was observed: case HB-PICS-01 did not run."),
        plainTable(["code", "claimed", "observed", "meaning"], report.pics.map((row) => ({
            ...(wrongly(row) ? { class: "mismatch" } : {}), cells: [h("code", {}, row.code), mark(row.claimed), wrongly(row) ? h("b", {}, `${mark(row.observed)}: mismatch`) : mark(row.observed), row.title] }))));
}

function about(found) {
    const margins = found.margins.map((margin) => `${margin.what} ${rounded(margin.value)} ${margin.unit}, limit ${rounded(margin.limit)} ${margin.unit}`).join("; ");
    return h("div", { class: "detail" },
        found.failure ? h("div", { class: "violations" }, h("b", {}, found.failure.sentence),
            h("dl", {}, h("dt", {}, "expected"), h("dd", {}, found.failure.expected), h("dt", {}, "seen"), h("dd", {}, found.failure.seen))) : "",
        h("dl", {}, [["tolerated", found.tolerated_until ? `until ${found.tolerated_until}: ${found.tolerated_because}` : ""], ["clauses", found.requirements.join("; ")], ["applies if", found.gate],
            ["lasted", found.frames ? `${lasting(found.duration_s)} of the bench's clock, ${several(found.frames, "frame")}` : ""], ["measured", margins],
            ["in passing", found.conduct.map((each) => `${each.case}: ${each.sentence} (#${each.frame.number} ${each.frame.line})`).join("; ")],
            ["capture", found.capture ? h("a", { href: found.capture }, found.capture) : ""], ["again", found.verdict === "not applicable" ? "" : found.replay]].filter(([, value]) => value).map(([name, value]) =>
            [h("dt", {}, name), h("dd", {}, name === "again" ? h("code", { class: "command" }, value) : value)])),
        found.steps.length ? h("ol", {}, found.steps.map((step) => h("li", {}, step.sentence, step.frames.length ? ` (#${[...new Set(step.frames)].join(", #")})` : ""))) : "",
        found.evidence.length ? framesOf(found.evidence) : "");
}

function line(found) {
    const worst = [...found.margins].sort((a, b) => used(b) - used(a))[0];
    const verdict = found.tolerated_until ? "fail, tolerated" : found.verdict;
    const detail = h("details", found.verdict === "fail" ? { open: "", class: "case" } : { class: "case" },
        h("summary", {}, h("b", { class: tones[found.verdict] }, verdict), h("code", {}, found.id),
            h("span", {}, found.title, found.reason ? h("small", {}, ` \u2013 ${found.reason}`) : ""),
            h("small", {}, found.requirements.join("; ")),
            h("small", {}, worst ? `${rounded(worst.value)} of ${rounded(worst.limit)} ${worst.unit}` : ""),
            h("small", { class: "count" }, found.frames ? lasting(found.duration_s) : "")),
        about(found));
    detail.id = found.id;
    return detail;
}

function checklist() {
    const areas = report.areas.map((area) => ({ ...area, found: report.cases.filter((each) => each.area === area.code) })).filter((area) => area.found.length);
    const [applying, rest] = [areas.filter((area) => of("not applicable", area.found).length < area.found.length), areas.filter((area) => of("not applicable", area.found).length === area.found.length)];
    put("checklist",
        plainTable(["area", "", "pass", "fail", "incon\u00adclusive", "not applicable"], applying.map((area) => ({ cells: [h("a", { href: `#area-${area.code}` }, area.code), area.title,
            ...["pass", "fail", "inconclusive", "not applicable"].map((verdict) => { const n = of(verdict, area.found).length; return n ? h("b", { class: tones[verdict] }, String(n)) : "\u00b7"; })] })), [2, 3, 4, 5]),
        rest.length ? h("p", { class: "words" }, `No case applies of: ${rest.map((area) => `${area.code} (${area.title})`).join(", ")}.`) : "",
        h("p", { class: "case head" }, ["verdict", "case", "", "clauses", "worst margin", "lasted"].map((name) => h("span", {}, name))),
        applying.map((area) => [h("h3", { class: "small", id: `area-${area.code}` }, `${area.title}: ${of("pass", area.found).length} of ${area.found.length - of("not applicable", area.found).length} pass`),
            area.found.filter((found) => found.verdict !== "not applicable").map(line)]));
}

function margins() {
    const all = report.cases.flatMap((found) => found.margins.map((margin) => ({ found, margin })));
    all.sort((a, b) => used(b.margin) - used(a.margin));
    put("margins", all.length ? plainTable(["measured", "value", "limit", "used", "case"], all.map(({ found, margin }) => ({ ...(used(margin) > 1 ? { class: "mismatch" } : {}), cells: [margin.what,
        `${rounded(margin.value)} ${margin.unit}`, `${rounded(margin.limit)} ${margin.unit}`, `${used(margin) && used(margin) < .01 ? "under 1" : Math.round(100 * used(margin))} %`, linked(found.id)] })), [1, 2, 3])
        : h("p", {}, "Nothing was measured."));
}

/** Ids in order, neighbours of an area together: `HB-ZCL-01 to 05, HB-REG-02`. */
function spans(ids) {
    const found = [];
    for (const id of ids) {
        const [, area, number] = /^(.*-)(\d+)$/.exec(id), last = found.at(-1);
        if (last && last.area === area && Number(last.to) === Number(number) - 1) last.to = number;
        else found.push({ area, from: number, to: number });
    }
    return found.map(({ area, from, to }) => `${area}${from}${from === to ? "" : ` to ${to}`}`).join(", ");
}

/** Cases without a verdict, those with one reason together. */
function untested() {
    const reasons = new Map();
    for (const verdict of ["inconclusive", "not applicable"]) {
        for (const found of of(verdict)) {
            const key = `${verdict}: ${found.reason}`;
            reasons.set(key, [...(reasons.get(key) ?? []), found]);
        }
    }
    put("untested",
        report.whole ? "" : h("p", { class: "words" }, "Not every case was selected."),
        reasons.size ? plainTable(["why", "", "cases"], [...reasons].map(([why, cases]) => ({ cells: [why, several(cases.length, "case"),
            cases[0].verdict === "inconclusive" ? cases.map((found, index) => [index ? ", " : "", linked(found.id)]) : spans(cases.map((found) => found.id))] })), [], true)
            : h("p", {}, "Every selected case came to a verdict."),
        h("p", { class: "words" }, `This case set does not test: ${report.beyond.join(", ")}.`),
        report.untested.length ? h("p", { class: "words" }, "Claimed, and nothing was found out about it: ", report.untested.map((code, index) => [index ? ", " : "", h("code", {}, code)]), ".") : "");
}

document.title = `${nameOf(report.device)} \u2013 hanbench conform`;
masthead();
result();
device();
failures();
claims();
checklist();
margins();
untested();
put("values", facts(Object.entries(report.pixit)));

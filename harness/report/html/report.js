"use strict";
// Draws the report from the data that the page carries. Text from outside only ever becomes text, never markup.

const data = (id) => JSON.parse(document.getElementById(id).textContent);
const head = data("head");
const shapes = data("shapes");

/** An object from the values of one `kind`, whose fields the page names once. */
function named(kind, values) {
    return Object.fromEntries(Object.entries(shapes[kind]).map(([name, inner], index) =>
        [name, inner === null ? values[index] : values[index].map((each) => named(inner, each))]));
}

/** The cases, those that failed first. */
let rows = [];

/** What a script element holds, deflated, as JSON; undefined: the page has no such element. */
async function inflated(id) {
    const element = document.getElementById(id);
    if (element === null) return undefined;
    const octets = Uint8Array.from(atob(element.textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return JSON.parse(await new Response(stream).text());
}

async function readIndex() {
    const read = (await inflated("index")).map((values, number) => {
        const report = named("ScenarioReport", values);
        return { ...report, number, decision: report.decision ?? "none", place: placeOf(report) };
    });
    rows = [...read.filter((row) => !row.as_expected), ...read.filter((row) => row.as_expected)];
}

const OUTCOMES = {
    "migrate-both": ["B", "both meters migrated"],
    "migrate-esme-only": ["E", "electricity meter alone"],
    hold: ["H", "waits for a supplier"],
    refuse: ["R", "not allowed here"],
    "exclude-installation": ["X", "attempts used up"],
    retry: ["T", "time ran out"],
    none: ["\u2013", "no decision"],
};
const VERDICTS = { p: ["pass", "\u2713"], f: ["fail", "\u2717"], i: ["inconclusive", "?"] };
const PAGE = 100;
/** Columns of the matrix that A4 has room for. */
const PRINTED = 20;

/** An element with attributes and children; strings become text nodes. */
function h(name, attributes = {}, ...children) {
    return fill(document.createElement(name), attributes, children);
}

function s(name, attributes = {}, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(element, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) {
        if (key === "onclick" || key === "oninput") element.addEventListener(key.slice(2), value);
        else if (value !== null && value !== undefined) element.setAttribute(key, value);
    }
    element.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
}

const count = (n, one, many = `${one}s`) => `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
const chip = (outcome) => h("span", { class: `chip o o-${outcome}` }, outcome === "none" ? "no decision" : outcome);

/** Where a scenario stands in the matrix; one that is not of the matrix stands by its rules and its faults. */
function placeOf({ cell, rules, faults }) {
    return { column: cell?.rules ?? rules, row: cell?.condition ?? (faults.join(" + ") || "nothing breaks") };
}

// --- top -------------------------------------------------------------------------------------------------------------

function masthead() {
    document.title = `${head.title} \u2013 hanbench report`;
    document.getElementById("masthead").append(
        h("h1", {}, head.title),
        h("p", {}, "Controller ", h("b", {}, head.controller), `, seed ${head.seed}, rule sets ${head.rule_sets.join(", ")}; hanbench ${head.hanbench}`),
    );
    document.getElementById("foot").append(
        "The same seed brings the same run back, octet for octet; each case says the command that plays it again. A check rests on the frames that are listed with it; keys are redacted. ",
        "Values of the rules are stated in public documents, inferred from them or assumed: hanbench rules show tmad-v19.",
    );
}

/** Whether a violation rests on less than its scenario was held to: it is told, and fails nothing. */
const isTold = (row, violation) => head.bases.indexOf(violation.basis) > head.bases.indexOf(row.hold_to);

/** The violations that are told, with a link to each case; null: there are none. */
function toldViolations(all) {
    if (!all.length) return null;
    const most = 12;
    return h("ul", { class: "violations", id: "told" },
        all.slice(0, most).map(({ row, violation }) => h("li", {}, "told: ", h("a", { href: linkTo(row) }, row.id), ": ",
            h("b", {}, violation.property), `: ${violation.text} [${violation.rule}]`)),
        all.length > most ? h("li", {}, `${count(all.length - most, "more violation")} told: see the scenarios, or report.json.`) : "");
}

function verdictOf(wrong, failing, told, held) {
    const weaker = told ? ` ${count(told, "violation")} of a weaker basis: told below, failing nothing.` : "";
    if (wrong) return `${count(wrong, "scenario")} did not go as the rules demand (${count(failing, "violation")}).${weaker}`;
    return told ? `No violation up to the basis held to (${held}).${weaker}` : "Every decision was one that the rules allow.";
}

function summary() {
    const { scenarios, as_expected: good, violations, checks, frames } = head.totals;
    const held = rows[0]?.hold_to ?? "";
    const told = rows.flatMap((row) => row.violations.filter((each) => isTold(row, each)).map((violation) => ({ row, violation })));
    const both = head.outcomes["migrate-both"] ?? 0;
    const partial = head.outcomes["migrate-esme-only"] ?? 0;
    const wrong = scenarios - good;
    const tone = wrong ? "bad" : told.length ? "told" : "good";
    document.getElementById("summary").append(
        h("p", { class: `banner ${tone}`, id: "verdict" }, verdictOf(wrong, violations - told.length, told.length, held)),
        held && held !== head.bases.at(-1)
            ? h("p", { class: "words", id: "held" }, `The run was held to ${held}: only violations of the bases ${head.bases.slice(0, head.bases.indexOf(held) + 1).join(", ")} fail it.`)
            : "",
        toldViolations(told) ?? "",
        h("p", { class: "words" },
            `${count(scenarios, "migration was", "migrations were")} run on emulated homes: ${count(frames, "radio frame")}, `,
            `${count(checks, "HAN-connectivity check")}. ${count(both, "home was", "homes were")} migrated whole, `,
            `${partial.toLocaleString("en-GB")} without the gas meter, ${(scenarios - both - partial).toLocaleString("en-GB")} not now or not at all.`),
        h("ul", { class: "tiles" }, [
            [scenarios, "scenarios"], [good, "as expected"], [violations, "violations"], [checks, "checks"], [frames, "frames"],
        ].map(([number, what]) => h("li", {}, h("b", {}, number.toLocaleString("en-GB")), h("span", {}, what)))),
    );
}

// --- matrix ----------------------------------------------------------------------------------------------------------

const selection = { text: "", show: "all", cell: null };

function groupBy(list, key) {
    const groups = new Map();
    for (const each of list) {
        const name = key(each);
        if (!groups.has(name)) groups.set(name, []);
        groups.get(name).push(each);
    }
    return groups;
}

function matrix() {
    const ordered = [...rows].sort((a, b) => a.number - b.number);
    const groups = [...groupBy(ordered, (row) => `${row.cohort} ${row.installation_type}`)].map(([group, members]) =>
        ({ group, columns: [...new Set(members.map((row) => row.place.column))] }));
    const cells = groupBy(ordered, (row) => `${row.cohort} ${row.installation_type}|${row.place.column}|${row.place.row}`);
    const conditions = [...new Set(ordered.map((row) => row.place.row))];
    return { groups, cells, conditions };
}

function drawMatrix({ groups, cells, conditions }) {
    const used = Object.keys(OUTCOMES).filter((outcome) => rows.some((row) => row.decision === outcome));
    document.getElementById("matrix").append(
        h("ul", { class: "legend" }, used.map((outcome) =>
            h("li", {}, h("i", { class: `o o-${outcome}` }, OUTCOMES[outcome][0]), `${outcome}: ${OUTCOMES[outcome][1]}`))),
        h("div", { class: "scroll on-screen", tabindex: "0", role: "region", "aria-label": "Matrix of decisions" },
            matrixTable(groups, conditions, cells, (members, label, letters) => h("button", {
                type: "button", class: members.some((row) => !row.as_expected) ? "wrong" : null, title: label, "aria-label": label, "aria-pressed": "false",
                onclick: (event) => choose(event.currentTarget, members, label),
            }, letters))),
    );
}

/** The matrix once more, in parts that fit a page; only print shows it. */
function drawPrintedMatrix({ groups, cells, conditions }) {
    document.getElementById("matrix").append(
        h("div", { class: "in-print" }, pages(groups).map((part) => matrixTable(part, conditions, cells, (members, label, letters) =>
            h("span", { class: members.some((row) => !row.as_expected) ? "cell wrong" : "cell" }, letters)))));
}

/** The groups of the matrix, in parts that fit the width of a page. */
function pages(groups) {
    const parts = [[]];
    let width = 0;
    for (const group of groups) {
        width += group.columns.length;
        if (width > PRINTED && parts.at(-1).length) {
            parts.push([]);
            width = group.columns.length;
        }
        parts.at(-1).push(group);
    }
    return parts;
}

function matrixTable(groups, conditions, cells, cell) {
    const short = (name) => name.replace("tmad-", "").replace("consultation-2021-10", "2021").replace("third-failure-", "").replace("-march", "/3");
    const columns = groups.flatMap(({ group, columns: names }) => names.map((column) => ({ group, column })));
    const filled = ({ group, column }, condition) => {
        const members = cells.get(`${group}|${column}|${condition}`);
        if (!members) return h("td");
        const outcomes = [...new Set(members.map((row) => row.decision))];
        const wrong = members.filter((row) => !row.as_expected).length;
        const label = `${condition}, ${group}, ${column}: ${outcomes.join(", ")}${wrong ? `; ${wrong} not as expected` : ""}`;
        return h("td", {}, cell(members, label, outcomes.map((outcome) => h("span", { class: `o o-${outcome}` }, OUTCOMES[outcome][0] + (wrong ? "!" : "")))));
    };
    const present = conditions.filter((condition) => columns.some(({ group, column }) => cells.has(`${group}|${column}|${condition}`)));
    return h("table", { class: "matrix" },
        h("thead", {},
            h("tr", {}, h("td"), groups.map(({ group, columns: names }) => h("th", { colspan: names.length, scope: "colgroup" }, group))),
            h("tr", {}, h("td"), columns.map(({ column }) => h("th", { scope: "col" }, short(column))))),
        h("tbody", {}, present.map((condition) =>
            h("tr", {}, h("th", { scope: "row" }, condition), columns.map((column) => filled(column, condition))))));
}

function choose(button, members, label) {
    const pressed = button.getAttribute("aria-pressed") === "true";
    for (const other of document.querySelectorAll(".matrix [aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
    selection.cell = pressed ? null : { numbers: new Set(members.map((row) => row.number)), label };
    button.setAttribute("aria-pressed", String(!pressed));
    list();
    if (!pressed) document.getElementById("scenarios").scrollIntoView();
}

// --- list ------------------------------------------------------------------------------------------------------------

function filters() {
    const options = [["all", "all"], ["wrong", "not as expected"], ...Object.keys(OUTCOMES).map((name) => [name, name === "none" ? "no decision" : name])];
    document.getElementById("scenarios").append(
        h("div", { class: "filter" },
            h("input", { type: "search", "aria-label": "Search scenarios", placeholder: "Search: fault, cohort, story", oninput: (event) => {
                selection.text = event.target.value.toLowerCase();
                list();
            } }),
            h("select", { "aria-label": "Show", oninput: (event) => {
                selection.show = event.target.value;
                list();
            } }, options.map(([value, label]) => h("option", { value }, label))),
            h("button", { type: "button", id: "everything", hidden: "", onclick: () => {
                selection.cell = null;
                for (const other of document.querySelectorAll(".matrix [aria-pressed=true]")) other.setAttribute("aria-pressed", "false");
                list();
            } }, "Show all again"),
            h("output", { id: "counted", "aria-live": "polite" })),
        h("div", { id: "list" }),
    );
}

function chosen() {
    const words = selection.text.split(/\s+/).filter(Boolean);
    return rows.filter((row) =>
        (selection.cell === null || selection.cell.numbers.has(row.number))
        && (selection.show === "all" || (selection.show === "wrong" ? !row.as_expected : row.decision === selection.show))
        && words.every((word) => `${row.id} ${row.title} ${row.faults.join(" ")}`.toLowerCase().includes(word)));
}

/** Show the chosen cases; `first`: a case to show in any case, and first. */
function list(first = null) {
    const chosenRows = chosen();
    const found = first === null ? chosenRows : [first, ...chosenRows.filter((row) => row !== first)];
    document.getElementById("everything").hidden = selection.cell === null;
    document.getElementById("counted").textContent =
        `${found.length.toLocaleString("en-GB")} of ${count(rows.length, "scenario")}${selection.cell ? ` (${selection.cell.label})` : ""}`;
    const target = document.getElementById("list");
    target.replaceChildren();
    more(target, found, 0);
    return found.length === 1 ? open(found[0]) : Promise.resolve();
}

function more(target, found, from) {
    target.append(...found.slice(from, from + PAGE).map(entry));
    const left = found.length - from - PAGE;
    if (left > 0) {
        const button = h("button", { type: "button", class: "more", onclick: () => {
            button.remove();
            more(target, found, from + PAGE);
        } }, `Show ${Math.min(left, PAGE)} more of ${left}`);
        target.append(button);
    }
}

function entry(row) {
    const button = h("button", {
        type: "button", class: `row${row.as_expected ? "" : " wrong"}`, "aria-expanded": "false", onclick: () => toggle(button, row),
    },
        h("span", { class: "t" }, row.title, h("small", { class: "mono" }, row.id)),
        h("span", { class: "checks", "aria-label": `checks: ${[...row.verdicts].map((v) => VERDICTS[v][0]).join(", ") || "none"}` },
            [...row.verdicts].map((v) => h("span", { class: `v-${VERDICTS[v][0]}`, "aria-hidden": "true" }, VERDICTS[v][1]))),
        h("span", {}, chip(row.decision)));
    return h("article", { "data-id": row.id }, h("h3", {}, button));
}

const articleOf = (row) => [...document.querySelectorAll("article")].find((each) => each.dataset.id === row.id);

/** Show the detail of a case, if it is in the list and closed. */
async function open(row) {
    const button = articleOf(row)?.querySelector(".row");
    if (button?.getAttribute("aria-expanded") === "false") await toggle(button, row);
}

async function toggle(button, row) {
    const article = button.closest("article");
    const wasOpen = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!wasOpen));
    article.classList.toggle("open", !wasOpen);
    if (wasOpen) {
        article.querySelector(".detail").remove();
        return;
    }
    const detail = h("div", { class: "detail" }, "\u2026");
    article.append(detail);
    detail.replaceChildren(...scenario(row, await detailOf(row.number)));
}

/** Decode one case's detail; undefined: it is not in the page. */
async function detailOf(number) {
    const values = await inflated(`s${number}`);
    if (values === undefined) return undefined;
    const detail = named("ScenarioDetail", values);
    return {
        ...detail,
        began: new Date(detail.began),
        loaded: new Date(detail.loaded),
        checks: detail.checks.map(({ check, ...shown }) => ({ ...check, ...shown })),
    };
}

// --- links -----------------------------------------------------------------------------------------------------------

const linkTo = (row, frame) => `#${new URLSearchParams(frame === undefined ? { case: row.id } : { case: row.id, frame })}`;

/** Open the case, and show the frame, that the address names; without one, open the first case that failed. */
async function follow() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    const row = rows.find((each) => each.id === wanted.get("case"));
    if (row === undefined) {
        if (rows.length && !rows[0].as_expected) await open(rows[0]);
        return;
    }
    if (articleOf(row) === undefined) await list(row);
    await open(row);
    const frame = wanted.get("frame");
    if (frame !== null) showFrame(row, frame);
    else articleOf(row).scrollIntoView();
}

function showFrame(row, number) {
    const line = articleOf(row).querySelector(`.frameset tr[data-frame="${CSS.escape(number)}"]`);
    if (line === null) return;
    for (const other of document.querySelectorAll("tr.wanted")) other.classList.remove("wanted");
    line.classList.add("wanted");
    line.closest("details.frameset").open = true;
    line.querySelector("details").open = true;
    line.scrollIntoView({ block: "center" });
    line.querySelector("summary").focus({ preventScroll: true });
}

/** A reference to a frame, inside a drawing or a text. */
function frameLink(make, row, number, ...children) {
    return make("a", { href: linkTo(row, number), onclick: (event) => {
        event.preventDefault();
        history.replaceState(null, "", linkTo(row, number));
        showFrame(row, number);
    } }, ...children);
}

// --- one scenario ----------------------------------------------------------------------------------------------------

function scenario(row, detail) {
    const link = (name) => h("a", { href: encodeURIComponent(name) }, name);
    return [
        h("dl", { class: "facts" },
            h("dt", {}, "Home"), h("dd", {}, `${row.cohort}, ${row.installation_type}; rules ${row.rules}`),
            h("dt", {}, "The rules allow"), h("dd", {}, row.expected.map((each) => [chip(each), " "]), `because ${row.because}`),
            h("dt", {}, "Decided"), h("dd", {}, chip(row.decision)),
            row.difference ? [h("dt", {}, "Difference"), h("dd", { class: "difference" }, row.difference)] : "",
            h("dt", {}, "Seed"), h("dd", { class: "mono" }, row.seed),
            row.replay ? [h("dt", {}, "Play again"), h("dd", {}, h("code", { class: "command" }, row.replay))] : "",
            h("dt", {}, "On the air"), h("dd", {}, `${count(row.frames, "frame")}. `,
                row.capture ? ["Capture ", link(row.capture), ", keys ", link(row.keys), row.trace ? [", trace ", link(row.trace)] : ""] : "No capture was kept; verify --capture PATTERN keeps it."),
            h("dt", {}, "Link"), h("dd", {}, h("a", { href: linkTo(row) }, "to this case"))),
        row.violations.length || row.unmet.length
            ? h("ul", { class: "violations" },
                violations(row, detail),
                row.unmet.map((each) => h("li", {}, h("b", {}, "expectation"), `: ${each}`)))
            : "",
        ...(detail === undefined ? [untold(row)] : story(row, detail)),
    ].flat().filter(Boolean);
}

/** The violations of a case; of one property the first, and the others to be opened below it. */
function violations(row, detail) {
    const all = row.violations.map((each, index) => ({ ...each, item: violation(row, each, row.explanations[index], detail) }));
    all.sort((a, b) => (b.property === "in-turn") - (a.property === "in-turn")); // what the others follow from
    return [...groupBy(all, (each) => each.property)].map(([property, [first, ...others]]) => {
        if (others.length) {
            first.item.append(h("details", { class: "others" }, h("summary", {}, `${property}: ${count(others.length, "more time")}`),
                h("ul", {}, others.map((each) => each.item))));
        }
        return first.item;
    });
}

/** A violation: the sentence, the rule and its basis, what the controller did, what it knew, and the frames. */
function violation(row, { property, rule, text, frames, basis }, explanation, detail) {
    const fact = ({ time, at, text: what, record }) =>
        [h("time", { datetime: time }, `${shownTime(momentOf(time))} (+${at.toFixed(3)} s)`), ` ${what} `, h("small", {}, `[trace line ${record}]`)];
    return h("li", {}, isTold(row, { basis }) ? "told: " : "", h("b", {}, property), `: ${text} `,
        h("dl", { class: "why" },
            h("dt", {}, "Rule"), h("dd", {}, `${rule}; basis: ${basisOf(rule)}`),
            explanation ? [h("dt", {}, "Did"), h("dd", {}, fact(explanation.did))] : "",
            explanation?.known.length ? [h("dt", {}, "Knew"), h("dd", {}, h("ol", {}, explanation.known.map((each) => h("li", {}, fact(each)))))] : ""),
        detail ? shownBy(row, detail, frames, "shown by") : "",
        detail && explanation?.frames.length ? commissioningFrames(row, detail, explanation.frames) : "");
}

/** The basis of a rule by its source, as `basis_of` has it. */
const basisOf = (rule) =>
    ["assumed", "inferred", "stated"].find((basis) => rule.includes(basis)) ?? (/^(letter|Various)/.test(rule) ? "stated" : "interface");

function untold(row) {
    return h("p", { class: "untold" }, "This page leaves out the story of this case, to stay small. ",
        row.replay ? ["This command tells it: ", h("code", { class: "command" }, row.replay)] : "Run the scenario by itself to have it told.");
}

function story(row, detail) {
    const { began, loaded, entries, checks, commissionings } = detail;
    const stages = stagesOf(detail);
    return [
        h("h4", {}, "What happened"),
        h("div", { class: "scroll drawing wide", tabindex: "0" }, timeline(began, loaded, entries)),
        h("details", { class: "events wide" }, h("summary", {}, `In words: ${count(entries.length, "event")}`), inWords(began, loaded, entries)),
        h("div", { class: "tall" }, inWords(began, loaded, entries)),
        h("h4", {}, "What the checks rest on"),
        h("div", { class: "scroll drawing wide", tabindex: "0" }, sequence(row, began, stages)),
        h("div", { class: "tall" }, steps(row, began, stages)),
        checks.map((check) => frameset(began, check, [`Check ${check.attempt}: `,
            h("b", { class: `v-${check.verdict}` }, check.verdict + (check.code ? ` ${check.code}` : "")),
            check.mirror ? `, ${check.mirror}` : ""])),
        commissionings.map((each) => frameset(began, each, [`Commissioning of ${each.devices}: `,
            h("b", { class: each.succeeded ? "v-pass" : "v-fail" }, each.succeeded ? "done" : `failed, ${each.detail}`)])),
    ];
}

/** The events one below the other: for narrow screens, for print, and for those who cannot see the drawing. */
function inWords(began, loaded, entries) {
    return h("ol", { class: "events" }, entries.map((each) =>
        h("li", { class: `e-${each.kind}` }, h("time", {}, sinceLoaded(began, loaded, each.start)), " ", each.lane === "controller" ? h("span", { class: "lane" }, "the controller ") : "",
            `${each.text}${each.end !== null && each.lane === "faults" ? `, until ${sinceLoaded(began, loaded, each.end)}` : ""}`)));
}

/** The checks and commissionings in the order of their beginnings, each with what is drawn of it. */
function stagesOf({ checks, commissionings }) {
    return [
        ...checks.map((check) => ({
            at: check.start, name: `check ${check.attempt}`, told: check.detail, lines: between(check),
            result: check.verdict + (check.code ? ` ${check.code}` : ""), kind: check.verdict,
        })),
        ...commissionings.map((each) => ({
            at: each.frames[0]?.time ?? each.end, name: `commission ${each.devices}`, told: each.detail || "commissioned", lines: withGap(each),
            result: each.succeeded ? "commissioned" : "failed", kind: each.succeeded ? "pass" : "fail",
        })),
    ].sort((a, b) => a.at - b.at);
}

/** A time of the story: date and time, and the seconds since the capture began, as Wireshark shows them. */
/** The date of a text with microseconds, rounded to milliseconds as everywhere. */
function momentOf(text) {
    const [, whole, fraction = "0", zone] = /^([^.]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text);
    return new Date(new Date(whole + zone).getTime() + Math.round(Number(`0.${fraction}`) * 1000));
}

const shownTime = (date) => date.toISOString().slice(0, 23).replace("T", " ");
const when = (began, seconds) => `${shownTime(new Date(began.getTime() + Math.round(seconds * 1000)))} (+${seconds.toFixed(3)} s)`;
const sinceLoaded = (began, loaded, seconds) => when(began, (loaded - began) / 1000 + seconds);
const dayName = (loaded, day) =>
    new Date(loaded.getTime() + day * 86400000).toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const LANES = [["faults", "broken"], ["checks", "checks"], ["suppliers", "suppliers"], ["controller", "controller"]];

/** Lanes over the days: bars for what lasts, marks for moments. */
function timeline(began, loaded, entries) {
    const [left, right, width, lane, top] = [84, 160, 1060, 34, 22];
    const last = Math.max(3600, ...entries.map((each) => each.end ?? each.start)) * 1.02;
    const x = (seconds) => left + (seconds / last) * (width - left - right);
    // Several faults at once lie one above the other.
    const tracks = { faults: [], checks: [], suppliers: [], controller: [] };
    const placed = entries.map((each) => {
        const [from, to] = [x(each.start), Math.max(x(each.end ?? each.start), x(each.start) + 4)];
        const free = tracks[each.lane];
        let track = each.lane === "faults" ? free.findIndex((until) => until <= from) : 0;
        if (track < 0) track = free.length;
        free[track] = to;
        return { ...each, from, to, track };
    });
    const heights = LANES.map(([name]) => Math.max(1, tracks[name].length) * lane);
    const tops = heights.map((_, index) => top + heights.slice(0, index).reduce((a, b) => a + b, 0));
    const bottom = top + heights.reduce((a, b) => a + b, 0);
    const step = [1, 2, 5, 10, 30].find((days) => last / 86400 / days <= 12) ?? 60;
    const ticks = Array.from({ length: Math.floor(last / 86400 / step) + 1 }, (_, index) => index * step);
    const svg = s("svg", { viewBox: `0 0 ${width} ${bottom + 6}`, role: "group", "aria-label": "Timeline of faults, checks, suppliers and the controller" },
        LANES.map(([, label], index) => [
            index % 2 ? "" : s("rect", { x: 0, y: tops[index], width, height: heights[index], class: "band" }),
            s("text", { x: 4, y: tops[index] + 22, class: "q" }, label),
        ]),
        ticks.map((day) => [
            s("line", { x1: x(day * 86400), x2: x(day * 86400), y1: top - 4, y2: bottom, class: "grid" }),
            s("text", { x: x(day * 86400) + 3, y: 13, class: "q" }, dayName(loaded, day)),
        ]));
    const ends = {};
    for (const each of placed) {
        const y = tops[LANES.findIndex(([name]) => name === each.lane)] + each.track * lane;
        const title = s("title", {}, `${sinceLoaded(began, loaded, each.start)}  ${each.text}`);
        if (each.lane === "faults") {
            svg.append(s("g", {}, title, s("rect", { x: each.from, y: y + 7, width: each.to - each.from, height: 20, class: `k-${each.kind}` }),
                each.to - each.from > each.label.length * 7 ? s("text", { x: each.from + 6, y: y + 21, class: "on" }, each.label) : ""));
        } else if (each.lane === "checks") {
            const wide = Math.max(each.to - each.from, 18);
            svg.append(s("g", {}, title, s("rect", { x: each.from, y: y + 7, width: wide, height: 20, class: `k-${each.kind}` }),
                s("text", { x: each.from + wide / 2, y: y + 21, "text-anchor": "middle", class: "on" }, each.label)));
        } else {
            const free = (ends[each.lane] ?? 0) <= each.from;
            const shown = free && !["asks", "commissions"].includes(each.kind) ? each.label : "";
            svg.append(s("g", {}, title, s("path", { d: `M${each.from} ${y + 10}l6 7l-6 7l-6 -7z`, class: `k-${each.kind}` }),
                shown ? s("text", { x: each.from + 10, y: y + 21 }, shown) : ""));
            if (shown) ends[each.lane] = each.from + 14 + shown.length * 7;
        }
    }
    return svg;
}

/** Frames between lifelines; runs of the same frame are one arrow, but none across frames that are left out. */
function sequence(row, began, stages) {
    const drawn = stages.flatMap((stage) => stage.lines);
    const places = [...new Set(["head end", "hub", "esme", "gsme", ...drawn.filter((line) => line.from).flatMap((line) => [line.from, line.to])])];
    const [width, gap, top] = [1060, 22, 34];
    const x = (place) => 110 + places.indexOf(place) * ((width - 330) / Math.max(places.length - 1, 1));
    const lines = stages.flatMap((stage) => [
        { head: stage },
        { from: "head end", to: "hub", text: stage.name },
        ...stage.lines,
        { from: "hub", to: "head end", text: stage.result, verdict: stage.kind },
    ]);
    const bottom = top + lines.length * gap + 10;
    const arrow = ({ from, to, text, verdict, number }, y) => {
        const [a, b] = [x(from), x(to)];
        const direction = Math.sign(b - a);
        const parts = [
            s("line", { x1: a, x2: b - direction * 7, y1: y, y2: y, class: "arrow" }),
            s("path", { d: `M${b} ${y}l${-direction * 8} -4v8z`, class: verdict ? `k-${verdict}` : "head" }),
            s("text", { x: (a + b) / 2, y: y - 4, "text-anchor": "middle" }, text)];
        return number === undefined ? s("g", {}, ...parts) : frameLink(s, row, number, ...parts);
    };
    return s("svg", { viewBox: `0 0 ${width} ${bottom}`, role: "group", "aria-label": "Sequence diagram of the frames of checks and commissionings" },
        places.map((place) => [
            s("text", { x: x(place), y: 14, "text-anchor": "middle", "font-weight": "650" }, placeName(place)),
            s("line", { x1: x(place), x2: x(place), y1: 20, y2: bottom, class: "life" }),
        ]),
        lines.map((line, index) => {
            const y = top + index * gap + 12;
            if (line.head) {
                return [s("rect", { x: 0, y: y - 14, width, height: gap - 2, class: "band" }),
                    s("text", { x: 4, y: y + 1, class: "q" }, headOf(began, line.head))];
            }
            if (line.silence) {
                return s("g", { class: "silence" },
                    s("path", { d: `M${x(line.silence) - 5} ${y - 9}l10 10m0 -10l-10 10` }),
                    s("text", { x: x(line.silence) + 12, y }, "no data frame from it"));
            }
            return line.note ? s("text", { x: 4, y, class: "q" }, line.note) : arrow(line, y);
        }));
}

/** The same one below the other, for narrow screens and for print. */
function steps(row, began, stages) {
    const way = ({ from, to }) => `${placeName(from)} \u2192 ${placeName(to)}`;
    const line = (each) => {
        if (each.note) return h("li", { class: "note" }, each.note);
        if (each.silence) return h("li", { class: "v-fail" }, `\u2717 no data frame from the ${placeName(each.silence)}`);
        return h("li", {}, h("span", { class: "way" }, way(each)), " ", frameLink(h, row, each.number, each.text));
    };
    return stages.map((stage) => [
        h("p", { class: "stage" }, headOf(began, stage)),
        h("ol", { class: "steps" }, stage.lines.map(line)),
        h("p", { class: `result v-${stage.kind}` }, stage.result),
    ]);
}

const placeName = (place) => (place === "esme" || place === "gsme" ? place.toUpperCase() : place);
const headOf = (began, { name, at, told }) => `${name}, ${when(began, at)}: ${told}`;

/** What is drawn between the beginning and the end of a check. */
function between(check) {
    const { frames, left_out, verdict, answered } = check;
    if (left_out || verdict !== "fail" || answered) return withGap(check);
    // The GSME was waited for where the others were quiet the longest.
    const pauses = frames.slice(1).map((frame, index) => frame.time - frames[index].time);
    const quiet = pauses.indexOf(Math.max(...pauses)) + 1;
    return [...runs(frames.slice(0, quiet)), { silence: "gsme" }, ...runs(frames.slice(quiet))];
}

/** Runs of frames, with a note where frames are left out. */
function withGap({ frames, gap, left_out }) {
    if (!left_out) return runs(frames);
    return [...runs(frames.slice(0, gap)), { note: `${count(left_out, "frame")} not shown` }, ...runs(frames.slice(gap))];
}

function runs(frames) {
    const found = [];
    for (const frame of frames) {
        const last = found.at(-1);
        if (last && last.from === frame.sender && last.to === frame.receiver && last.name === frame.name) last.times += 1;
        else found.push({ from: frame.sender, to: frame.receiver, name: frame.name, number: frame.number, times: 1 });
    }
    return found.map((run) => ({ ...run, text: `${run.name}${run.times > 1 ? ` \u00d7${run.times}` : ""}  #${run.number}` }));
}

function frameset(began, stage, title) {
    return h("details", { class: "frameset" },
        h("summary", {}, title, `, ${count(stage.frames.length + stage.left_out, "frame")}`),
        frameTable([
            ...stage.frames.slice(0, stage.gap).map((frame) => frameRow(began, frame)),
            ...(stage.left_out ? [h("tr", {}, h("td", { colspan: 4, class: "left-out" }, `${count(stage.left_out, "frame")} not shown`))] : []),
            ...stage.frames.slice(stage.gap).map((frame) => frameRow(began, frame)),
        ]));
}

/** The frames that show a violation, as far as they are taken apart here. */
function shownBy(row, { began, checks, commissionings }, numbers, words) {
    if (!numbers.length) return "";
    const wanted = new Set(numbers);
    const found = [...checks, ...commissionings].flatMap((stage) => stage.frames.filter((frame) => wanted.has(frame.number)));
    const left = wanted.size - found.length;
    return h("details", { class: "evidence" }, h("summary", {}, `${words} ${count(wanted.size, "frame")}`),
        frameTable(found.map((frame) => frameRow(began, frame))), left ? h("p", {}, `and ${left} more${row.capture ? ", which are in the capture" : ""}`) : "");
}

/** The frames of the commissioning that a violation is about: those between its first and its last one. */
function commissioningFrames(row, detail, ends) {
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    const within = detail.commissionings.flatMap((each) => each.frames).filter(({ number }) => first <= number && number <= last);
    return shownBy(row, detail, within.map(({ number }) => number), "commissioned with");
}

const frameTable = (lines) =>
    h("table", { class: "frames" },
        h("colgroup", {}, ["number", "time", "way", "line"].map((name) => h("col", { class: name }))), h("tbody", {}, lines));

function frameRow(began, frame) {
    return h("tr", { "data-frame": frame.number },
        h("td", {}, `#${frame.number}`),
        h("td", {}, when(began, frame.time)),
        h("td", {}, `${frame.sender} \u2192 ${frame.receiver}`),
        h("td", {}, h("details", {}, h("summary", {}, frame.line),
            h("div", { class: "layers" }, frame.layers.map(([name, fields]) =>
                h("div", {}, h("b", {}, name), fields.map(([key, value]) => [h("span", {}, `  ${key.replaceAll("_", " ")} `), value])))))));
}

async function draw() {
    await readIndex();
    masthead();
    summary();
    const decided = matrix();
    drawMatrix(decided);
    filters();
    await list();
    await follow();
    drawPrintedMatrix(decided);
    addEventListener("hashchange", follow);
}

draw();

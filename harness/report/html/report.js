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

const rows = data("index").map((values, number) => {
    const report = named("ScenarioReport", values);
    return { ...report, number, decision: report.decision ?? "none", place: placeOf(report) };
});
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
        "The same seed brings the same run back, octet for octet: hanbench run ID --slow-background --seed SEED. A check rests on the frames that are listed with it; keys are redacted. ",
        "Values of the rules are stated in public documents, inferred from them or assumed: hanbench rules show tmad-v19.",
    );
}

function summary() {
    const { scenarios, as_expected: good, violations, checks, frames } = head.totals;
    const both = head.outcomes["migrate-both"] ?? 0;
    const partial = head.outcomes["migrate-esme-only"] ?? 0;
    const wrong = scenarios - good;
    const verdict = wrong === 0
        ? "Every decision was one that the rules allow."
        : `${count(wrong, "scenario")} did not go as the rules demand (${count(violations, "violation")}).`;
    document.getElementById("summary").append(
        h("p", { class: `banner ${wrong ? "bad" : "good"}`, id: "verdict" }, verdict),
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
    const section = document.getElementById("matrix");
    const groups = [...groupBy(rows, (row) => `${row.cohort} ${row.installation_type}`)];
    const columns = groups.flatMap(([group, members]) =>
        [...new Set(members.map((row) => row.place.column))].map((column) => ({ group, column, members })));
    const short = (name) => name.replace("tmad-", "").replace("consultation-2021-10", "2021").replace("third-failure-", "").replace("-march", "/3");
    const cells = groupBy(rows, (row) => `${row.cohort} ${row.installation_type}|${row.place.column}|${row.place.row}`);
    const conditions = [...new Set(rows.map((row) => row.place.row))];
    const button = ({ group, column }, condition) => {
        const members = cells.get(`${group}|${column}|${condition}`);
        if (!members) return h("td");
        const outcomes = [...new Set(members.map((row) => row.decision))];
        const wrong = members.filter((row) => !row.as_expected).length;
        const label = `${condition}, ${group}, ${column}: ${outcomes.join(", ")}${wrong ? `; ${wrong} not as expected` : ""}`;
        return h("td", {}, h("button", {
            type: "button", class: wrong ? "wrong" : null, title: label, "aria-label": label, "aria-pressed": "false",
            onclick: (event) => choose(event.currentTarget, members, label),
        }, outcomes.map((outcome) => h("span", { class: `o o-${outcome}` }, OUTCOMES[outcome][0] + (wrong ? "!" : "")))));
    };
    const used = Object.keys(OUTCOMES).filter((outcome) => rows.some((row) => row.decision === outcome));
    section.append(
        h("ul", { class: "legend" }, used.map((outcome) =>
            h("li", {}, h("i", { class: `o o-${outcome}` }, OUTCOMES[outcome][0]), `${outcome}: ${OUTCOMES[outcome][1]}`))),
        h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Matrix of decisions" },
            h("table", { class: "matrix" },
                h("thead", {},
                    h("tr", {}, h("td"), groups.map(([group]) =>
                        h("th", { colspan: columns.filter((each) => each.group === group).length, scope: "colgroup" }, group))),
                    h("tr", {}, h("td"), columns.map(({ column }) => h("th", { scope: "col" }, short(column))))),
                h("tbody", {}, conditions.map((condition) =>
                    h("tr", {}, h("th", { scope: "row" }, condition), columns.map((column) => button(column, condition))))))),
    );
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

function list() {
    const found = chosen();
    document.getElementById("everything").hidden = selection.cell === null;
    document.getElementById("counted").textContent =
        `${found.length.toLocaleString("en-GB")} of ${count(rows.length, "scenario")}${selection.cell ? ` (${selection.cell.label})` : ""}`;
    const target = document.getElementById("list");
    target.replaceChildren();
    more(target, found, 0);
    if (found.length === 1) toggle(target.querySelector(".row"), found[0]);
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

async function toggle(button, row) {
    const article = button.closest("article");
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    article.classList.toggle("open", !open);
    if (open) {
        article.querySelector(".detail").remove();
        return;
    }
    const detail = h("div", { class: "detail" }, "\u2026");
    article.append(detail);
    detail.replaceChildren(...scenario(row, await detailOf(row.number)));
}

/** Decode one scenario's detail. */
async function detailOf(number) {
    const octets = Uint8Array.from(atob(document.getElementById(`s${number}`).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([octets]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const detail = named("ScenarioDetail", JSON.parse(await new Response(stream).text()));
    return {
        ...detail,
        began: new Date(detail.began),
        loaded: new Date(detail.loaded),
        checks: detail.checks.map(({ check, ...shown }) => ({ ...check, ...shown })),
    };
}

// --- one scenario ----------------------------------------------------------------------------------------------------

function scenario(row, { began, loaded, entries, checks }) {
    const link = (name) => h("a", { href: encodeURIComponent(name) }, name);
    return [
        h("dl", {},
            h("dt", {}, "Home"), h("dd", {}, `${row.cohort}, ${row.installation_type}; rules ${row.rules}`),
            h("dt", {}, "The rules allow"), h("dd", {}, row.expected.map((each) => [chip(each), " "]), `because ${row.because}`),
            h("dt", {}, "Decided"), h("dd", {}, chip(row.decision)),
            h("dt", {}, "Seed"), h("dd", { class: "mono" }, row.seed),
            h("dt", {}, "On the air"), h("dd", {}, `${count(row.frames, "frame")}. `,
                row.capture ? ["Capture ", link(row.capture), ", keys ", link(row.keys)] : "No capture was kept; verify --capture PATTERN keeps it.")),
        row.violations.length || row.unmet.length
            ? h("ul", { class: "violations" },
                row.violations.map((each) => h("li", {}, h("b", {}, each.property), `: ${each.text} `,
                    h("small", {}, `[${each.rule}]`), shownBy(began, each.frames, checks, row.capture))),
                row.unmet.map((each) => h("li", {}, h("b", {}, "expectation"), `: ${each}`)))
            : "",
        h("h3", {}, "What happened"),
        h("div", { class: "scroll drawing", tabindex: "0" }, timeline(began, loaded, entries)),
        h("details", { class: "events" }, h("summary", {}, `In words: ${count(entries.length, "event")}`),
            h("ol", { class: "events" }, entries.map((each) =>
                h("li", {}, h("time", {}, sinceLoaded(began, loaded, each.start)), `${each.text}${each.end !== null && each.lane === "faults" ? `, until ${sinceLoaded(began, loaded, each.end)}` : ""}`)))),
        h("h3", {}, "What the checks rest on"),
        h("div", { class: "scroll drawing", tabindex: "0" }, sequence(began, checks)),
        checks.map((check) => frameset(began, check)),
    ].flat().filter(Boolean);
}

/** A time of the story: date and time, and the seconds since the capture began, as Wireshark shows them. */
const when = (began, seconds) =>
    `${new Date(began.getTime() + Math.round(seconds * 1000)).toISOString().slice(0, 23).replace("T", " ")} (+${seconds.toFixed(3)} s)`;
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
    const svg = s("svg", { viewBox: `0 0 ${width} ${bottom + 6}`, role: "img", "aria-label": "Timeline of faults, checks, suppliers and the controller" },
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
function sequence(began, checks) {
    const places = ["head end", "hub", "esme", "gsme", ...new Set(checks.flatMap((check) => check.frames.flatMap((frame) => [frame.sender, frame.receiver]))
        .values())].filter((place, index, all) => all.indexOf(place) === index);
    const [width, gap, top] = [1060, 22, 34];
    const x = (place) => 110 + places.indexOf(place) * ((width - 330) / Math.max(places.length - 1, 1));
    const lines = checks.flatMap((check) => [
        { head: check },
        { from: "head end", to: "hub", text: `check ${check.attempt}` },
        ...between(check),
        { from: "hub", to: "head end", text: check.verdict + (check.code ? ` ${check.code}` : ""), verdict: check.verdict },
    ]);
    const bottom = top + lines.length * gap + 10;
    const arrow = ({ from, to, text, verdict }, y) => {
        const [a, b] = [x(from), x(to)];
        const direction = Math.sign(b - a);
        return s("g", {},
            s("line", { x1: a, x2: b - direction * 7, y1: y, y2: y, class: "arrow" }),
            s("path", { d: `M${b} ${y}l${-direction * 8} -4v8z`, class: verdict ? `k-${verdict}` : "head" }),
            s("text", { x: (a + b) / 2, y: y - 4, "text-anchor": "middle" }, text));
    };
    return s("svg", { viewBox: `0 0 ${width} ${bottom}`, role: "img", "aria-label": "Sequence diagram of the frames of the checks" },
        places.map((place) => [
            s("text", { x: x(place), y: 14, "text-anchor": "middle", "font-weight": "650" }, place === "esme" || place === "gsme" ? place.toUpperCase() : place),
            s("line", { x1: x(place), x2: x(place), y1: 20, y2: bottom, class: "life" }),
        ]),
        lines.map((line, index) => {
            const y = top + index * gap + 12;
            if (line.head) {
                return [s("rect", { x: 0, y: y - 14, width, height: gap - 2, class: "band" }),
                    s("text", { x: 4, y: y + 1, class: "q" }, `check ${line.head.attempt}, ${when(began, line.head.start)}: ${line.head.detail}`)];
            }
            if (line.silence) {
                return s("g", { class: "silence" },
                    s("path", { d: `M${x(line.silence) - 5} ${y - 9}l10 10m0 -10l-10 10` }),
                    s("text", { x: x(line.silence) + 12, y }, "no data frame from it"));
            }
            return line.note ? s("text", { x: 4, y, class: "q" }, line.note) : arrow(line, y);
        }));
}

/** What is drawn between the beginning and the end of a check. */
function between({ frames, gap, left_out, verdict, answered }) {
    if (left_out) {
        return [...runs(frames.slice(0, gap)), { note: `${count(left_out, "frame")} not shown` }, ...runs(frames.slice(gap))];
    }
    if (verdict !== "fail" || answered) return runs(frames);
    // The GSME was waited for where the others were quiet the longest.
    const pauses = frames.slice(1).map((frame, index) => frame.time - frames[index].time);
    const quiet = pauses.indexOf(Math.max(...pauses)) + 1;
    return [...runs(frames.slice(0, quiet)), { silence: "gsme" }, ...runs(frames.slice(quiet))];
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

function frameset(began, check) {
    return h("details", { class: "frameset" },
        h("summary", {}, `Check ${check.attempt}: `, h("b", { class: `v-${check.verdict}` }, check.verdict + (check.code ? ` ${check.code}` : "")),
            `, ${count(check.frames.length + check.left_out, "frame")}`),
        frameTable([
            ...check.frames.slice(0, check.gap).map((frame) => frameRow(began, frame)),
            ...(check.left_out ? [h("tr", {}, h("td", { colspan: 4, class: "left-out" }, `${count(check.left_out, "frame")} not shown`))] : []),
            ...check.frames.slice(check.gap).map((frame) => frameRow(began, frame)),
        ]));
}

/** The frames that show a violation, as far as they are taken apart here. */
function shownBy(began, numbers, checks, capture) {
    if (!numbers.length) return "";
    const wanted = new Set(numbers);
    const found = checks.flatMap((check) => check.frames.filter((frame) => wanted.has(frame.number)));
    const left = wanted.size - found.length;
    return h("details", { class: "evidence" }, h("summary", {}, `shown by ${count(wanted.size, "frame")}`),
        frameTable(found.map((frame) => frameRow(began, frame))), left ? h("p", {}, `and ${left} more${capture ? ", which are in the capture" : ""}`) : "");
}

const frameTable = (lines) =>
    h("table", { class: "frames" },
        h("colgroup", {}, ["number", "time", "way", "line"].map((name) => h("col", { class: name }))), h("tbody", {}, lines));

function frameRow(began, frame) {
    return h("tr", {},
        h("td", {}, `#${frame.number}`),
        h("td", {}, when(began, frame.time)),
        h("td", {}, `${frame.sender} \u2192 ${frame.receiver}`),
        h("td", {}, h("details", {}, h("summary", {}, frame.line),
            h("div", { class: "layers" }, frame.layers.map(([name, fields]) =>
                h("div", {}, h("b", {}, name), fields.map(([key, value]) => [h("span", {}, `  ${key.replaceAll("_", " ")} `), value])))))));
}

masthead();
summary();
matrix();
filters();
list();

// Draws the report from the data that the page carries. Text from outside only ever becomes text, never markup.

const data = (id) => JSON.parse(document.getElementById(id).textContent);
const head = data("head");
const shapes = data("shapes");

/** An object from the values of one `kind`, whose fields the page names once. */
function named(kind, values) {
    return Object.fromEntries(Object.entries(shapes[kind]).map(([name, inner], index) =>
        [name, inner === null ? values[index] : values[index].map((each) => named(inner, each))]));
}

/** The cases: those that failed, those whose failure is tolerated, and the others. */
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
    rows = [...read.filter(fails), ...read.filter(isTolerated), ...read.filter((row) => row.as_expected)];
}

const isTolerated = (row) => !row.as_expected && row.tolerated_until !== null;
const fails = (row) => !row.as_expected && row.tolerated_until === null;

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
/** What the letters of a row such as `fpwef` stand for: what its checks find, one after the other. */
const FINDINGS = {
    p: "pass", f: "fail: the gas meter is dead", e: "inconclusive: the electricity meter is dead", w: "inconclusive: the WAN is down",
    b: "inconclusive: a fault of the bench",
};
const PAGE = 100;
/** Columns of the matrix that A4 has room for. */
const PRINTED = 20;

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

function verdictOf(wrong, failing, told, held, tolerated) {
    const known = tolerated ? ` ${count(tolerated, "failure is", "failures are")} tolerated: see below.` : "";
    const weaker = known + (told ? ` ${count(told, "violation")} of a weaker basis: told below, failing nothing.` : "");
    if (tolerated && !wrong) return `No new failure.${weaker}`;
    if (wrong) return `${count(wrong, "scenario")} did not go as the rules demand (${count(failing, "violation")}).${weaker}`;
    return told ? `No violation up to the basis held to (${held}).${weaker}` : "Every decision was one that the rules allow.";
}

function summary() {
    const { scenarios, as_expected: good, violations, checks, frames } = head.totals;
    const tolerated = rows.filter(isTolerated);
    const held = rows[0]?.hold_to ?? "";
    const told = rows.flatMap((row) => row.violations.filter((each) => isTold(row, each)).map((violation) => ({ row, violation })));
    const both = head.outcomes["migrate-both"] ?? 0;
    const partial = head.outcomes["migrate-esme-only"] ?? 0;
    const wrong = scenarios - good - tolerated.length;
    const failing = rows.filter(fails).reduce((sum, row) => sum + row.violations.filter((each) => !isTold(row, each)).length, 0);
    const tone = wrong ? "bad" : told.length || tolerated.length || head.missing ? "told" : "good";
    document.getElementById("summary").append(
        h("p", { class: `banner ${tone}`, id: "verdict" }, verdictOf(wrong, failing, told.length, held, tolerated.length)),
        head.missing ? h("p", { class: "banner bad", id: "missing" }, `${head.missing}. The run has no verdict yet.`) : "",
        held && held !== head.bases.at(-1)
            ? h("p", { class: "words", id: "held" }, `The run was held to ${held}: only violations of the bases ${head.bases.slice(0, head.bases.indexOf(held) + 1).join(", ")} fail it.`)
            : "",
        toldViolations(told) ?? "",
        h("p", { class: "words" },
            `${count(scenarios, "migration was", "migrations were")} run on emulated homes: ${count(frames, "radio frame")}, `,
            `${count(checks, "HAN-connectivity check")}. ${count(both, "home was", "homes were")} migrated whole, `,
            `${partial.toLocaleString("en-GB")} without the gas meter, ${(scenarios - both - partial).toLocaleString("en-GB")} not now or not at all.`),
        h("ul", { class: "tiles" }, [
            [scenarios, "scenarios"], [good, "as expected"], ...(tolerated.length ? [[tolerated.length, "tolerated"]] : []), [violations, "violations"], [checks, "checks"], [frames, "frames"],
        ].map(([number, what]) => h("li", {}, h("b", {}, number.toLocaleString("en-GB")), h("span", {}, what)))),
    );
}

/** The failures that are tolerated: a section of their own, if there are any. */
function toleratedFailures() {
    const tolerated = rows.filter(isTolerated);
    if (!tolerated.length) return;
    const most = 100;
    const said = (row) => [...new Set(row.violations.filter((each) => !isTold(row, each)).map((each) => each.property))].join(", ")
        || row.difference || row.unmet.join("; ");
    document.getElementById("matrix").before(
        h("section", { id: "tolerated", "aria-labelledby": "tolerated-h" },
            h("h2", { id: "tolerated-h" }, "Tolerated failures"),
            h("p", { class: "words" }, `${count(tolerated.length, "case")} failed as in an earlier run (--against), and may until ${tolerated[0].tolerated_until}.`),
            h("ul", {},
                tolerated.slice(0, most).map((row) => h("li", {}, h("a", { href: linkTo(row) }, row.id), `: ${said(row)}`)),
                tolerated.length > most ? h("li", {}, `${count(tolerated.length - most, "more case")}: choose \u201ctolerated\u201d below.`) : "")));
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
    const groups = [...groupBy(rows, (row) => `${row.cohort} ${row.installation_type}`)].map(([group, members]) =>
        ({ group, columns: [...new Set(members.map((row) => row.place.column))].sort() })).sort((a, b) => (a.group < b.group ? -1 : 1));
    const cells = groupBy(rows, (row) => `${row.cohort} ${row.installation_type}|${row.place.column}|${row.place.row}`);
    const conditions = [...new Set(rows.map((row) => row.place.row))].sort(byCourse);
    return { groups, cells, conditions };
}

const isCourse = (condition) => [...condition].every((letter) => letter in FINDINGS);

/** Courses of findings first, the short ones before the long ones; then the names of faults. */
function byCourse(a, b) {
    return isCourse(b) - isCourse(a) || (isCourse(a) ? a.length - b.length : 0) || (a < b ? -1 : 1);
}

/** What letters, marks and rows of the matrix mean. */
function legend(conditions) {
    const used = Object.keys(OUTCOMES).filter((outcome) => rows.some((row) => row.decision === outcome));
    const found = new Set(conditions.filter(isCourse).flatMap((condition) => [...condition]));
    return [
        h("ul", { class: "legend", id: "letters" }, used.map((outcome) =>
            h("li", {}, h("i", { class: `o o-${outcome}` }, OUTCOMES[outcome][0]), `${outcome}: ${OUTCOMES[outcome][1]}`)),
            rows.some(fails) ? h("li", {}, h("i", {}, "!"), " some case with this outcome did not go as expected") : "",
            rows.some(isTolerated) ? h("li", {}, h("i", {}, "~"), " some case with this outcome fails in a way that is tolerated") : ""),
        found.size ? h("ul", { class: "legend", id: "findings" }, h("li", {}, "Rows of letters are what the checks find, in order:"),
            Object.keys(FINDINGS).filter((letter) => found.has(letter)).map((letter) => h("li", {}, h("i", {}, letter), ` ${FINDINGS[letter]}`))) : "",
    ];
}

/** The mark behind an outcome's letter: of the cases in a cell with this outcome. */
const markOf = (members) => (members.some(fails) ? "!" : members.some(isTolerated) ? "~" : "");
const isWrong = (members) => members.some(fails);

function drawMatrix({ groups, cells, conditions }) {
    document.getElementById("matrix").append(
        ...legend(conditions).filter(Boolean),
        h("div", { class: "scroll on-screen", tabindex: "0", role: "region", "aria-label": "Matrix of decisions" },
            matrixTable(groups, conditions, cells, (members, label, letters) => h("button", {
                type: "button", class: isWrong(members) ? "wrong" : null, title: label, "aria-label": label, "aria-pressed": "false",
                onclick: (event) => choose(event.currentTarget, members, label),
            }, letters))),
    );
}

/** The matrix once more, in parts that fit a page; only print shows it. */
function drawPrintedMatrix({ groups, cells, conditions }) {
    document.getElementById("matrix").append(
        h("div", { class: "in-print" }, pages(groups).map((part) => matrixTable(part, conditions, cells, (members, label, letters) =>
            h("span", { class: isWrong(members) ? "cell wrong" : "cell" }, letters)))));
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
        const outcomes = Object.keys(OUTCOMES).filter((outcome) => members.some((row) => row.decision === outcome));
        const [wrong, tolerated] = [fails, isTolerated].map((kind) => members.filter(kind).length);
        const label = `${condition}, ${group}, ${column}: ${outcomes.join(", ")}${wrong ? `; ${wrong} not as expected` : ""}${tolerated ? `; ${tolerated} tolerated` : ""}`;
        return h("td", {}, cell(members, label, outcomes.map((outcome) =>
            h("span", { class: `o o-${outcome}` }, OUTCOMES[outcome][0] + markOf(members.filter((row) => row.decision === outcome))))));
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
    const options = [["all", "all"], ["wrong", "not as expected"], ...(rows.some(isTolerated) ? [["tolerated", "tolerated"]] : []), ...Object.keys(OUTCOMES).map((name) => [name, name === "none" ? "no decision" : name])];
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

const SHOWN = { all: () => true, wrong: fails, tolerated: isTolerated };

function chosen() {
    const words = selection.text.split(/\s+/).filter(Boolean);
    return rows.filter((row) =>
        (selection.cell === null || selection.cell.numbers.has(row.number))
        && (SHOWN[selection.show]?.(row) ?? row.decision === selection.show)
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
        type: "button", class: `row${fails(row) ? " wrong" : isTolerated(row) ? " tolerated" : ""}`, "aria-expanded": "false", onclick: () => toggle(button, row),
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
        if (rows.length && fails(rows[0])) await open(rows[0]);
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
            row.tolerated_until ? [h("dt", {}, "Tolerated"), h("dd", {}, `until ${row.tolerated_until}: it failed so in an earlier run`)] : "",
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

/** Frames between lifelines; runs of the same frame are one arrow, but none across frames that are left out. */
function sequence(row, began, stages) {
    const drawn = stages.flatMap((stage) => stage.lines);
    const places = [...new Set(["head end", "hub", "esme", "gsme", ...drawn.filter((line) => line.from).flatMap((line) => [line.from, line.to])])];
    const lines = stages.flatMap((stage) => [
        { head: headOf(began, stage) },
        { from: "head end", to: "hub", text: stage.name },
        ...stage.lines,
        { from: "hub", to: "head end", text: stage.result, verdict: stage.kind },
    ]);
    return lifelines("Sequence diagram of the frames of checks and commissionings", places, lines, (make, number, ...children) =>
        frameLink(make, row, number, ...children));
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

async function draw() {
    await readIndex();
    masthead();
    summary();
    toleratedFailures();
    const decided = matrix();
    drawMatrix(decided);
    filters();
    await list();
    await follow();
    drawPrintedMatrix(decided);
    addEventListener("hashchange", follow);
}

draw();

// Draws the report of a campaign: campaign_file.js in the file that carries its data, serve/page/campaign_live.js in a page
// that is drawn again as the campaign is played. Elements that keep their identity then have a data-key.

const number = (value) => value.toLocaleString("en-GB");
/** Controllers and devices that are listed at once. */
const FEW = 20;
const RED = { class: "unreached v-fail" };
const STACKED = { class: "who stacked" };
const FLOWING = { class: "who stacked flowing" };

/** A table: names of columns, those of numbers with a hash in front, and rows of cells. Where it is narrow, `STACKED`: one below the other; `FLOWING`: as the words of a line. */
function plainTable(columns, rows, attributes = {}) {
    const kinds = columns.map((name) => (name.startsWith("#") ? "count" : ""));
    const { class: kind, ...others } = { class: "who", ...attributes };
    return h("div", { class: "scroll", tabindex: "0" }, h("table", { class: `${kind} fitting`, ...others },
        h("thead", {}, h("tr", {}, columns.map((name, place) => h("th", { scope: "col", class: kinds[place] }, name.replace("#", ""))))),
        h("tbody", {}, rows.map(({ cells, ...row }) => h("tr", row, cells.map((cell, place) =>
            h("td", { class: kinds[place], "data-of": columns[place].replace("#", "") }, typeof cell === "number" ? number(cell) : cell)))))));
}

const mastheadOf = (report, headline) => [h("h1", {}, `Campaign ${report.name}`), h("p", {}, headline),
    h("p", {}, `spec ${report.spec_hash}; hanbench ${report.hanbench} (source ${report.source}), Python ${report.python}`)];
const FOOT = "Cases are numbered from 0; hanbench campaign replay NUMBER plays one again, with capture and trace.";

function result(report) {
    const failed = (report.verdicts.violation ?? 0) + (report.verdicts.crashed ?? 0) + report.alarms.length;
    const part = report.played < report.size;
    const names = [...new Set(Object.values(report.controllers).flatMap(Object.keys))];
    return [
        h("p", { class: `banner ${failed ? "bad" : part || report.unreached.length ? "told" : "good"}`, id: "ruling" },
            failed ? "Not as expected" : "No violation", part ? `; ${number(report.size - report.played)} cases are still to be played` : ""),
        report.unreached.length ? h("p", { class: `banner ${part ? "told" : "bad"}`, id: "unreached" },
            `Nothing is said ${part ? "so far " : ""}about ${count(report.unreached.length, "property", "properties")}: no case came to the side on which a violation would show.`) : "",
        h("ul", { class: "tiles" }, Object.entries(report.verdicts).map(([what, cases]) => h("li", {}, h("b", {}, number(cases)), h("span", {}, what === "violation" && cases !== 1 ? "violations" : what)))),
        plays(report),
        report.alarms.length ? plainTable(["#case", "stored", "came again"], report.alarms.map((cells) => ({ ...RED, cells }))) : "",
        h("details", { "data-key": "controllers", ...(Object.keys(report.controllers).length > FEW ? {} : { open: "" }) }, h("summary", {}, "Controllers and devices"),
            plainTable(["", ...names.map((name) => `#${name}`)], Object.entries(report.controllers).map(([name, verdicts]) =>
                ({ cells: [name, ...names.map((each) => verdicts[each] ?? 0)] }))))];
}

/** What was played, and the whole spec with its defaults. */
const plays = (report) => h("div", { class: "detail", id: "plays" }, h("dl", {}, Object.entries(report.plays).map(([key, words]) => [h("dt", {}, key), h("dd", {}, words)])),
    h("details", { "data-key": "spec" }, h("summary", {}, "The whole spec"), h("pre", { class: "mono" }, JSON.stringify(report.spec, null, 1))));

function failures(report) {
    return [
        report.clusters.length ? "" : h("p", {}, "Nothing failed."),
        report.clusters.map((each) => h("article", { class: "open detail", "data-key": `cluster-${each.id}` },
            h("h3", { class: "kind" }, `${count(each.cases, "case")}: ${each.property}`),
            h("ul", { class: "violations" }, h("li", {}, each.text, " ", h("small", {}, `[${each.rule}]`))),
            h("dl", {}, [["controller or device", each.controller], ["faults", each.fault], ["decided", each.outcome || "\u2013"],
                ["first case", `${number(each.first)}: ${each.case}, seed ${each.seed}`]].map(([key, value]) => [h("dt", {}, key), h("dd", {}, value)])),
            h("p", {}, "Again: ", h("code", { class: "command" }, each.replay)),
            each.example ? h("details", {}, h("summary", {}, "The shortest story that was found"),
                h("p", {}, h("code", { class: "command" }, each.example.command), each.example.steady ? "" : " The controller did not answer the same when it was asked again."),
                h("pre", { class: "mono" }, each.example.scenario)) : "")),
        report.more_clusters ? h("p", {}, `and ${number(report.more_clusters)} more kinds of failures: the store has them.`) : ""];
}

function properties(report) {
    return [
        report.properties.length ? "" : h("p", {}, "No case of this campaign is a migration."),
        plainTable(["property", "says", "rests on", "#had something to judge", "#put to the test", "#violated"],
            report.properties.map((each) => ({ ...(each.interesting ? {} : RED),
                cells: [h("code", {}, each.property), each.title, each.rule, each.evaluated, each.interesting, each.violated] })), STACKED)];
}

function situations(report) {
    const decisions = [...new Set(report.situations.flatMap((each) => Object.keys(each.decisions)))];
    const missed = report.situations.filter((each) => !Object.keys(each.decisions).length);
    return [
        h("p", { class: "words" }, `Cases by the rules in force at their end, the installation, and what a supplier said last. ${count(missed.length, "combination")} of ${report.situations.length} had no case.`),
        plainTable(["rules", "installation", "said last", ...decisions.map((each) => `#${each}`)], report.situations.map((each) => ({
            ...(Object.keys(each.decisions).length ? {} : RED), cells: [each.rules, each.type, each.said, ...decisions.map((name) => each.decisions[name] ?? 0)] })), FLOWING)];
}

/** The matrix of pairs: darker means more cases, on a scale of powers of ten; an empty cell: they never met. */
function matrix(names, pairs) {
    // A label is about 6.6 wide a character; those above lean to the right by 60 degrees, the last one beyond the cells.
    const longest = 6.6 * Math.max(...names.map((name) => name.length));
    const [cell, left, top, right] = [15, longest + 10, longest * 0.87 + 16, longest * 0.5 + 12];
    const size = names.length * cell;
    const most = Math.max(1, ...pairs.map((each) => Math.log10(each.cases + 1)));
    const at = Object.fromEntries(names.map((name, place) => [name, place]));
    return s("svg", { viewBox: `0 0 ${left + size + right} ${top + size + 4}`, width: left + size + right, role: "img", "aria-label": "Matrix of pairs of faults" },
        names.map((name, place) => [
            s("text", { x: left - 6, y: top + place * cell + 11, "text-anchor": "end" }, name),
            s("text", { transform: `translate(${left + place * cell + 11} ${top - 6}) rotate(-60)` }, name)]),
        s("rect", { x: left, y: top, width: size, height: size, class: "band" }),
        pairs.flatMap((each) => (each.first === each.second ? [[each.first, each.second]] : [[each.first, each.second], [each.second, each.first]]).map(([a, b]) =>
            s("rect", { x: left + at[b] * cell + 1, y: top + at[a] * cell + 1, width: cell - 2, height: cell - 2,
                class: each.failed ? "k-errs" : "k-pass", opacity: (0.2 + 0.8 * Math.log10(each.cases + 1) / most).toFixed(2) },
            s("title", {}, a === b ? `${a}: ${count(each.cases, "case")}, ${number(each.failed)} failed` : `${a} with ${b}: ${count(each.cases, "case")}, ${number(each.failed)} failed`)))));
}

function faults(report) {
    const names = report.faults;
    const met = report.pairs.filter((each) => each.first !== each.second).length;
    const possible = names.length * (names.length - 1) / 2;
    return [
        names.length ? h("p", { class: "words" }, `${count(names.length, "fault")}; ${number(met)} of ${number(possible)} pairs of them were there in one case. The diagonal is a fault by itself; darker is more cases, red had failures.`) : h("p", {}, "No case had a fault."),
        report.unmet_faults.length ? h("p", { class: "v-fail", id: "unmet" }, `No case had: ${report.unmet_faults.join(", ")}.`) : "",
        names.length ? h("div", { class: "scroll", tabindex: "0" }, matrix(names, report.pairs)) : "",
        names.length ? h("details", { "data-key": "pairs-table" }, h("summary", {}, "As a table"), plainTable(["fault", "with", "#cases", "#failed"],
            report.pairs.map((each) => ({ cells: [each.first, each.first === each.second ? "\u2013" : each.second, each.cases, each.failed] })))) : ""];
}

function times(report) {
    const [width, height, bars] = [1060, 160, 60];
    const last = report.hours.length ? report.hours.at(-1)[0] + 1 : 0;
    const per = Math.max(1, Math.ceil(last / bars));
    const sums = Array.from({ length: Math.ceil(last / per) }, () => 0);
    for (const [hour, cases] of report.hours) sums[Math.floor(hour / per)] += cases;
    const most = Math.max(1, ...sums);
    const wide = width / Math.max(1, sums.length);
    return [
        h("p", { class: "words" }, Object.entries(report.quantiles).map(([share, hours]) => `${share} within ${number(hours)} h`).join(", ") || "No case was decided.", " of the HAN's clock, from the loading of the installation."),
        last ? s("svg", { viewBox: `0 0 ${width} ${height + 20}`, role: "img", "aria-label": "Distribution of the times to a decision" },
            sums.map((cases, place) => s("rect", { x: place * wide + 1, y: height - height * cases / most, width: Math.max(1, wide - 2), height: height * cases / most, class: "k-pass" },
                s("title", {}, `${place * per} to ${(place + 1) * per} h: ${count(cases, "case")}`))),
            s("text", { x: 0, y: height + 15, class: "q" }, "0 h"),
            s("text", { x: width, y: height + 15, class: "q", "text-anchor": "end" }, `${number(sums.length * per)} h`)) : ""];
}

function slowest(report) {
    return [plainTable(["#case", "id", "seed", "controller or device", "#ms of real time", "#s of the HAN's clock"],
        report.slowest.map((each) => ({ cells: [each.number, each.case, each.seed, each.by, Math.round(each.wall_ms), each.virtual_s] })), STACKED)];
}

function sessions(report) {
    return [plainTable(["began", "#seconds", "workers", "#cases", "#workers that died", "ended"],
        report.sessions.map((each) => ({ cells: [new Date(each.began * 1000).toISOString().slice(0, 19).replace("T", " "), Math.round(each.seconds),
            each.workers, each.cases, each.worker_deaths, each.ended || "killed, or still playing"] })), STACKED)];
}

/** The sections of a report: id, heading, and what draws them. */
const SECTIONS = [
    ["result", "Result", result],
    ["failures", "What failed", failures],
    ["properties", "What was put to the test", properties],
    ["situations", "Rules, installations and statements", situations],
    ["pairs", "Faults that met", faults],
    ["times", "Time to a decision", times],
    ["slowest", "Slowest cases", slowest],
    ["sessions", "Sessions", sessions],
];

const sectionsOf = (report) => SECTIONS.map(([id, heading, draw]) =>
    h("section", { id, "aria-labelledby": `${id}-h`, "data-key": id }, h("h2", { id: `${id}-h` }, heading), draw(report)));

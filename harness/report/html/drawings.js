"use strict";
// What the pages of hanbench draw: timelines, sequences of frames, tables of frames. Text from outside only ever becomes
// text, never markup.

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
/** The date of a text with microseconds, rounded to milliseconds as everywhere. */
function momentOf(text) {
    const [, whole, fraction = "0", zone] = /^([^.]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(text);
    return new Date(new Date(whole + zone).getTime() + Math.round(Number(`0.${fraction}`) * 1000));
}

const shownTime = (date) => date.toISOString().slice(0, 23).replace("T", " ");
/** A time of the story: date and time, and the seconds since the capture began, as Wireshark shows them. */
const when = (began, seconds) => `${shownTime(new Date(began.getTime() + Math.round(seconds * 1000)))} (+${seconds.toFixed(3)} s)`;
const sinceLoaded = (began, loaded, seconds) => when(began, (loaded - began) / 1000 + seconds);
function dayName(loaded, day) {
    const date = new Date(loaded.getTime() + day * 86400000);
    return Number.isInteger(day)
        ? date.toLocaleDateString("en-GB", { day: "numeric", month: "short", timeZone: "UTC" })
        : date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
}
/** The lanes of a story: name, label, and how its entries are drawn. */
const LANES = [["faults", "broken", "bar"], ["checks", "checks", "box"], ["suppliers", "suppliers", "mark"], ["controller", "controller", "mark"]];
/** Kinds of marks that have no room for their labels. */
const UNLABELLED = ["asks", "commissions"];
/** Days between two ticks. */
const DAYS = [1, 2, 5, 10, 30];

/** Lanes over the days: bars for what lasts, marks for moments. */
function timeline(began, loaded, entries, lanes = LANES, ticksAt = DAYS, label = "Timeline of faults, checks, suppliers and the controller") {
    const [left, right, width, lane, top] = [84, 160, 1060, 34, 22];
    const last = Math.max(3600, ...entries.map((each) => each.end ?? each.start)) * 1.02;
    const x = (seconds) => left + (seconds / last) * (width - left - right);
    // Several faults at once lie one above the other.
    const tracks = Object.fromEntries(lanes.map(([name]) => [name, []]));
    const drawnAs = Object.fromEntries(lanes.map(([name, , shape]) => [name, shape]));
    const placed = entries.map((each) => {
        const [from, to] = [x(each.start), Math.max(x(each.end ?? each.start), x(each.start) + 4)];
        const free = tracks[each.lane];
        let track = drawnAs[each.lane] === "bar" ? free.findIndex((until) => until <= from) : 0;
        if (track < 0) track = free.length;
        free[track] = to;
        return { ...each, from, to, track };
    });
    const heights = lanes.map(([name]) => Math.max(1, tracks[name].length) * lane);
    const tops = heights.map((_, index) => top + heights.slice(0, index).reduce((a, b) => a + b, 0));
    const bottom = top + heights.reduce((a, b) => a + b, 0);
    const step = ticksAt.find((days) => last / 86400 / days <= 12) ?? 60;
    const ticks = Array.from({ length: Math.floor(last / 86400 / step) + 1 }, (_, index) => index * step);
    const svg = s("svg", { viewBox: `0 0 ${width} ${bottom + 6}`, role: "group", "aria-label": label },
        lanes.map(([, name], index) => [
            index % 2 ? "" : s("rect", { x: 0, y: tops[index], width, height: heights[index], class: "band" }),
            s("text", { x: 4, y: tops[index] + 22, class: "q" }, name),
        ]),
        ticks.map((day) => [
            s("line", { x1: x(day * 86400), x2: x(day * 86400), y1: top - 4, y2: bottom, class: "grid" }),
            s("text", { x: x(day * 86400) + 3, y: 13, class: "q" }, dayName(loaded, day)),
        ]));
    const ends = {};
    for (const each of placed) {
        const y = tops[lanes.findIndex(([name]) => name === each.lane)] + each.track * lane;
        const title = s("title", {}, `${sinceLoaded(began, loaded, each.start)}  ${each.text}`);
        if (drawnAs[each.lane] === "bar") {
            svg.append(s("g", {}, title, s("rect", { x: each.from, y: y + 7, width: each.to - each.from, height: 20, class: `k-${each.kind}` }),
                each.to - each.from > each.label.length * 7 ? s("text", { x: each.from + 6, y: y + 21, class: "on" }, each.label) : ""));
        } else if (drawnAs[each.lane] === "box") {
            const wide = Math.max(each.to - each.from, 18);
            svg.append(s("g", {}, title, s("rect", { x: each.from, y: y + 7, width: wide, height: 20, class: `k-${each.kind}` }),
                s("text", { x: each.from + wide / 2, y: y + 21, "text-anchor": "middle", class: "on" }, each.label)));
        } else {
            const free = (ends[each.lane] ?? 0) <= each.from;
            const shown = free && !UNLABELLED.includes(each.kind) ? each.label : "";
            svg.append(s("g", {}, title, s("path", { d: `M${each.from} ${y + 10}l6 7l-6 7l-6 -7z`, class: `k-${each.kind}` }),
                shown ? s("text", { x: each.from + 10, y: y + 21 }, shown) : ""));
            if (shown) ends[each.lane] = each.from + 14 + shown.length * 7;
        }
    }
    return svg;
}

/** Arrows between the lifelines of places. `link(make, number, ...children)` makes a reference to a frame. */
function lifelines(label, places, lines, link) {
    const [width, gap, top] = [1060, 22, 34];
    const x = (place) => 110 + places.indexOf(place) * ((width - 330) / Math.max(places.length - 1, 1));
    const bottom = top + lines.length * gap + 10;
    const arrow = ({ from, to, text, verdict, number }, y) => {
        const [a, b] = [x(from), x(to)];
        const direction = Math.sign(b - a);
        const parts = [
            s("line", { x1: a, x2: b - direction * 7, y1: y, y2: y, class: "arrow" }),
            s("path", { d: `M${b} ${y}l${-direction * 8} -4v8z`, class: verdict ? `k-${verdict}` : "head" }),
            s("text", { x: (a + b) / 2, y: y - 4, "text-anchor": "middle" }, text)];
        return number === undefined ? s("g", {}, ...parts) : link(s, number, ...parts);
    };
    return s("svg", { viewBox: `0 0 ${width} ${bottom}`, role: "group", "aria-label": label },
        places.map((place) => [
            s("text", { x: x(place), y: 14, "text-anchor": "middle", "font-weight": "650" }, placeName(place)),
            s("line", { x1: x(place), x2: x(place), y1: 20, y2: bottom, class: "life" }),
        ]),
        lines.map((line, index) => {
            const y = top + index * gap + 12;
            if (line.head) {
                return [s("rect", { x: 0, y: y - 14, width, height: gap - 2, class: "band" }),
                    s("text", { x: 4, y: y + 1, class: "q" }, line.head)];
            }
            if (line.silence) {
                return s("g", { class: "silence" },
                    s("path", { d: `M${x(line.silence) - 5} ${y - 9}l10 10m0 -10l-10 10` }),
                    s("text", { x: x(line.silence) + 12, y }, "no data frame from it"));
            }
            return line.note ? s("text", { x: 4, y, class: "q" }, line.note) : arrow(line, y);
        }));
}

const placeName = (place) => (place === "esme" || place === "gsme" ? place.toUpperCase() : place);
function runs(frames) {
    const found = [];
    for (const frame of frames) {
        const last = found.at(-1);
        if (last && last.from === frame.sender && last.to === frame.receiver && last.name === frame.name) last.times += 1;
        else found.push({ from: frame.sender, to: frame.receiver, name: frame.name, number: frame.number, times: 1 });
    }
    return found.map((run) => ({ ...run, text: `${run.name}${run.times > 1 ? ` \u00d7${run.times}` : ""}  #${run.number}` }));
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

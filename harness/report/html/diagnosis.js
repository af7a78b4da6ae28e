// Draws a diagnosis from the data that the page carries.

const found = JSON.parse(document.getElementById("diagnosis").textContent);
const frames = JSON.parse(document.getElementById("frames").textContent);
const began = found.capture.begin === null ? new Date(0) : momentOf(found.capture.begin);
const seconds = (date) => (momentOf(date) - began) / 1000;

const TONES = { "heard well": "good", "supports a HAN failure": "bad", "proves nothing": "told" };
/** Lanes of the timeline, and the kinds of events in each. */
const LANES_OF_CAPTURE = [["silence", "silence", "bar"], ["search", "searches", "mark"], ["meter", "joins", "mark"], ["key", "keys", "mark"], ["report", "reports", "mark"], ["network", "network", "mark"], ["check", "hub reads", "mark"]];
const LANE_OF = { silence: "silence", search: "search", join: "meter", rejoin: "meter", key: "key", mirror: "report", report: "report", poll: "report", network: "network", check: "check" };
const KINDS = { silence: "broken", search: "asks", join: "says", rejoin: "errs", key: "says", mirror: "says", report: "pass", poll: "asks", network: "closes", check: "asks" };
/** Days between two ticks: captures are short. */
const HOURS = [1 / 24, 1 / 12, 1 / 8, 1 / 4, 1 / 2, 1, 2, 5, 10, 30];

const link = (make, number, ...children) => make("a", { href: `#frame-${number}` }, ...children);
const linked = (numbers, count) => [
    numbers.map((number, index) => [index ? ", " : "", link(h, number, `#${number}`)]), count > numbers.length ? " \u2026" : ""];

/** A span of seconds in words. */
function spanned(span) {
    const minutes = Math.floor(span / 60);
    if (minutes < 2) return `${Math.floor(span)} s`;
    return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** What of the capture was not used, a sentence each. */
const leftOut = (capture) => [
    capture.other_networks ? `${count(capture.other_networks, "frame")} of other networks left out` : "",
    capture.damaged ? `${count(capture.damaged, "damaged frame")} left out` : "",
    ...Object.entries(capture.unread).map(([reason, packets]) => `${count(packets, "packet")} not read: ${reason}`),
].filter(Boolean);

const toDo = (action) => h("p", { class: "words todo" }, h("b", {}, "To do: "), action);

function masthead() {
    const { capture } = found;
    document.title = `${capture.file} \u2013 hanbench diagnosis`;
    document.getElementById("masthead").append(
        h("h1", {}, capture.file),
        h("p", {}, `${count(capture.frames, "frame")}${capture.begin === null ? "" : ` in ${spanned(seconds(capture.end))}, from ${shownTime(began)} UTC`}, channel ${capture.channels.join(", ") || "not named"}; ${count(capture.keys, "key")}`,
            capture.key_sources.length ? ` from ${capture.key_sources.join(", ")}` : "", capture.damage ? `; damaged at ${capture.damage}` : ""),
        leftOut(capture).map((text) => h("p", {}, text)));
    document.getElementById("foot").append("Numbers of frames are Wireshark's. Keys are redacted. Why faults form a class: hanbench's docs/diagnose.md.");
}

function verdict() {
    const meter = found.meter;
    document.getElementById("verdict").append(
        h("p", { class: `banner ${TONES[found.verdict]}`, id: "ruling" }, `${found.gsme ?? "gas meter"}: ${found.verdict}`),
        h("p", { class: "words" }, found.why[0].toUpperCase() + found.why.slice(1), "."),
        found.advice ? toDo(found.advice) : "",
        meter === null ? "" : h("ul", { class: "tiles" }, [
            [meter.wakes, "wakes in the capture"], [spanned(meter.wake_interval_s), `between wakes (${meter.wake_interval_from})`],
            [spanned(meter.without_proof_s), "without proof of health"], [spanned(meter.hub_heard_s), "of it with the hub heard"], [spanned(meter.needed_s), "needed to say something"],
            [`${Math.round(100 * meter.sniffer_loss)} %`, "missed by the sniffer"], [`${Math.round(100 * meter.hub_loss)} %`, "of the hub's frames missed since"], [meter.mirror_frame ? `#${meter.mirror_frame}` : "none", "last report in the mirror"],
        ].map(([number, what]) => h("li", {}, h("b", {}, String(number)), h("span", {}, what)))),
        ...found.useless_codes.map((text) => h("p", { class: "words" }, `${text[0].toUpperCase()}${text.slice(1)}`)),
        ...found.unknown_keys.map((each) => h("p", {}, `No key for ${each.key}: ${count(each.count, "frame")}, `, linked(each.frames, each.count))));
}

function fits() {
    document.getElementById("fits").append(
        found.classes.length ? "" : h("p", {}, "No class of faults."),
        h("ol", {}, found.classes.slice(0, 3).map((each) => h("li", {},
            h("b", {}, each.title), each.faults.length ? ` (${each.faults.join(", ")})` : "",
            h("ul", {}, each.signs.map((sign) => h("li", {}, sign.text, sign.frames.length ? [": ", linked(sign.frames, sign.count)] : ""))),
            h("p", { class: "words" }, each.reason), each.action === found.advice ? "" : toDo(each.action)))),
        ...(frames.length ? [h("h4", {}, "The frames that show it"),
            h("div", { class: "scroll drawing wide", tabindex: "0" }, lifelines("Sequence diagram of the frames of the evidence",
                [...new Set(frames.flatMap((frame) => [frame.sender, frame.receiver]))], runs(frames), link)),
            frameTable(frames.map((frame) => { const row = frameRow(began, frame); row.id = `frame-${frame.number}`; return row; }))] : []));
}

function who() {
    const columns = [["device", ""], ["EUI-64", ""], ["frames", "count"], ["RSSI", "count"], ["clusters", ""], ["why", ""]];
    const row = (device) => [device.role, device.eui64, device.frames.toLocaleString("en-GB"),
        device.rssi_dbm === null ? "\u2013" : `${device.rssi_dbm} dBm`, device.clusters.join(", "), device.why];
    document.getElementById("who").append(
        h("div", { class: "scroll" }, h("table", { class: "who" },
            h("thead", {}, h("tr", {}, columns.map(([name, kind]) => h("th", { scope: "col", class: kind }, name)))),
            h("tbody", {}, found.devices.map((device) => h("tr", {}, row(device).map((text, place) =>
                h("td", { class: place === 1 ? "mono" : columns[place][1] }, text))))))));
}

/** Entries in a row that say the same are one. */
function folded(events) {
    const found = [];
    for (const event of events) {
        const last = found.at(-1);
        if (last && last.device === event.device && last.text === event.text) Object.assign(last, { end: event.end, count: last.count + event.count, entries: last.entries + 1 });
        else found.push({ ...event, entries: 1 });
    }
    return found;
}

function told() {
    const entries = found.events.map((event) => ({
        lane: LANE_OF[event.kind], kind: KINDS[event.kind], start: seconds(event.time),
        end: event.kind === "silence" ? seconds(event.end) : null,
        label: event.kind === "silence" ? event.text : "", text: `#${event.frame} ${event.device}: ${event.text}`,
    }));
    const times = ({ count: n, entries, end }) => (entries > 1 ? ` (${n} times until ${shownTime(momentOf(end))})` : n > 1 ? ` (${n} times)` : "");
    const said = folded(found.events);
    document.getElementById("story").append(
        h("div", { class: "scroll drawing wide", tabindex: "0" }, timeline(began, began, entries, LANES_OF_CAPTURE, HOURS, "Timeline of the capture")),
        h("details", { class: "events" }, h("summary", {}, `In words: ${count(said.length, "entry", "entries")}`),
            h("ol", { class: "events" }, said.map((event) =>
                h("li", {}, h("time", {}, when(began, seconds(event.time))), ` #${event.frame} ${event.device}: ${event.text}${times(event)}`)))));
}

masthead();
verdict();
fits();
who();
told();

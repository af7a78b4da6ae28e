// Draws a diagnosis from the data that the page carries.

const found = JSON.parse(document.getElementById("diagnosis").textContent);
const frames = JSON.parse(document.getElementById("frames").textContent);
const began = found.capture.begin === null ? new Date(0) : momentOf(found.capture.begin);
const seconds = (date) => (momentOf(date) - began) / 1000;

const TONES = { "heard well": "good", "supports a HAN failure": "bad", "proves nothing": "told" };
/** Lanes of the timeline, and the kinds of events in each. */
const LANES_OF_CAPTURE = [["silence", "silence", "bar"], ["meter", "meter joins", "mark"], ["key", "keys", "mark"], ["report", "reports", "mark"], ["network", "network", "mark"], ["check", "hub reads", "mark"]];
const LANE_OF = { silence: "silence", join: "meter", rejoin: "meter", key: "key", mirror: "report", report: "report", poll: "report", network: "network", check: "check" };
const KINDS = { silence: "broken", join: "says", rejoin: "errs", key: "says", mirror: "says", report: "pass", poll: "asks", network: "closes", check: "asks" };
/** Days between two ticks: captures are short. */
const HOURS = [1 / 24, 1 / 12, 1 / 8, 1 / 4, 1 / 2, 1, 2, 5, 10, 30];

const link = (make, number, ...children) => make("a", { href: `#frame-${number}` }, ...children);
const linked = (numbers, count) => [
    numbers.map((number, index) => [index ? ", " : "", link(h, number, `#${number}`)]), count > numbers.length ? " \u2026" : ""];

function masthead() {
    const { capture } = found;
    document.title = `${capture.file} \u2013 hanbench diagnosis`;
    document.getElementById("masthead").append(
        h("h1", {}, capture.file),
        h("p", {}, `${count(capture.frames, "frame")}, channel ${capture.channels.join(", ") || "not named"}; ${count(capture.keys, "key")}`,
            capture.key_sources.length ? ` from ${capture.key_sources.join(", ")}` : "", capture.damage ? `; damaged at ${capture.damage}` : ""));
    document.getElementById("foot").append("Numbers of frames are Wireshark's. Keys are redacted. Why faults form a class: hanbench's docs/diagnose.md.");
}

function verdict() {
    const meter = found.meter;
    document.getElementById("verdict").append(
        h("p", { class: `banner ${TONES[found.verdict]}`, id: "ruling" }, `${found.gsme ?? "gas meter"}: ${found.verdict}`),
        h("p", { class: "words" }, found.why[0].toUpperCase() + found.why.slice(1), "."),
        found.advice ? h("p", { class: "words" }, `To do: ${found.advice}.`) : "",
        meter === null ? "" : h("ul", { class: "tiles" }, [
            [meter.wakes, "wakes"], [`${Math.round(meter.wake_interval_s / 60)} min`, meter.wake_interval_measured ? "between wakes" : "between wakes (assumed)"],
            [`${(meter.without_proof_s / 3600).toFixed(1)} h`, "without proof of health"], [`${(meter.needed_s / 3600).toFixed(1)} h`, "needed to say something"],
            [`${Math.round(100 * meter.sniffer_loss)} %`, "missed by the sniffer, at most"], [meter.mirror_frame ? `#${meter.mirror_frame}` : "none", "last report in the mirror"],
        ].map(([number, what]) => h("li", {}, h("b", {}, String(number)), h("span", {}, what)))),
        ...found.unknown_keys.map((each) => h("p", {}, `No key for ${each.key}: ${count(each.count, "frame")}, `, linked(each.frames, each.count))));
}

function fits() {
    document.getElementById("fits").append(
        found.classes.length ? "" : h("p", {}, "No class of faults."),
        h("ol", {}, found.classes.slice(0, 3).map((each) => h("li", {},
            h("b", {}, each.title), each.faults.length ? ` (${each.faults.join(", ")})` : "",
            h("ul", {}, each.signs.map((sign) => h("li", {}, sign.text, sign.frames.length ? [": ", linked(sign.frames, sign.count)] : ""))),
            h("p", { class: "words" }, `${each.reason} To do: ${each.action}`)))),
        ...(frames.length ? [h("h4", {}, "The frames that show it"),
            h("div", { class: "scroll drawing wide", tabindex: "0" }, lifelines("Sequence diagram of the frames of the evidence",
                [...new Set(frames.flatMap((frame) => [frame.sender, frame.receiver]))], runs(frames), link)),
            frameTable(frames.map((frame) => { const row = frameRow(began, frame); row.id = `frame-${frame.number}`; return row; }))] : []));
}

function who() {
    document.getElementById("who").append(
        h("div", { class: "scroll" }, h("table", { class: "frames" },
            h("thead", {}, h("tr", {}, ["device", "EUI-64", "frames", "RSSI", "clusters", "why"].map((name) => h("th", { scope: "col" }, name)))),
            h("tbody", {}, found.devices.map((device) => h("tr", {}, h("td", {}, device.role), h("td", { class: "mono" }, device.eui64),
                h("td", {}, String(device.frames)), h("td", {}, device.rssi_dbm === null ? "\u2013" : `${device.rssi_dbm} dBm`),
                h("td", {}, device.clusters.join(", ")), h("td", {}, device.why)))))));
}

function told() {
    const entries = found.events.map((event) => ({
        lane: LANE_OF[event.kind], kind: KINDS[event.kind], start: seconds(event.time),
        end: event.kind === "silence" ? seconds(event.end) : null,
        label: event.kind === "silence" ? event.text : "", text: `#${event.frame} ${event.device}: ${event.text}`,
    }));
    const times = (event) => (event.count > 1 ? ` (${event.count} times)` : "");
    document.getElementById("story").append(
        h("div", { class: "scroll drawing wide", tabindex: "0" }, timeline(began, began, entries, LANES_OF_CAPTURE, HOURS, "Timeline of the capture")),
        h("details", { class: "events" }, h("summary", {}, `In words: ${count(entries.length, "event")}`),
            h("ol", { class: "events" }, found.events.map((event) =>
                h("li", {}, h("time", {}, when(began, seconds(event.time))), ` #${event.frame} ${event.device}: ${event.text}${times(event)}`)))));
}

masthead();
verdict();
fits();
who();
told();

// Draws the report of a run of the fuzzer from the data that the page carries.

const report = JSON.parse(document.getElementById("report").textContent);
const several = (n, one) => `${n.toLocaleString("en-GB")} ${one}${n === 1 ? "" : "s"}`;
const times = (n) => (n === 1 ? "once" : `${n} times`);
const exact = (seconds) => (seconds < 600 ? `${rounded(seconds)} s` : lasting(seconds));
const whole = (number) => Math.round(number).toLocaleString("en-GB");
const keys = { outside: "none", "network-key": "network key", "link-key": "network key and link key" };
const layers = { mac: "MAC", nwk: "NWK", aps: "APS", zdp: "device profile", zcl: "ZCL", "key-establishment": "key establishment" };
/** Recoveries, and frames of one kill, that are shown. */
const SHOWN = 50;

function masthead() {
    document.title = `${nameOf(report.device)} \u2013 hanbench conform --fuzz`;
    put("masthead",
        h("h1", {}, `${headingOf(report.device)}, fuzzed`),
        h("p", { class: "mono", id: "badge" }, report.badge));
    put("foot", report.notice, " Keys are redacted here; they are in the files beside the captures.");
}

function result() {
    const killed = report.kills.length, slowest = Math.max(0, ...report.recoveries.map((each) => each.seconds));
    const cut = report.ended === "interruption" ? "; the run was interrupted" : "";
    const [tone, words] = report.unexplained && !killed ? ["bad", `It died within ${several(report.frames, "malformed frame")}: ${report.unexplained}`] : killed ? ["bad", `It died ${times(killed)} within ${several(report.frames, "malformed frame")}`]
        : report.recoveries.length ? ["told", `It lives after ${several(report.frames, "malformed frame")}, and was silent for a while ${times(report.recoveries.length)}`]
            : [cut ? "told" : "good", `It lives after ${several(report.frames, "malformed frame")}`];
    put("result",
        h("p", { class: `banner ${tone}`, id: "ruling" }, words, cut),
        h("p", { class: "banner told", id: "notice" }, report.notice),
        tilesOf([[report.frames.toLocaleString("en-GB"), "frames"], [whole(report.rate), "frames a second"],
            ...(report.timing.real_time ? [] : [[whole(report.processor_rate), "in a second of processor time"]]),
            [report.devices, report.devices === 1 ? "device" : "devices, each fresh"], [killed, killed === 1 ? "kill" : "kills"], [report.recoveries.length, report.recoveries.length === 1 ? "recovery" : "recoveries"],
            ...(slowest ? [[lasting(slowest), `the slowest, of at most ${lasting(report.recovery_limit_s)}`]] : [])]));
}

function device() {
    const times = report.timing;
    put("device", facts([...identity(report.device), ["reached as", report.device.reached], ["bench", report.bench], ["clock", times.real_time ? "real time" : "virtual time"],
        ["seed", report.seed], ["date (UTC)", report.date], ["hanbench", report.hanbench], ["the run ended because of", report.ended],
        ["the run took", lasting(times.seconds)], ["of it sending and looking", lasting(times.sending)], ["time of the bench's clock", lasting(times.bench)],
        ["frames between two looks, at most", report.longest_batch], ["dead after a silence of", lasting(report.recovery_limit_s)]]));
}

function kills() {
    put("kills", report.kills.length ? report.kills.map((kill, index) => h("div", { id: `kill-${index + 1}` },
        h("h3", { class: "small" }, `Kill ${index + 1}: ${kill.why}`),
        h("p", { class: "words" }, kill.reproduced ? `${several(kill.sequence.length, "frame")} ${kill.sequence.length === 1 ? "kills" : "kill"} a fresh device too; ${several(kill.runs, "fresh device")} were tried to find that out.`
            : `No fresh device dies of the latest frames (${kill.runs} tried); the last ones are shown. What came before has a part in it.`),
        h("dl", { class: "facts wide-ones" }, [["after", several(kill.after_frames, "frame")], ["capture", h("a", { href: kill.capture }, kill.capture)], ["again", h("code", { class: "command" }, kill.replay)]].map(([name, value]) =>
            h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
        plainTable(["layer", "keys", "frame"], kill.sequence.slice(-SHOWN).map((each) => ({ cells: [layers[each.frame.layer], keys[each.frame.knowledge], h("span", {}, each.line, h("code", { class: "octets" }, each.psdu))] }))),
        kill.sequence.length > SHOWN ? h("p", {}, `The last ${SHOWN} of ${kill.sequence.length}; ${kill.file} has all.`) : ""))
        : h("p", {}, "Nothing."));
}

function recoveries() {
    const slow = [...report.recoveries].sort((a, b) => b.seconds - a.seconds).slice(0, SHOWN);
    put("recoveries", slow.length ? [h("p", { class: "words" }, `Silent for a while, and back within ${lasting(report.recovery_limit_s)}. The slowest first.`),
        plainTable(["after frame", "first sign", "first answer", "of the limit"], slow.map((each) => ({ cells: [each.after_frames.toLocaleString("en-GB"),
            each.heard_s === null ? "\u2013" : exact(each.heard_s), exact(each.seconds), `${Math.round(100 * each.seconds / report.recovery_limit_s)} %`] })), [0, 1, 2, 3])]
        : h("p", {}, "It was never silent: each time that it was looked at, it answered in time."));
}

function sent() {
    const [byLayer, byKeys] = [Object.keys(layers), Object.keys(keys)];
    const inOrder = [...report.sent].sort((a, b) => byLayer.indexOf(a.layer) - byLayer.indexOf(b.layer) || byKeys.indexOf(a.knowledge) - byKeys.indexOf(b.knowledge));
    put("sent", plainTable(["layer", "keys of the sender", "frames", "share"], inOrder.map((row) => ({ cells: [layers[row.layer], keys[row.knowledge],
        row.frames.toLocaleString("en-GB"), `${(100 * row.frames / report.frames).toFixed(1)} %`] })), [2, 3]));
}

masthead();
result();
device();
kills();
recoveries();
sent();
put("undone", h("ul", { class: "words" }, report.not_done.map((each) => h("li", {}, each))));

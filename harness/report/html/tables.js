// What the pages about a device under test have in common: tables, facts, times, frames.

const put = (id, ...children) => fill(document.getElementById(id), {}, children);
const rounded = (number) => Number(number).toLocaleString("en-GB", { maximumFractionDigits: 1 });
const hex = (number, digits) => (number === null || number === undefined ? "" : `0x${number.toString(16).toUpperCase().padStart(digits, "0")}`);

/** Seconds in the units that a reader would use. */
function lasting(seconds) {
    if (seconds < 120) return `${seconds < 1 ? Number(seconds.toPrecision(2)) : rounded(seconds)} s`;
    const minutes = Math.round(seconds / 60);
    const days = Math.floor(minutes / 1440), hours = Math.floor((minutes % 1440) / 60);
    return [[days, "d"], [hours, "h"], [days ? 0 : minutes % 60, "min"]].filter(([number]) => number).map((part) => part.join(" ")).join(" ");
}

/** A table of text: names of columns, and rows of cells. Columns in `numbers` are to the right. `stacked`: cells stand one below the other where it is narrow. */
function plainTable(columns, rows, numbers = [], stacked = false) {
    const aligned = (index) => ({ ...(numbers.includes(index) ? { class: "count" } : {}), ...(stacked && columns[index] ? { "data-of": columns[index] } : {}) });
    return h("div", { class: "scroll", tabindex: "0" }, h("table", { class: stacked ? "who stacked" : "who" },
        h("thead", {}, h("tr", {}, columns.map((name, index) => h(name ? "th" : "td", !name ? {} : { scope: "col", class: numbers.includes(index) ? "count" : null }, name)))),
        h("tbody", {}, rows.map(({ cells, ...attributes }) => h("tr", attributes, cells.map((cell, index) => h("td", aligned(index), cell)))))));
}

/** Names and values; what has no value is left out. */
function facts(pairs) {
    return h("dl", { class: "facts" }, pairs.filter(([, value]) => value !== "" && value !== null && value !== undefined).map(([name, value]) =>
        h("div", {}, h("dt", {}, name), h("dd", {}, typeof value === "number" ? String(value) : value))));
}

const tilesOf = (pairs) => h("ul", { class: "tiles" }, pairs.map(([number, what]) => h("li", {}, h("b", {}, String(number)), h("span", {}, what))));

/** The name of a device: what its Basic cluster says, or its kind. */
const nameOf = (device) => [device.manufacturer, device.model].filter(Boolean).join(" ") || device.kind.toUpperCase();

const kindOf = (device) => (device.kind === "hub" ? "hub" : device.kind.toUpperCase());
const headingOf = (device) => (device.model || device.manufacturer ? `${nameOf(device)} as ${kindOf(device)}` : `${kindOf(device)} under test`);

/** What a device says of itself, and where it was tested. */
function identity(device) {
    return [["manufacturer", device.manufacturer || "not read"], ["model", device.model || "not read"], ["EUI-64", device.eui64 || "not known"],
        ["firmware file version (OTA)", hex(device.file_version, 8) || (device.kind === "hub" ? "" : "not read")], ["image type (OTA)", hex(device.image_type, 4)], ["manufacturer code (OTA)", hex(device.image_manufacturer, 4)],
        ["manufacturer code (node)", hex(device.manufacturer_code, 4)], ["application version", device.application_version], ["stack version", device.stack_version],
        ["hardware version", device.hardware_version], ["date code", device.date_code], ["software build", device.software_build]];
}

/** Frames of a capture, their times in seconds from its beginning. */
function framesOf(evidence) {
    return h("table", { class: "frames short" },
        h("colgroup", {}, ["number", "time", "way", "line"].map((name) => h("col", { class: name }))),
        h("tbody", {}, evidence.map((frame) => h("tr", { "data-frame": frame.number },
            h("td", {}, `#${frame.number}`), h("td", {}, `${frame.time_s.toFixed(3)} s`), h("td", {}, `${frame.sender} \u2192 ${frame.receiver}`),
            h("td", {}, h("details", {}, h("summary", {}, frame.line), layersOf(frame.layers)))))));
}

function layersOf(layers) {
    return h("div", { class: "layers" }, layers.map(([name, fields]) =>
        h("div", {}, h("b", {}, name), fields.map(([key, value]) => [h("span", {}, `  ${key.replaceAll("_", " ")} `), value]))));
}

/** The timeline as a picture: lanes over the bench's clock. The list beside it says the same in words. */

import { duration, moment } from "./format.js";
import { html } from "./parts.js";

const WIDTH = 760;
const LANE = 26;
const LEFT = 122;
const RIGHT = 8;
const NAMES = { fault: "Faults", check: "Checks", commissioning: "Commissionings", consent: "Consents", decision: "Decisions" };
const VERDICTS = { pass: "good", fail: "bad", inconclusive: "warn" };
const HEALED = ["healed", "failed"];

/**
 * @typedef {{from: number, to: ?number, kind: string, text: string}} Bar  seconds of the clock; `to` null: a moment
 * @param {Object[]} timeline  events
 * @param {number} now  what has not ended reaches to it
 * @returns {Object<string, Bar[]>} by lane
 */
export function bars(timeline, now) {
  const lanes = { fault: [], check: [], commissioning: [], consent: [], decision: [] };
  const open = new Map();
  for (const event of timeline) DRAWN[event.kind]?.(event, lanes[event.kind], open, now);
  return lanes;
}

/** Begin a bar that ends with a later event of the same name. */
function begin(lane, open, name, bar) {
  lane.push(bar);
  open.set(name, bar);
}

function end(open, name, changes) {
  const bar = open.get(name);
  open.delete(name);
  return bar && Object.assign(bar, changes);
}

const DRAWN = {
  fault: ({ clock, home, fault, phase }, lane, open, now) => {
    const name = `fault ${of(home)}${fault}`;
    if (HEALED.includes(phase)) end(open, name, { to: clock });
    else if (!open.has(name)) begin(lane, open, name, { from: clock, to: now, kind: "bad", text: `${of(home)}${fault}` });
  },
  check: ({ clock, home, attempt, check }, lane, open, now) => {
    const name = `${of(home)}check ${attempt}`;
    if (!check) return begin(lane, open, name, { from: clock, to: now, kind: "plain", text: `${name} runs` });
    const ended = { from: check.start, to: check.end, kind: VERDICTS[check.verdict], text: `${name}: ${check.verdict}` };
    return end(open, name, ended) ?? lane.push(ended);
  },
  commissioning: ({ clock, home, devices, commissioning }, lane, open, now) => {
    const text = `${of(home)}${devices.join(" and ")}`;
    if (!commissioning) begin(lane, open, text, { from: clock, to: now, kind: "plain", text });
    else end(open, text, { to: clock, kind: commissioning.succeeded ? "good" : "bad" });
  },
  consent: ({ clock, home, supplier, says }, lane) => lane.push({ from: clock, to: null, kind: "plain", text: `${of(home)}${supplier}: ${says}` }),
  decision: ({ clock, home, text, outcome }, lane) => lane.push({ from: clock, to: null, kind: outcome ? "good" : "plain", text: `${of(home)}${text}` }),
};

const of = (home) => (home ? `${home}: ` : "");

export function Strip({ lanes, from, to, now, zero }) {
  const used = Object.entries(lanes).filter(([, marks]) => marks.length > 0);
  if (used.length === 0 || to <= from) return null;
  const x = (clock) => LEFT + ((Math.min(Math.max(clock, from), to) - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const height = used.length * LANE + 24;
  const said = used.map(([lane, marks]) => `${NAMES[lane].toLowerCase()}: ${marks.length}`).join(", ");
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Timeline as a picture"><svg class="strip" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="Timeline over ${duration(to - from)}. ${said}">
    ${used.map(([lane, marks], row) => html`<g key=${lane}><text x="0" y=${row * LANE + 18}>${NAMES[lane]}</text>
      <line x1=${LEFT} x2=${WIDTH - RIGHT} y1=${row * LANE + 14} y2=${row * LANE + 14} />
      ${marks.map((bar, index) => html`<${Mark} key=${index} bar=${bar} x=${x} y=${row * LANE + 14} />`)}</g>`)}
    <${Axis} from=${from} to=${to} x=${x} y=${height - 4} zero=${zero} />
    ${now < to && html`<line class="now" x1=${x(now)} x2=${x(now)} y1="0" y2=${height - 18} />`}
  </svg></div>`;
}

function Mark({ bar, x, y }) {
  const left = x(bar.from);
  if (bar.to === null) return html`<path class="mark is-${bar.kind}" d="M${left} ${y - 8}l8 8l-8 8l-8 -8z"><title>${bar.text}</title></path>`;
  return html`<rect class="mark is-${bar.kind}" x=${left} y=${y - 7} width=${Math.max(4, x(bar.to) - left)} height="14" rx="2">
    <title>${bar.text}</title></rect>`;
}

/** Dates where the day changes, times otherwise. */
function Axis({ from, to, x, y, zero }) {
  const anchors = ["start", "middle", "middle", "end"];
  return html`<g class="axis">${anchors.map((anchor, index) => {
    const at = from + (index / (anchors.length - 1)) * (to - from);
    return html`<text key=${index} x=${x(at)} y=${y} text-anchor=${anchor}>${moment(zero + at * 1000, index ? zero + from * 1000 : 0)}</text>`;
  })}</g>`;
}

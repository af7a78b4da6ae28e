/** The HAN as a picture, one of each home: the hub, and around it its children, farther out the worse their link is. */

import { condition, hubOf, isOrphan } from "./condition.js";
import { roleName } from "./format.js";
import { html, pure, Section, useEffect, useRef, useState } from "./parts.js";

const CENTRE = { x: 0, y: 0 };
const NEAREST = 140;
const FARTHEST = 230;
const BEYOND = { x: 165, y: 40, upright: 110 };
const FLATTER = 0.62;
/** Room around the nodes, for their names and faults: below them, or to their right where the picture stands upright. */
const MARGIN = { left: 110, right: 110, top: 60, bottom: 110 };
const UPRIGHT = { left: 76, right: 250, top: 50, bottom: 50 };
const LEAST_WIDTH = 640;
const PACKETS = 12;
const FLIGHT_MS = 700;
const SIGNS = { hub: "HUB", esme: "kWh", gsme: "m\u00b3", ihd: "IHD", ppmid: "PPM", repeater: "REP" };

export const Pictures = pure(function Pictures({ views, now }) {
  const [moving, setMoving] = useState(true);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const slow = views[0].state.clock.speed <= 1;
  const packets = moving && slow && !still;
  const choice = html`<label><input type="checkbox" checked=${moving && !still} disabled=${still}
    onChange=${(event) => setMoving(event.target.checked)} /> packets move${slow ? "" : " (at 1\u00d7 and slower)"}</label>`;
  return html`<${Section} id="han" title="HAN" aside=${choice}><div class=${views.length > 1 ? "pictures" : ""}>
    ${views.map((bench) => html`<${Picture} key=${bench.home} bench=${bench} now=${now} packets=${packets} named=${views.length > 1} />`)}</div><//>`;
});

function Picture({ bench, now, packets, named }) {
  const nodes = bench.order.map((name) => bench.nodes[name]).filter(Boolean);
  const places = placed(nodes, tall());
  const of = bench.home ? `HAN of ${bench.home}` : "HAN";
  return html`<div>${named && html`<h3>${bench.home}</h3>`}
    <svg class="han" viewBox=${viewBox([CENTRE, ...Object.values(places)], tall())} role="group" aria-label="Picture of the ${of}; the table of nodes says the same">
      ${nodes.map((node) => html`<${Link} key=${node.name} node=${node} places=${places} bench=${bench} now=${now} />`)}
      ${packets && html`<${Packets} frames=${bench.frames} places=${places} />`}
      ${nodes.map((node) => html`<${Node} key=${node.name} node=${node} place=${places[node.name]} bench=${bench} now=${now} />`)}
    </svg></div>`;
}

/** Whether the screen is narrow: the picture then stands upright. */
const tall = () => matchMedia("screen and (max-width: 760px)").matches;

/** The part of the plane that holds all nodes. */
function viewBox(places, upright) {
  const [xs, ys] = [places.map((place) => place.x), places.map((place) => place.y)];
  const margin = upright ? UPRIGHT : MARGIN;
  const [left, top] = [Math.min(...xs) - margin.left, Math.min(...ys) - margin.top];
  const width = Math.max(...xs) + margin.right - left;
  const missing = upright ? 0 : Math.max(0, LEAST_WIDTH - width);
  return [left - missing / 2, top, width + missing, Math.max(...ys) + margin.bottom - top].join(" ");
}

/** The place of each node: children of the hub on an oval, those of a repeater beyond it. */
function placed(nodes, upright) {
  const children = nodes.filter((node) => node.role !== "hub");
  const first = children.filter((node) => !beyond(node, nodes));
  const places = Object.fromEntries(nodes.filter((node) => node.role === "hub").map((node) => [node.name, CENTRE]));
  first.forEach((node, index) => {
    const angle = Math.PI + (index * 2 * Math.PI) / Math.max(first.length, 2) + (first.length > 2 ? Math.PI / 6 : 0);
    places[node.name] = upright ? onTallOval(angle, distance(node)) : onOval(angle, distance(node));
  });
  for (const node of children.filter((each) => beyond(each, nodes))) {
    const above = places[node.parent];
    const outwards = upright
      ? { x: 0, y: above.y < CENTRE.y ? -BEYOND.upright : BEYOND.upright }
      : { x: above.x < CENTRE.x ? -BEYOND.x : BEYOND.x, y: BEYOND.y };
    places[node.name] = { x: above.x + outwards.x, y: above.y + outwards.y };
  }
  return places;
}

const beyond = (node, nodes) => node.parent && node.parent !== hubOf(node) && nodes.some((each) => each.name === node.parent);

function distance(node) {
  const lqi = node.lqi ?? 0;
  return NEAREST + ((255 - lqi) / 255) * (FARTHEST - NEAREST);
}

function onOval(angle, radius) {
  return { x: CENTRE.x + Math.cos(angle) * radius * 1.25, y: CENTRE.y + Math.sin(angle) * radius * FLATTER };
}

/** The same, turned by a quarter and smaller. */
function onTallOval(angle, radius) {
  const flat = onOval(angle, radius);
  return { x: CENTRE.x + (flat.y - CENTRE.y) * 0.5, y: CENTRE.y - (flat.x - CENTRE.x) * 0.7 };
}

function Link({ node, places, bench, now }) {
  const from = places[node.name];
  const to = places[node.parent ?? hubOf(node)];
  if (node.role === "hub" || !to || isOrphan(node)) return null;
  const { kind } = condition(node, bench.memory[node.name], now, bench.zero, bench.told);
  const middle = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  const aside = tall() ? { x: 9, y: 4, anchor: "start" } : { x: 0, y: -7, anchor: "middle" };
  const width = node.lqi == null ? 1 : 1 + (node.lqi / 255) * 3;
  return html`<g class="link is-${kind}" aria-hidden="true">
    <line x1=${from.x} y1=${from.y} x2=${to.x} y2=${to.y} stroke-width=${width} />
    ${node.lqi != null && html`<text x=${middle.x + aside.x} y=${middle.y + aside.y} text-anchor=${aside.anchor}>LQI ${node.lqi}${
      node.lqi_back == null ? "" : ` / ${node.lqi_back}`}</text>`}
  </g>`;
}

function Node({ node, place, bench, now }) {
  const state = condition(node, bench.memory[node.name], now, bench.zero, bench.told);
  const stale = node.network_key_fresh === false || (Boolean(node.link_key) && node.link_key_fresh === false);
  const { faults } = node;
  const lines = [
    [roleName(node.role), "name"], [state.word, `state is-${state.kind}`],
    ...(stale ? [["key stale", "state is-bad"]] : []), ...faults.map((fault) => [`\u26a0 ${fault}`, "state is-bad"]),
  ];
  const said = [roleName(node.role), state.word, state.why, ...faults.map((fault) => `fault ${fault}`), node.network_key != null && node.role !== "hub" && (stale ? "key stale" : "keys fresh")];
  return html`<g class="node is-${state.kind} ${isOrphan(node) ? "orphan" : ""}" transform="translate(${place.x} ${place.y})"
      tabindex="0" role="img" aria-label=${said.filter(Boolean).join(", ")} data-node=${node.name}>
    <circle class="halo" r="36" /><circle class="body" r="28" />
    <text class="sign" text-anchor="middle" y="5">${SIGNS[node.role] ?? node.role.slice(0, 3).toUpperCase()}</text>
    ${node.sleepy && node.powered && !node.awake && html`<text class="zzz" x="24" y="-24">z z</text>`}
    ${node.network_key != null && node.role !== "hub" && html`<${KeySign} stale=${stale} />`}
    ${node.battery_percent != null && html`<${Cell} percent=${node.battery_percent} />`}
    ${lines.map(([text, kind], index) => html`<text key=${text} class=${kind} ...${placeOfLine(index, lines.length)}>${text}</text>`)}
  </g>`;
}

function placeOfLine(index, of) {
  if (tall()) return { x: 44, y: 5 + (index - (of - 1) / 2) * 16, "text-anchor": "start" };
  return { x: 0, y: 54 + index * 16, "text-anchor": "middle" };
}

/** A key beside its node: green if both sides hold the same keys. */
function KeySign({ stale }) {
  return html`<g class="key-sign ${stale ? "stale-key" : ""}" transform="translate(-44 20)"><title>${stale ? "key stale" : "keys fresh"}</title>
    <circle r="4" /><path d="M4 0h10M10 0v4M14 0v3" /></g>`;
}

/** A battery beside its node. */
function Cell({ percent }) {
  return html`<g class="cell ${percent <= 20 ? "low" : ""}" transform="translate(-46 -30)">
    <rect width="9" height="18" rx="1.5" /><rect class="charge" x="1.5" y=${1.5 + 15 * (1 - percent / 100)} width="6"
      height=${15 * (percent / 100)} /></g>`;
}

/** The latest frames on their way; each flies once. */
function Packets({ frames, places }) {
  const first = useRef(frames.at(-1)?.number ?? 0);
  const flying = frames.slice(-PACKETS).filter((frame) => frame.number > first.current && places[frame.sender]);
  return html`<g class="packets" aria-hidden="true">${flying.map((frame) => html`<${Packet} key=${frame.number}
    from=${places[frame.sender]} to=${places[frame.receiver]} />`)}</g>`;
}

/** A frame to one node is a dot that flies to it, one to all is a ring that grows. */
function Packet({ from, to }) {
  const dot = useRef(null);
  useEffect(() => {
    const move = (place, scale) => `translate(${place.x}px, ${place.y}px) scale(${scale})`;
    const end = to ? move(to, 1) : move(from, 14);
    dot.current.animate(
      [{ transform: move(from, 1), opacity: 1 }, { transform: end, opacity: 0.7, offset: 0.9 }, { transform: end, opacity: 0 }],
      { duration: FLIGHT_MS, fill: "both", easing: "ease-in-out" },
    );
  }, []);
  return html`<circle ref=${dot} class=${to ? "packet" : "packet to-all"} r="5" opacity="0" />`;
}

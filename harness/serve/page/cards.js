/** One card for each device, with its readings and their history; and what an in-home display of each home shows. */

import { VerbButton } from "./buttons.js";
import { condition, heardAt, silence } from "./condition.js";
import { ago, moment, quantity, roleName } from "./format.js";
import { html, pure, Section, Tag } from "./parts.js";

export const Cards = pure(function Cards({ views, now, ask, live }) {
  return html`<${Section} id="devices" title="Devices">${views.map((bench) => html`<${CardsOfHome} key=${bench.home} bench=${bench} now=${now} ask=${ask} live=${live}
    named=${views.length > 1} />`)}<//>`;
});

function CardsOfHome({ bench, now, ask, live, named }) {
  const nodes = bench.order.map((name) => bench.nodes[name]).filter(Boolean);
  const level = named ? "h4" : "h3";
  return html`<div class="home-cards" data-home=${bench.home}>${named && html`<h3>${bench.home}</h3>`}<div class="cards">
    ${nodes.map((node) => html`<${Card} key=${node.name} bench=${bench} node=${node} now=${now} ask=${ask} live=${live} level=${level} />`)}
    <${Display} bench=${bench} now=${now} level=${level} />
  </div></div>`;
}

function Card({ bench, node, now, ask, live, level }) {
  const state = condition(node, bench.memory[node.name], now, bench.zero, bench.told);
  const { readings } = node;
  return html`<article class="card is-${state.kind}" aria-labelledby="card-${node.name}">
    <header><${level} id="card-${node.name}">${roleName(node.role)} <small>${node.name}</small><//>
      <${Tag} kind=${state.kind}>${state.word}<//></header>
    ${readings.length === 0 && html`<p class="quiet">no readings${node.powered ? "" : ": it has no power"}</p>`}
    ${readings.map((reading) => html`<${Reading} key=${reading.name} reading=${reading} now=${now}
      points=${bench.series[`${node.name}/${reading.name}`]} />`)}
    <p class="quiet ids">EUI-64 <code>${node.ieee}</code>${node.short && html` short <code>${node.short}</code>`}</p>
    ${live && node.emulated && html`<${DeviceButtons} node=${node} ask=${ask} />`}
  </article>`;
}

function Reading({ reading, points, now }) {
  return html`<div class="reading"><span class="what">${reading.name}${reading.at != null && html`<small>${ago(reading.at, now)}</small>`}</span>
    <b>${quantity(reading)}</b><${Sparkline} points=${points} name=${reading.name} /></div>`;
}

const SPARK = { width: 120, height: 26 };

/** The history of a number as a line; the latest value stands beside it. */
export function Sparkline({ points = [], name }) {
  if (points.length < 3) return html`<svg class="spark" viewBox="0 0 ${SPARK.width} ${SPARK.height}" aria-hidden="true"></svg>`;
  const values = points.map((point) => point.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const [first, last] = [points[0].at, points.at(-1).at];
  const x = (at) => 2 + ((at - first) / (last - first || 1)) * (SPARK.width - 4);
  const y = (value) => SPARK.height - 3 - ((value - low) / (high - low || 1)) * (SPARK.height - 6);
  const line = points.map((point) => `${x(point.at).toFixed(1)},${y(point.value).toFixed(1)}`).join(" ");
  return html`<svg class="spark" viewBox="0 0 ${SPARK.width} ${SPARK.height}" role="img"
      aria-label="History of ${name}: ${low} to ${high}">
    <polyline points=${line} /><circle cx=${x(last)} cy=${y(values.at(-1))} r="2.5" /></svg>`;
}

/** The buttons of a device; those that may make it unreachable are marked. */
function DeviceButtons({ node, ask }) {
  const on = node.powered;
  const power = (action, text, breaks) => html`<${VerbButton} key=${action} ask=${ask} verb="power" breaks=${breaks}
    request=${{ node: node.name, action }} label="${text} ${node.name}">${text}<//>`;
  const press = (button, text, breaks) => html`<${VerbButton} key=${button} ask=${ask} verb="press" breaks=${breaks}
    request=${{ node: node.name, button }} label="${text} ${node.name}">${text}<//>`;
  const own = { hub: "Open for joining", gsme: "Wake" }[node.role] ?? "Announce";
  return html`<div class="buttons">
    ${on ? [press("button", own, false), power("cycle", "Power cycle", true), power("off", "Power off", true)] : power("on", "Power on", false)}
    ${on && node.role !== "hub" && (node.joined ? press("leave", "Leave HAN", true) : press("join", "Join HAN", false))}
  </div>`;
}

/** What an in-home display would show, and how old that is: it knows the gas meter from the hub's mirror alone. */
function Display({ bench, now, level }) {
  const { hub, esme, gsme, ihd } = Object.fromEntries(bench.order.map((name) => bench.nodes[name]).filter(Boolean).map((node) => [node.role, node]));
  const id = bench.home ? `card-display-${bench.home}` : "card-display";
  const own = (node, name) => (node?.readings ?? []).find((reading) => reading.name === name);
  const gas = own(ihd, "gas volume") ?? own(hub, "mirrored gas volume");
  const gasAt = own(hub, "mirrored gas volume")?.at ?? null;
  const heardOf = (node) => (node ? heardAt(node) : null);
  const rows = [
    ["Electricity now", own(ihd, "power") ?? own(esme, "power"), heardOf(ihd ?? esme)],
    ["Electricity used", own(ihd, "import") ?? own(esme, "import"), heardOf(ihd ?? esme)],
    ["Gas used", gas, gasAt], ["Price", own(ihd, "price"), heardOf(ihd)], ["Message", own(ihd, "message"), heardOf(ihd)],
  ].filter(([, reading], index) => reading || index < 3);
  const stale = Boolean(gsme) && silence(gsme, bench.memory[gsme.name], now, bench.told) !== null;
  return html`<article class="card display" aria-labelledby=${id}>
    <header><${level} id=${id}>${ihd ? "In-home display" : "What an in-home display would show"}<//></header>
    <dl class="lcd">${rows.map(([name, reading, at]) => html`<div key=${name}><dt>${name}</dt>
      <dd>${reading ? quantity(reading) : "\u2013 \u2013 \u2013"}</dd>
      <dd class="age ${stale && name === "Gas used" ? "stale" : ""}">${reading ? ago(at, now) : ""}</dd></div>`)}</dl>
    ${stale && html`<p class="stale">Its gas figure is old: the meter was last heard
      ${" "}${heardAt(gsme) === null ? "never" : moment(bench.zero + heardAt(gsme) * 1000, bench.zero + now * 1000)}.
      The display does not say so.</p>`}
  </article>`;
}

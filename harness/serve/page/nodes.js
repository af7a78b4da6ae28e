/** The nodes as a table, by homes: first on the page, for the keyboard and for screen readers. */

import { condition, heardAt, mirrorWords, silence } from "./condition.js";
import { ago, count, duration, moment, roleName } from "./format.js";
import { html, pure, Section, Tag } from "./parts.js";

const HEADINGS = [
  ["node", "Node"], ["state", "State"], ["heard", "Last heard"], ["link", "Parent, LQI in / out"], ["battery", "Battery"],
  ["keys", "Keys"], ["counters", "Counters"], ["failed", "Last step that failed"],
];

export const Nodes = pure(function Nodes({ views, now }) {
  return html`<${Section} id="nodes" title="Nodes">
    <div class="scroll" tabindex="0" role="region" aria-label="Table of nodes">
    <table class="nodes">
      <thead><tr>${HEADINGS.map(([id, text]) => html`<th key=${id} scope="col">${text}</th>`)}</tr></thead>
      ${views.map((bench) => html`<${Rows} key=${bench.home} bench=${bench} now=${now} named=${views.length > 1} />`)}
    </table></div>
    ${views.every((bench) => bench.order.length === 0) && html`<p class="quiet">The HAN comes up; its nodes appear here.</p>`}
  <//>`;
});

function Rows({ bench, now, named }) {
  const nodes = bench.order.map((name) => bench.nodes[name]).filter(Boolean);
  return html`<tbody data-home=${bench.home}>
    ${named && html`<tr class="home"><th scope="rowgroup" colspan=${HEADINGS.length}>${bench.home}</th></tr>`}
    ${nodes.map((node) => html`<${Row} key=${node.name} bench=${bench} node=${node} now=${now} />`)}</tbody>`;
}

function Row({ bench, node, now }) {
  const memory = bench.memory[node.name];
  const state = condition(node, memory, now, bench.zero, bench.told);
  return html`<tr class="is-${state.kind}" data-node=${node.name}>
    <th scope="row"><b>${node.name}</b><small>${roleName(node.role)}</small>${!node.emulated && html`<small>physical</small>`}</th>
    <td data-label="State"><${Tag} kind=${state.kind}>${state.word}<//>
      ${state.why && html`<small>${state.why}</small>`}
      ${node.faults.map((fault) => html`<small key=${fault} class="fault">fault: ${fault}</small>`)}</td>
    <td data-label="Last heard"><${Heard} bench=${bench} node=${node} memory=${memory} now=${now} /></td>
    <td data-label="Parent, LQI"><${Link} node=${node} /></td>
    <td data-label="Battery"><${Battery} node=${node} /></td>
    <td data-label="Keys"><${Keys} node=${node} memory=${memory} now=${now} /></td>
    <td data-label="Counters"><${Counters} node=${node} /></td>
    <td data-label="Last failure">${node.last_failure || "\u2013"}</td>
  </tr>`;
}

function Heard({ bench, node, memory, now }) {
  if (node.role === "hub") return "\u2013";
  const stale = silence(node, memory, now, bench.told) !== null;
  const words = mirrorWords(node, now, bench.zero);
  const at = heardAt(node);
  return html`<span class=${stale ? "stale" : ""}>${ago(at, now)}</span>
    ${at != null && !words && html`<small>${moment(bench.zero + at * 1000, bench.zero + now * 1000)}</small>`}
    ${words && html`<small class=${stale ? "stale" : ""}>${words}${stale && ": stale"}</small>`}`;
}

function Link({ node }) {
  if (node.role === "hub") return node.channel == null ? "\u2013" : html`channel ${node.channel}<small>PAN ${node.pan}</small>`;
  if (!node.joined && node.parent == null) return "no parent";
  return html`${node.parent ?? "unknown parent"}<small>LQI ${lqi(node.lqi)} / ${lqi(node.lqi_back)}</small>`;
}

const lqi = (value) => value ?? "\u2013";

function Battery({ node }) {
  if (node.battery_percent == null) return node.sleepy ? "unknown" : "mains";
  return html`<span class="meter"><meter min="0" max="100" low="20" value=${node.battery_percent} aria-label="Battery of the ${node.name}"></meter>
    ${" "}${Math.round(node.battery_percent)} %</span>${node.battery_volts != null && html`<small>${node.battery_volts} V</small>`}`;
}

function Keys({ node, memory, now }) {
  if (node.network_key == null) return "no network key";
  return html`<${Key} name="network ${node.network_key}" fresh=${node.network_key_fresh} since=${memory?.network_key} now=${now} />
    ${node.role !== "hub" && html`<${Key} name=${node.link_key ? `link ${node.link_key}` : "no link key"} now=${now}
      fresh=${node.link_key ? node.link_key_fresh : null} since=${node.link_key ? memory?.link_key : null} />`}`;
}

function Key({ name, fresh, since, now }) {
  return html`<span class="key">${name}${fresh === false && html` <${Tag} kind="bad">stale<//>`}${fresh === true && ", fresh"}
    ${since != null && html`<small>${duration(now - since)} old</small>`}</span>`;
}

function Counters({ node }) {
  const drops = Object.entries(node.drops);
  if (node.frame_counter == null) return "\u2013";
  return html`${count(node.frame_counter)}<small>frame counter</small>
    ${drops.map(([reason, number]) => html`<small key=${reason}>dropped: ${reason} ${count(number)}</small>`)}`;
}

/** Benches and campaigns at a glance, one card each; benches that need a look come first. */

import { Campaigns } from "./campaigns.js";
import { worst } from "./condition.js";
import { day, speedText, time } from "./format.js";
import { html, Tag, useState } from "./parts.js";

const RANK = { dead: 0, bad: 1, warn: 2, good: 3 };

export function Overview({ benches, campaigns, trouble }) {
  const [wanted, setWanted] = useState("");
  const [filter, setFilter] = useState("all");
  const shown = benches
    .map((bench) => ({ bench, ...status(bench) }))
    .filter(({ bench, kind }) => matches(bench, wanted) && (filter === "all" || filter === kind))
    .sort((one, other) => rank(one) - rank(other) || one.bench.bench.localeCompare(other.bench.bench, "en", { numeric: true }));
  if (benches.length === 0) {
    return html`<main id="overview"><h1>${campaigns.length ? servedWords(benches, campaigns) : "Benches"}</h1>
      ${campaigns.length > 0 && html`<${Campaigns} campaigns=${campaigns} alone />`}
      ${campaigns.length === 0 && !trouble && html`<p>No bench is up. <code>hanbench serve virtual</code> starts one.</p>`}</main>`;
  }
  return html`<main id="overview"><h1>${servedWords(benches, campaigns)}</h1>
    <p class="quiet" role="status">${summary(benches)}</p>
    <div class="filter"><label>Find <input type="search" value=${wanted} onInput=${(event) => setWanted(event.target.value)}
        placeholder="bench, title, fault, seed" /></label>
      <label>Show <select value=${filter} onChange=${(event) => setFilter(event.target.value)}>
        <option value="all">all</option><option value="bad">in trouble</option><option value="warn">to look at</option><option value="good">well</option>
      </select></label><output>${shown.length} of ${benches.length}</output></div>
    <ul class="benches">${shown.map((each) => html`<${BenchCard} key=${each.bench.bench} ...${each} />`)}</ul>
    ${campaigns.length > 0 && html`<${Campaigns} campaigns=${campaigns} />`}
  </main>`;
}

/** `3 benches and 1 campaign`. */
export function servedWords(benches, campaigns) {
  const parts = [[benches, "bench", "benches"], [campaigns, "campaign", "campaigns"]].filter(([some]) => some.length);
  return parts.map(([some, one, many]) => `${some.length} ${some.length === 1 ? one : many}`).join(" and ") || "0 benches";
}

const rank = ({ bench, kind }) => RANK[bench.alive ? kind : "dead"];

function summary(benches) {
  const dead = benches.filter((bench) => !bench.alive).length;
  const broken = benches.filter((bench) => bench.alive && bench.faults.length > 0).length;
  return `${benches.length - dead} up, ${broken} with faults, ${dead} dead`;
}

function matches(bench, wanted) {
  const homes = (bench.homes ?? []).map(({ name }) => name);
  const text = [bench.bench, bench.title, bench.seed, bench.rules, ...bench.faults, ...homes].join(" ").toLowerCase();
  return wanted.toLowerCase().split(/\s+/u).every((word) => text.includes(word));
}

/** The state of a bench in a word. */
export function status(bench) {
  if (!bench.alive) return { kind: "bad", word: bench.failed ? "dead" : "ended" };
  if (!bench.up) return { kind: "warn", word: "coming up" };
  const lost = bench.nodes.some((node) => node.emulated && !node.reachable);
  if (lost) return { kind: "bad", word: "device unreachable" };
  const kinds = [bench.faults.length > 0 ? "warn" : "good", bench.verdict === "fail" ? "warn" : "good"];
  return { kind: worst(kinds), word: bench.faults.length > 0 ? "fault active" : "up" };
}

const counted = (number, what) => `${number} ${what}${number === 1 ? "" : "s"}`;

const VERDICTS = { pass: "good", fail: "bad", inconclusive: "warn" };

function BenchCard({ bench, kind, word }) {
  const now = Date.parse(bench.clock.date);
  return html`<li class="bench is-${kind}"><h2><a href="#bench=${encodeURIComponent(bench.bench)}">${bench.bench}</a></h2>
    <p class="quiet">${bench.title}</p>
    <p>${bench.replay && html`<${Tag} kind="warn">replay<//> `}<${Tag} kind=${kind}>${word}<//> ${bench.verdict && html`<${Tag} kind=${VERDICTS[bench.verdict]}>check ${bench.verdict}<//>`}</p>
    ${bench.detail && html`<p class="why">${bench.detail}</p>`}
    ${bench.faults.length > 0 && html`<p class="fault">fault: ${bench.faults.join(", ")}</p>`}
    ${bench.decision && html`<p class="last">decision: ${bench.decision}</p>`}
    ${bench.alive && (bench.homes?.length ? html`<${HomesOfCard} homes=${bench.homes} />` : html`<ul class="dots" aria-label="Nodes">${bench.nodes.map((node) => html`<li key=${node.name} class=${node.reachable ? "ok" : "lost"}
      title=${node.faults.join(", ")}>${node.name}${!node.reachable && html`<span class="unseen"> unreachable</span>`}</li>`)}</ul>`)}
    <p class="quiet facts">${day(now)} ${time(now)} ${bench.clock.paused ? "paused" : speedText(bench.clock.speed)}
      ${" \u00b7 "}seed ${bench.seed}${" \u00b7 "}${counted(bench.checks, "check")}${" \u00b7 "}${counted(bench.decisions, "decision")}</p></li>`;
}

/** Homes that a card names. */
const NAMED = 6;

/** The homes of a bench that has several: how many are well, and those that are not. */
function HomesOfCard({ homes }) {
  const ill = homes.filter((home) => !home.up || home.unreachable.length || home.faults.length || home.verdict === "fail");
  const named = homes.length <= NAMED ? homes : ill.slice(0, NAMED);
  return html`<p>${counted(homes.length, "home")}, ${homes.length - ill.length} well</p>
    <ul class="dots" aria-label="Homes">${named.map((home) => html`<li key=${home.name} class=${ill.includes(home) ? "lost" : "ok"}>${home.name}${ill.includes(home) && `: ${why(home)}`}</li>`)}</ul>
    ${named.length < ill.length && homes.length > NAMED && html`<p class="quiet">and ${ill.length - named.length} more</p>`}`;
}

function why({ up, faults, unreachable, verdict }) {
  if (!up) return "coming up";
  const roles = unreachable.map((name) => name.split(".").at(-1));
  return [...faults, ...(roles.length ? [`${roles.join(", ")} unreachable`] : []), ...(verdict === "fail" ? ["check fail"] : [])].join("; ");
}

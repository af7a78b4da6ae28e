/** The homes of a bench that has several: a card each, and the choice of one. */

import { VerbButton } from "./buttons.js";
import { IN_FULL } from "./homes.js";
import { hashOf } from "./moment.js";
import { html, pure, Section, Tag, useMemo, useState } from "./parts.js";

const VERDICTS = { pass: "good", fail: "bad", inconclusive: "warn" };

/** The home that the page shows, to be chosen; stands in the bar. */
export function ChosenHome({ bench, names, chosen }) {
  const options = useMemo(() => optionsOf(names, chosen), [names, chosen]);
  const choose = (event) => { location.hash = hashOf({ bench, home: event.target.value || null }); };
  return html`<label class="home-choice">Home <select aria-label="Home" onChange=${choose} value=${chosen ?? ""}>
    <option value="" selected=${chosen === null}>all ${names.length}</option>
    ${options}</select></label>`;
}

/** The home on which buttons act while all homes are shown. */
export function ActingHome({ street }) {
  const options = useMemo(() => street && optionsOf(street.names, street.acting), [street]);
  if (!street || street.chosen !== null) return null;
  return html`<label class="home-choice">in home <select aria-label="in home" onChange=${(event) => street.act(event.target.value)} value=${street.acting}>
    ${options}</select></label>`;
}

function optionsOf(names, chosen) {
  return names.map((name) => html`<option key=${name} value=${name} selected=${name === chosen}>${name}</option>`);
}

export const Homes = pure(function Homes({ bench, homes, ask, live }) {
  const [wanted, setWanted] = useState("");
  const many = homes.length > IN_FULL;
  const shown = homes.filter((home) => matches(home, wanted));
  const well = homes.filter(({ kind }) => kind === "good").length;
  return html`<${Section} id="homes" title="Homes" aside=${html`<span role="status">${well} of ${homes.length} are well</span>`}>
    ${many && html`<div class="filter"><label>Find <input type="search" value=${wanted} onInput=${(event) => setWanted(event.target.value)}
      placeholder="home, fault, state" /></label><output>${shown.length} of ${homes.length}</output></div>`}
    <ul class="benches homes ${many ? "many" : ""}">${shown.map((home) => html`<${HomeCard} key=${home.name} bench=${bench} home=${home} ask=${ask} live=${live} />`)}</ul>
  <//>`;
});

function matches({ name, word, faults }, wanted) {
  const text = [name, word, ...faults].join(" ").toLowerCase();
  return wanted.toLowerCase().split(/\s+/u).every((each) => text.includes(each));
}

function HomeCard({ bench, home, ask, live }) {
  const verdict = home.last_check?.verdict;
  return html`<li class="bench is-${home.kind}" data-home=${home.name}><h3><a href=${hashOf({ bench, home: home.name })}>${home.name}</a></h3>
    <p><${Tag} kind=${home.kind}>${home.word}<//>${verdict && html` <${Tag} kind=${VERDICTS[verdict]}>check ${verdict}<//>`}</p>
    ${home.up && home.detail && html`<p class="why">${home.detail}</p>`}
    ${home.faults.length > 0 && html`<p class="fault">fault: ${home.faults.join(", ")}</p>`}
    <ul class="dots" aria-label="Nodes of ${home.name}">${home.nodes.map(({ node, kind, word }) => html`<li key=${node.name} class=${kind === "bad" ? "lost" : "ok"}
      title=${word}>${node.role}${kind === "bad" && html`<span class="unseen"> ${word}</span>`}</li>`)}</ul>
    ${live && html`<div class="buttons"><${VerbButton} ask=${ask} verb="check" request=${{ home: home.name, wait_s: 0 }} disabled=${home.checking}
      label="Check ${home.name}">${home.checking ? "Check runs\u2026" : "Check"}<//></div>`}</li>`;
}

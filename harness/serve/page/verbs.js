/** What can be done to the bench: its clock, checks, faults, scenarios; and every verb there is, from the OpenAPI document. */

import { VerbButton, useVerb } from "./buttons.js";
import { speedText } from "./format.js";
import { VerbForm } from "./forms.js";
import { activeFaults, inHome } from "./homes.js";
import { html, pure, Section, Tag, Trouble, useMemo, useState } from "./parts.js";
import { ActingHome } from "./street.js";

export const SPEEDS = [0.1, 1, 10, 60, 600, 3600, 100000];

/** The speed of the clock, to be chosen. */
export function Speed({ bench, ask }) {
  const { run, busy, problem } = useVerb(ask);
  const { speed } = bench.state.clock;
  const options = useMemo(() => {
    const speeds = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].sort((one, other) => one - other);
    return speeds.map((each) => html`<option key=${each} value=${String(each)} selected=${each === speed}>${speedText(each)}</option>`);
  }, [speed]);
  return html`<select aria-label="Speed" value=${String(speed)} disabled=${busy}
      onChange=${(event) => run("speed", { speed: Number(event.target.value) })}>
      ${options}
    </select><${Trouble} problem=${problem} />`;
}

/** Pause, resume, step to the next frame. */
export function PauseAndStep({ bench, ask }) {
  const { run, busy, problem } = useVerb(ask);
  const { paused } = bench.state.clock;
  return html`<div class="controls" role="group" aria-label="Clock">
    <button type="button" disabled=${busy} aria-pressed=${paused} onClick=${() => run("pause", { action: paused ? "off" : "on" })}>
      ${paused ? "Resume" : "Pause"}</button>
    <button type="button" disabled=${busy} title="Run to the next frame, and pause there" onClick=${() => run("step", {})}>Step</button>
    <${Trouble} problem=${problem} />
  </div>`;
}

/** Checks and commissioning. They answer at once; the timeline tells their end. */
export function CheckButtons({ bench, ask, primary }) {
  const running = bench.checking !== null;
  return html`<${VerbButton} ask=${ask} verb="check" request=${{ wait_s: 0, ...inHome(bench) }} primary=${primary} disabled=${running}>
      ${running ? `Check ${bench.checking.attempt} runs\u2026` : "Check the HAN"}<//>
    <${VerbButton} ask=${ask} verb="commission" request=${{ wait_s: 0, ...inHome(bench) }}>Commission<//>`;
}

/** Faults by name, each with what it looks like in the field; the active ones of all homes that are shown can be healed. */
export const Faults = pure(function Faults({ bench, shown, catalogue, ask, street }) {
  const faults = catalogue?.faults ?? [];
  const [name, setName] = useState("battery-dead");
  const { run, busy, problem } = useVerb(ask);
  const chosen = faults.find((fault) => fault.name === name);
  const active = activeFaults(shown);
  const options = useMemo(() => optionsOf(faults, name), [catalogue, name]);
  return html`<${Section} id="faults" title="Break it" aside=${html`<${ActingHome} street=${street} />`}>
    ${active.length === 0 ? html`<p class="quiet">No fault is active.</p>` : html`<ul class="active" aria-label="Active faults">
      ${active.map((each) => html`<${ActiveFault} key=${`${each.home} ${each.name}`} ...${each} fault=${faults.find((one) => one.name === each.name)} ask=${ask} />`)}
    </ul>`}
    <div class="inject">
      <label for="fault">Fault</label>
      <select id="fault" value=${name} onChange=${(event) => setName(event.target.value)}>
        ${options}
      </select>
      <button type="button" class="breaks" disabled=${busy || !chosen || bench.state.faults.includes(name)}
        onClick=${() => run("inject", { fault: name, wait_s: 0, ...inHome(bench) })}>Inject</button>
    </div>
    <${Trouble} problem=${problem} />
    ${chosen && html`<p class="symptom"><b>${chosen.name}</b> (${chosen.layer}): ${chosen.symptom}
      ${" "}${chosen.breaks_reachability === false && html`<span class="quiet">It stays reachable: a check must pass.</span>`}</p>`}
  <//>`;
});

/** Faults to choose from, by what they strike. Long lists are made once: the browser is told each option at every drawing. */
function optionsOf(faults, chosen) {
  return [...new Set(faults.map((fault) => fault.subject))].map((subject) => html`<optgroup key=${subject} label=${subject}>
    ${faults.filter((fault) => fault.subject === subject).map((fault) => html`<option key=${fault.name} value=${fault.name}
      selected=${fault.name === chosen}>${fault.title}</option>`)}</optgroup>`);
}

function ActiveFault({ name, home, fault, ask }) {
  return html`<li>${home && html`<b>${home}</b> `}<${Tag} kind="bad">${name}<//> <span>${fault?.symptom}</span>
    <${VerbButton} ask=${ask} verb="heal" request=${{ fault: name, wait_s: 0, ...inHome({ home }) }} label="Heal ${name}${home ? ` of ${home}` : ""}">Heal<//></li>`;
}

/** Scenarios and captures. */
export const More = pure(function More({ bench, catalogue, ask, street }) {
  const { scenario, captures } = bench.state;
  return html`<${Section} id="more" title="Scenarios and captures" aside=${html`<${ActingHome} street=${street} />`}>
    ${scenario
      ? html`<p>Plays <b>${scenario.title || scenario.id}</b>, decided by ${scenario.controller}.
          ${" "}<${VerbButton} ask=${ask} verb="scenario" request=${{ action: "stop", ...inHome(bench) }}>Stop it<//></p>`
      : html`<${Play} home=${bench.home} catalogue=${catalogue} ask=${ask} />`}
    <ul class="active">${captures.map((each) => html`<li key=${each}><a href="api/benches/${encodeURIComponent(bench.id)}/captures/${encodeURIComponent(each)}"
      download>capture ${each}</a> <span>records</span>
      <${VerbButton} ask=${ask} verb="capture" request=${{ action: "stop", capture: each }} label="Stop capture ${each}">Stop<//></li>`)}</ul>
    <${VerbButton} ask=${ask} verb="capture" request=${{ action: "start" }}>Start another capture<//>
  <//>`;
});

/** A scenario by its id, and the controller that decides in it. */
function Play({ home, catalogue, ask }) {
  const [id, setId] = useState("");
  const [controller, setController] = useState("");
  const { run, busy, problem } = useVerb(ask);
  const known = catalogue?.scenarios ?? [];
  const scenarios = useMemo(() => known.map((each) => html`<option key=${each.id} value=${each.id}>${each.title}</option>`), [catalogue]);
  const controllers = useMemo(() => (catalogue?.controllers ?? []).map((each) => html`<option key=${each} value=${each} />`), [catalogue]);
  const title = known.find((each) => each.id === id)?.title;
  const play = (event) => {
    event.preventDefault();
    run("scenario", { action: "play", scenario: id, ...(controller ? { controller } : {}), ...inHome({ home }) });
  };
  return html`<form onSubmit=${play}><div class="inject"><label for="scenario">Scenario</label>
      <input id="scenario" list="scenarios" required value=${id} placeholder="a part of its name" onInput=${(event) => setId(event.target.value)} />
      <datalist id="scenarios">${scenarios}</datalist></div>
    <div class="inject"><label for="controller">Controller</label>
      <input id="controller" list="controllers" value=${controller} placeholder="reference" onInput=${(event) => setController(event.target.value)} />
      <datalist id="controllers">${controllers}</datalist>
      <button type="submit" class="breaks" disabled=${busy}>Play</button></div>
    <${Trouble} problem=${problem} />
    ${title && html`<p class="symptom">${title}.</p>`}</form>`;
}

/** Every verb, made from the OpenAPI document: a verb that is new appears by itself. */
export const AllVerbs = pure(function AllVerbs({ openapi, bench, nodes, ask, street }) {
  const [open, setOpen] = useState(false);
  const verbs = openapi ? operations(openapi) : [];
  return html`<${Section} id="verbs" title="Every verb">
    <details onToggle=${(event) => setOpen(event.target.open)}><summary>${verbs.length} verbs, each with its request and its answer</summary>
      ${open && verbs.map((verb) => html`<${VerbForm} key=${verb.name} verb=${verb} ask=${ask}
        words=${{ node: nodes, ...(street ? { home: street.names } : {}) }} home=${bench.home} />`)}
    </details><//>`;
});

/** The verbs of a bench: name, sentence, whether it breaks something, schema of its request. */
export function operations(openapi) {
  const place = "/api/benches/{bench}/";
  const ofVerb = (path) => path.startsWith(place) && !path.slice(place.length).includes("/");
  return Object.entries(openapi.paths).filter(([path]) => ofVerb(path)).map(([path, methods]) => {
    const [[method, operation]] = Object.entries(methods);
    return {
      name: path.slice(place.length), reads: method === "get", sentence: operation.summary,
      breaks: operation["x-breaks"] === true, fields: fieldsOf(openapi, operation),
    };
  });
}

function fieldsOf(openapi, operation) {
  const body = operation.requestBody?.content["application/json"].schema;
  if (!body) {
    return (operation.parameters ?? []).filter((each) => each.in === "query").map(({ name, required, schema }) => ({ name, required, schema }));
  }
  const schema = body.$ref ? openapi.components.schemas[body.$ref.split("/").at(-1)] : body;
  return Object.entries(schema.properties ?? {}).map(([name, field]) => ({ name, required: (schema.required ?? []).includes(name), schema: field }));
}

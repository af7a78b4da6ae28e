/** The page: holds the state, feeds it, and lays out the parts. */

import { act, get, read } from "./api.js";
import { useCampaigns } from "./campaigns.js";
import { Cards } from "./cards.js";
import { FirstSteps } from "./first_steps.js";
import { Pictures } from "./han.js";
import { Frames } from "./frames.js";
import { Header, stateOf } from "./header.js";
import { homesOf, IN_FULL, namesOf, sameView, viewOf } from "./homes.js";
import { followBench, followOverview, gathering } from "./live.js";
import { momentOf } from "./moment.js";
import { Nodes } from "./nodes.js";
import { Overview, servedWords } from "./overview.js";
import { html, render, useEffect, useMemo, useReducer, useRef, useState } from "./parts.js";
import { ReplayBar, useReplay } from "./replay.js";
import { clockNow, emptyBench, initial, reduce } from "./store.js";
import { ChosenHome, Homes } from "./street.js";
import { Timeline } from "./timeline.js";
import { AllVerbs, Faults, More, operations } from "./verbs.js";

/** The clock in the bar, and all else that shows a time. */
const CLOCK_TICK_MS = 250;
const TICK_MS = 1000;

function App() {
  const [page, reduced] = useReducer(reduce, undefined, initial);
  const dispatch = useMemo(() => gathering(reduced), []);
  const hash = useHash();
  const about = useAbout();
  const wanted = hash.get("bench");
  const names = page.overview.map((bench) => bench.bench);
  const campaigns = useCampaigns(wanted === null);
  const only = names.length === 1 && campaigns?.length === 0 && !hash.has("all");
  const id = wanted ?? (only ? names[0] : null);
  useEffect(() => (id === null ? followOverview(dispatch) : undefined), [id]);
  const moment = momentOf(hash);
  const replay = useReplay(id, followBench, dispatch, moment);
  if (id === null) return html`<${OverviewPage} page=${page} campaigns=${campaigns ?? []} />`;
  return html`<${BenchPage} bench=${page.benches[id] ?? emptyBench(id)} page=${page} campaigns=${campaigns ?? []} about=${about} replay=${replay} moment=${moment} />`;
}

function OverviewPage({ page, campaigns }) {
  const dead = page.overview.filter((bench) => !bench.alive).length;
  document.title = `${page.connection === "lost" ? "connection lost" : servedWords(page.overview, campaigns)}${dead ? `, ${dead} dead` : ""} \u2013 hanbench`;
  return html`<header class="bar"><p class="brand"><a href="#">hanbench</a></p></header>
    <${Lost} page=${page} /><${Overview} benches=${page.overview} campaigns=${campaigns} trouble=${page.connection !== "open"} />`;
}

function BenchPage({ bench, page, campaigns, about, replay, moment }) {
  const [tick, slowTick] = [useTick(CLOCK_TICK_MS), useTick(TICK_MS)];
  const now = replay ? replay.position : clockNow(bench, tick);
  const slowNow = useMemo(() => clockNow(bench, slowTick), [slowTick, bench.state?.clock.speed, bench.state?.clock.paused, bench.state === null]);
  const ask = useMemo(() => asking(bench.id, about.openapi), [bench.id, about.openapi]);
  const live = bench.ended === null && replay === null;
  const { street, shown } = useStreet(bench, moment);
  const [, word] = stateOf(shown, page.connection, live);
  document.title = `${replay ? "replay" : word} \u2013 ${bench.id} \u2013 hanbench`;
  return html`<${Header} bench=${shown} now=${now} connection=${page.connection} ask=${ask} live=${live}>
      ${street && html`<${ChosenHome} bench=${bench.id} names=${street.names} chosen=${street.chosen} />`}
      ${page.overview.length + campaigns.length > 1 && html`<a class="all" href="#all">all ${servedWords(page.overview, campaigns)}</a>`}<//>
    <${Lost} page=${page} bench=${bench} />
    <p class="unseen" role="status">${latest(bench)}</p>
    ${bench.state && html`<main class="bench">
      <${Parts} bench=${bench} shown=${shown} street=${street} now=${replay ? now : slowNow} ask=${ask} live=${live} about=${about}
        range=${replay?.range} linked=${moment.frame} t=${moment.t} />
      ${replay && html`<${ReplayBar} replay=${replay} zero=${bench.zero} />`}</main>`}
    <footer>hanbench ${bench.state?.version}${bench.state && html`, files in <code>${bench.state.folder}</code>`}</footer>`;
}

/** All that shows the bench, in one to three columns. `shown`: the chosen home, or all; buttons act on `acting`. */
function Parts({ bench, shown, street, now, ask, live, about, range, linked, t }) {
  const all = street !== null && street.chosen === null;
  const homes = useMemo(() => (all ? homesOf(bench, now) : []), [all, now, bench.nodes, bench.state, bench.checking]);
  const views = useViews(all ? homes.slice(0, IN_FULL).map(({ name }) => viewOf(bench, name)) : [shown]);
  const acting = useMemo(() => (all ? viewOf(bench, street.acting) : shown), [bench, shown, street]);
  return html`${live && html`<${FirstSteps} bench=${acting} ask=${ask} street=${street} />`}
    ${all && html`<${Homes} bench=${bench.id} homes=${homes} ask=${ask} live=${live} />`}
    <${Nodes} views=${views} now=${now} />
    <div class="columns">
      <div class="column record">
        <div class="part"><${Pictures} views=${views} now=${now} /><${Timeline} bench=${shown} now=${now} from=${range?.[0]} to=${range?.[1]} t=${t} street=${street} /></div>
        <div class="part"><${Frames} bench=${shown} ask=${ask} linked=${linked} /></div>
      </div>
      <div class="column">
        ${live && html`<${Faults} bench=${acting} shown=${shown} catalogue=${about.catalogue} ask=${ask} street=${street} />`}
        <${Cards} views=${views} now=${now} ask=${ask} live=${live} />
        ${live && html`<${More} bench=${acting} catalogue=${about.catalogue} ask=${ask} street=${street} />
          <${AllVerbs} openapi=${about.openapi} bench=${acting} nodes=${bench.order} ask=${ask} street=${street} />`}
      </div>
    </div>`;
}

/** The views, each the same object as long as it shows the same. */
function useViews(views) {
  const before = useRef([]);
  const kept = views.map((view) => before.current.find((each) => sameView(each, view)) ?? view);
  if (kept.length !== before.current.length || kept.some((view, index) => view !== before.current[index])) before.current = kept;
  return before.current;
}

/**
 * The homes of a bench that has several, and what is shown of it.
 * @returns {{street: ?{names: string[], chosen: ?string, acting: string, act: (name: string) => void}, shown: Object}}
 */
function useStreet(bench, moment) {
  const [wanted, act] = useState(null);
  const names = namesOf(bench).join("\n");
  const street = useMemo(() => {
    if (!names) return null;
    const all = names.split("\n");
    const chosen = all.includes(moment.home) ? moment.home : null;
    return { names: all, chosen, acting: chosen ?? (all.includes(wanted) ? wanted : all[0]), act };
  }, [names, moment.home, wanted]);
  const shown = useMemo(() => viewOf(bench, street?.chosen ?? null), [bench, street]);
  return { street, shown };
}

/** What went wrong with the connection or the bench. */
function Lost({ page, bench }) {
  if (bench?.ended) return html`<p class="banner ${bench.state?.replay ? "told" : "bad"}" role="alert">The bench has ended: ${bench.ended.reason}</p>`;
  if (page.trouble?.code === "unknown-bench") {
    return html`<p class="banner bad" role="alert">${page.trouble.title}: ${page.trouble.detail} <a href="#">All benches</a></p>`;
  }
  if (page.connection === "lost") {
    return html`<p class="banner bad" role="alert">The connection to the server is lost. The page tries again each two seconds;
      what it shows is from before.</p>`;
  }
  if (page.trouble && bench) return html`<p class="banner bad" role="alert">${page.trouble.title}. ${page.trouble.detail} ${page.trouble.remedy}</p>`;
  if (bench?.state?.detail) return html`<p class="banner told">${bench.state.detail}</p>`;
  return null;
}

/** The latest result, for screen readers. */
function latest(bench) {
  const event = bench.timeline.findLast(({ kind, check }) => (kind === "check" && check) || kind === "decision" || kind === "fault");
  if (!event) return "";
  const of = event.home ? `${event.home}: ` : "";
  if (event.kind === "check") return `${of}Check ${event.attempt}: ${event.check.verdict}. ${event.check.detail}`;
  return event.kind === "decision" ? `${of}${event.text}` : `${of}Fault ${event.fault}: ${event.phase}`;
}

/** `ask` of a bench: GET or POST, as the OpenAPI document says of the verb. */
function asking(bench, openapi) {
  const reads = new Set(openapi ? operations(openapi).filter((verb) => verb.reads).map((verb) => verb.name) : []);
  return (verb, request) => (reads.has(verb) ? read(bench, verb, request) : act(bench, verb, request));
}

/** The documents of the server: verbs, faults, scenarios. */
function useAbout() {
  const [about, setAbout] = useState({ openapi: null, catalogue: null });
  useEffect(() => {
    const load = async (name, path) => setAbout(await get(path).then((document) => (before) => ({ ...before, [name]: document })));
    Promise.allSettled([load("openapi", "openapi.json"), load("catalogue", "api/catalogue")]);
  }, []);
  return about;
}

function useHash() {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  return new URLSearchParams(hash.slice(1));
}

/** Milliseconds of the page's clock, anew `each` so many. */
function useTick(each) {
  const [tick, setTick] = useState(performance.now());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setTick(performance.now()), each);
    return () => clearInterval(timer);
  }, []);
  return tick;
}

const place = document.getElementById("page");
place.replaceChildren();
render(html`<${App} />`, place);

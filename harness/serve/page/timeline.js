/** What happened: checks, faults, consents, commissionings, decisions with their rule and basis; as a list and as a strip. */

import { day, duration, time } from "./format.js";
import { hashOf } from "./moment.js";
import { html, pure, Section, Tag, useEffect, useMemo, useRef, useState } from "./parts.js";
import { bars, Strip } from "./strip.js";

const SHOWN = 40;
const MORE = 100;
const VERDICTS = { pass: "good", fail: "bad", inconclusive: "warn" };
/** What people filter by, and the kinds of events that it shows. */
const KINDS = [["check", "Checks"], ["fault", "Faults"], ["consent", "Consents"], ["commissioning", "Commissionings"], ["decision", "Decisions"], ["log", "Log"]];
const ALWAYS = ["scenario", "ended", "lost"];

export const Timeline = pure(function Timeline({ bench, now, from, to, t, street }) {
  const [hidden, setHidden] = useState(new Set(["log"]));
  const [shown, setShown] = useState(SHOWN);
  const entries = useMemo(() => entriesOf(bench.timeline), [bench.timeline]);
  const found = entries.filter(({ kind }) => (ALWAYS.includes(kind) || KINDS.some(([name]) => name === kind)) && !hidden.has(kind));
  const rows = found.slice(-shown).reverse();
  const toggle = (kind) => setHidden(new Set(hidden.has(kind) ? [...hidden].filter((each) => each !== kind) : [...hidden, kind]));
  return html`<${Section} id="timeline" title="Timeline">
    <${Strip} lanes=${bars(bench.timeline, now)} from=${from ?? begin(bench.timeline, now)} to=${to ?? now} now=${now} zero=${bench.zero} />
    <div class="filter" role="group" aria-label="What the timeline shows">${KINDS.map(([kind, name]) => html`<label key=${kind}>
      <input type="checkbox" checked=${!hidden.has(kind)} onChange=${() => toggle(kind)} /> ${name}</label>`)}</div>
    <ol class="timeline" aria-label="Events, the latest first">${rows.map((entry) => html`<${Entry} key=${entry.seq} bench=${bench.id} home=${bench.home} entry=${entry} zero=${bench.zero}
      told=${Boolean(street) && entry.home} named=${t !== null && Math.floor(entry.clock) === t} />`)}</ol>
    ${rows.length === 0 && html`<p class="quiet">Nothing yet: break something, or run a check.</p>`}
    ${found.length > shown && html`<button type="button" onClick=${() => setShown(shown + MORE)}>Show older</button>`}
  <//>`;
});

/** Second at which the strip begins: a twentieth before the first event. */
function begin(timeline, now) {
  const first = timeline.find((event) => event.kind !== "log")?.clock ?? timeline[0]?.clock ?? now - 60;
  return Math.min(first - (now - first) / 20, now - 60);
}

/** Events as they are told; of a check or commissioning that has ended, its begin is left out. */
function entriesOf(timeline) {
  const attempt = (event) => `${event.home} ${event.attempt}`;
  const ended = new Set(timeline.filter((event) => event.check).map(attempt));
  const done = {};
  for (const { home, kind, commissioning } of timeline) if (kind === "commissioning" && commissioning) done[home] = (done[home] ?? 0) + 1;
  return timeline.filter((event) => {
    if (event.kind === "check") return event.check || !ended.has(attempt(event));
    if (event.kind !== "commissioning" || event.commissioning) return true;
    done[event.home] = (done[event.home] ?? 0) - 1;
    return done[event.home] < 0;
  });
}

const Entry = pure(function Entry({ bench, home, entry, zero, named, told }) {
  const ms = zero + entry.clock * 1000;
  const [kind, word] = signOf(entry);
  const own = useRef(null);
  useEffect(() => { if (named) own.current.scrollIntoView({ block: "center" }); }, [named]);
  return html`<li ref=${own} class="entry is-${kind} ${named ? "named" : ""}" data-kind=${entry.kind}>
    <a class="when" href=${hashOf({ bench, home, t: Math.floor(entry.clock) })} title="${day(ms)}, second ${entry.clock.toFixed(3)} of the bench's clock"><time>${time(ms)}</time><small>${day(ms)}</small></a>
    <div>${told && html`<b class="home">${told}</b> `}<${Tag} kind=${kind}>${word}<//> <${Told} place=${{ bench, home }} entry=${entry} /></div></li>`;
});

/** The colour of an entry, and its kind in a word. */
function signOf(entry) {
  switch (entry.kind) {
    case "check": return entry.check ? [VERDICTS[entry.check.verdict], `check ${entry.attempt}: ${entry.check.verdict}`] : ["plain", `check ${entry.attempt} runs`];
    case "fault": return [entry.phase === "healed" ? "good" : "bad", "fault"];
    case "commissioning": return !entry.commissioning ? ["plain", "commissioning"] : [entry.commissioning.succeeded ? "good" : "bad", "commissioning"];
    case "ended": return [entry.failed ? "bad" : "plain", "end"];
    case "lost": return ["warn", "lost"];
    case "log": return [entry.text.startsWith("VIOLATION") ? "bad" : "plain", "log"];
    default: return ["plain", entry.kind];
  }
}

function Told({ place, entry }) {
  switch (entry.kind) {
    case "check": return entry.check ? html`<${Check} place=${place} check=${entry.check} />` : "";
    case "fault": return html`<b>${entry.fault || "none"}</b> ${entry.phase}${entry.by !== "hand" && entry.by ? `, by ${entry.by}` : ""}${entry.detail && `: ${entry.detail}`}`;
    case "commissioning": return html`<${Commissioning} place=${place} entry=${entry} />`;
    case "decision": return html`<${Decision} entry=${entry} />`;
    case "consent": return html`<b>${entry.supplier}</b>: ${entry.says}`;
    case "scenario": return html`<b>${entry.scenario}</b> ${entry.phase}${entry.detail && `: ${entry.detail}`}`;
    case "lost": return `${entry.frames} frames and ${entry.others ?? 0} other events did not reach this page`;
    case "ended": return entry.reason;
    case "clock": return entry.paused ? "paused" : `speed ${entry.speed}`;
    default: return entry.text ?? "";
  }
}

function Check({ place, check }) {
  return html`${check.code && html`<b>${check.code}</b> `}${check.detail}
    <small>took ${duration(check.end - check.start)}${check.frames?.length > 0 && "; "}<${Evidence} place=${place} frames=${check.frames} /></small>`;
}

function Commissioning({ place, entry }) {
  const ended = entry.commissioning;
  const word = ended ? (ended.succeeded ? "succeeded" : "failed") : "runs";
  return html`of ${entry.devices.join(" and ")} ${word}${ended?.detail && `: ${ended.detail}`}
    ${ended && html`<small><${Evidence} place=${place} frames=${ended.frames} /></small>`}`;
}

/** Links to the frames on which a verdict rests. */
function Evidence({ place, frames = [] }) {
  if (!frames.length) return null;
  return html`rests on ${frames.length > 1 ? "frames" : "frame"} ${frames.slice(0, 8).map((number, index) => html`${index > 0 && ", "}<a key=${number} href=${hashOf({ ...place, frame: number })}>${number}</a>`)}
    ${frames.length > 8 && ` and ${frames.length - 8} more`}`;
}

/** A decision: what was decided, under which rule, and on what the rule rests (stated, inferred, assumed). */
function Decision({ entry }) {
  return html`${entry.outcome ? html`<b>${entry.text}</b>` : entry.text}${entry.controller && ` (${entry.controller})`}
    ${entry.rule && html`<small class="rule">${entry.rule}</small>`}`;
}


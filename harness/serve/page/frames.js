/** The running list of frames: decoded lines, a filter, a pause, and each frame folds out to its layers. */

import { count, day, time } from "./format.js";
import { CopyLink } from "./moment.js";
import { html, pure, Section, Trouble, useEffect, useMemo, useRef, useState } from "./parts.js";

const SHOWN = 60;
const MORE = 200;
/** Names of frames that say nothing by themselves; nine frames in ten of a home. */
const BACKGROUND = new Set(["acknowledgement", "aps-ack", "data-request", "link-status", "beacon-request", "beacon", "keep-alive"]);

export const Frames = pure(function Frames({ bench, ask, linked }) {
  const [held, setHeld] = useState(null);
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  const [shown, setShown] = useState(SHOWN);
  const [open, setOpen] = useState(null);
  const frames = held ?? bench.frames;
  const found = useMemo(() => frames.filter(matching(text, all)), [frames, text, all]);
  const rows = found.slice(-shown).reverse();
  const waiting = held ? bench.frames.filter((frame) => frame.seq > (held.at(-1)?.seq ?? 0)).length : 0;
  return html`<${Section} id="frames" title="Frames" aside=${asideOf(bench, found.length, frames.length)}>
    <${LinkedFrame} bench=${bench} number=${linked} ask=${ask} />
    <div class="filter" role="search" aria-label="Frames">
      <label for="frame-filter">Filter</label>
      <input id="frame-filter" type="search" placeholder="gsme metering" value=${text} onInput=${(event) => setText(event.target.value)} />
      <label><input type="checkbox" checked=${all} onChange=${(event) => setAll(event.target.checked)} /> acknowledgements, polls and Link Status too</label>
      <button type="button" aria-pressed=${held !== null} onClick=${() => setHeld(held ? null : bench.frames)}>
        ${held ? `Let the list run: ${count(waiting)} new` : "Hold the list"}</button>
    </div>
    <div class="scroll" tabindex="0" role="region" aria-label="List of frames, the latest first">
      <table class="frames" aria-rowcount=${found.length}>
        <thead><tr><th scope="col">Frame</th><th scope="col">Time (UTC)</th><th scope="col">From, to</th><th scope="col">What it says</th></tr></thead>
        <tbody>${rows.map((frame) => html`<${Row} key=${frame.number} bench=${bench.id} frame=${frame} ask=${ask} zero=${bench.zero}
          open=${open === frame.number} onOpen=${setOpen} />`)}</tbody>
      </table>
    </div>
    ${rows.length === 0 && html`<p class="quiet">${frames.length ? "No frame matches the filter." : "No frame so far."}</p>`}
    ${found.length > shown && html`<button type="button" onClick=${() => setShown(shown + MORE)}>Show ${count(Math.min(MORE, found.length - shown))} older</button>`}
  <//>`;
});

function asideOf(bench, found, kept) {
  const lost = bench.lost.frames ? `, ${count(bench.lost.frames)} not delivered to this page` : "";
  return `${count(found)} of the latest ${count(kept)}${lost}`;
}

/** Every word must be in the line, the name, the cluster, or be an end or the number of the frame. */
function matching(text, all) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (frame) => {
    if (!all && words.length === 0 && BACKGROUND.has(frame.name)) return false;
    if (words.length === 0) return true;
    const content = `${frame.number} ${frame.sender ?? "?"} ${frame.receiver ?? "all"} ${frame.name} ${frame.cluster ?? ""} ${frame.line}`.toLowerCase();
    return words.every((word) => content.includes(word));
  };
}

const Row = pure(function Row({ bench, frame, ask, zero, open, onOpen }) {
  const ms = zero + frame.clock * 1000;
  const toggle = () => onOpen(open ? null : frame.number);
  return html`<tr class=${`${open ? "open" : ""} ${frame.name === "unreadable" || frame.name === "malformed" ? "odd" : ""}`}>
      <th scope="row"><button type="button" class="quiet-button" aria-expanded=${open} aria-label="Frame ${frame.number}" onClick=${toggle}>
        ${frame.number}</button></th>
      <td><time title=${day(ms)}>${time(ms)}.${String(Math.floor(ms) % 1000).padStart(3, "0")}</time></td>
      <td class="ends">${frame.sender ?? "?"}<span aria-label="to"> \u2192 </span>${frame.receiver ?? "all"}</td>
      <td class="line">${frame.line}</td></tr>
    ${open && html`<tr class="layers"><td colspan="4"><${Layers} bench=${bench} number=${frame.number} ask=${ask} /></td></tr>`}`;
});

/** The frame that the address names: it may have left the list. */
function LinkedFrame({ bench, number, ask }) {
  const own = useRef(null);
  useEffect(() => own.current?.scrollIntoView({ block: "start" }), [number]);
  if (number == null) return null;
  return html`<div class="linked" ref=${own}><h3>Frame ${count(number)} <small>which the address of this page names</small></h3>
    <${Layers} bench=${bench.id} number=${number} ask=${ask} /></div>`;
}

/** A frame layer by layer. */
function Layers({ bench, number, ask }) {
  const [{ answer, problem }, set] = useState({ answer: null, problem: null });
  useEffect(() => {
    let gone = false;
    ask("frame", { number }).then(
      (found) => gone || set({ answer: found, problem: null }),
      (error) => gone || set({ answer: null, problem: error }),
    );
    return () => { gone = true; };
  }, [bench, number]);
  if (problem) return html`<${Trouble} problem=${problem} />`;
  if (!answer) return html`<p class="quiet">\u2026</p>`;
  const { frame, layers } = answer;
  return html`<p class="what"><b>${frame.line}</b></p>
    <p class="quiet">channel ${frame.channel}, ${frame.octets ?? 0} octets${frame.lqi == null ? "" : `, LQI ${frame.lqi}`}, second
      ${" "}${frame.clock.toFixed(6)} of the bench's clock <${CopyLink} moment=${{ bench, frame: number }} what="frame ${number}" /></p>
    <div class="stack">${layers.map((layer, index) => html`<div key=${index} class="layer" role="group" aria-label=${layer.name}><h4>${layer.name}</h4>
      <dl>${layer.fields.map(([name, value], place) => html`<div key=${place}><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></div>`)}</div>`;
}

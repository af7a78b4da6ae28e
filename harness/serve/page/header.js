/** What is always in sight: bench, seed, rules, clock, speed, connection; and the clock's controls. */

import { day, duration, exactTime, speedText, time } from "./format.js";
import { html, Tag } from "./parts.js";
import { PauseAndStep, Speed } from "./verbs.js";

export function Header({ bench, now, connection, ask, live, children }) {
  const { state } = bench;
  const [kind, word] = stateOf(bench, connection, live);
  const clock = state?.clock.paused ? exactTime : time; // a step may take less than a second
  return html`<header class="bar">
    <p class="brand"><a href="#">hanbench</a></p>
    <h1>${bench.id}<small title=${state?.title}>${state?.title}</small></h1>
    ${state?.replay && html`<${Tag} kind="warn">replay<//>`}<${Tag} kind=${kind}>${word}<//>
    ${state && html`<dl class="facts">
      <div><dt>Clock</dt><dd><time>${day(bench.zero + now * 1000)} <b>${clock(bench.zero + now * 1000)}</b></time>
        <small> UTC, up ${duration(now)}</small></dd></div>
      <div><dt>Speed</dt><dd>${live && html`<${Speed} bench=${bench} ask=${ask} />`}<b class=${live ? "in-print" : ""}>${speedText(state.clock.speed)}</b>
        ${state.clock.paused && html` <${Tag} kind="warn">paused<//>`}</dd></div>
      <div><dt>Seed</dt><dd><b>${state.seed}</b></dd></div>
      <div><dt>Rules</dt><dd><b>${state.rules || "none in force"}</b></dd></div>
    </dl>`}
    ${live && state && html`<${PauseAndStep} bench=${bench} ask=${ask} />`}
    ${children}
  </header>`;
}

/** The state of what the page shows: a kind of tag and a word; also for the title of the page. */
export function stateOf(bench, connection, live = true) {
  if (bench.ended) return [bench.state?.replay && !bench.ended.failed ? "plain" : "bad", bench.ended.failed ? "dead" : "ended"];
  if (live && connection === "lost") return ["bad", "connection lost"];
  if (!bench.state) return ["plain", "connecting"];
  if (!bench.state.up) return ["warn", "coming up"];
  if (bench.checking) return ["plain", `check ${bench.checking.attempt} runs`];
  if (bench.state.faults.length > 0) return ["warn", `${bench.state.faults.length} fault${bench.state.faults.length > 1 ? "s" : ""}`];
  return ["good", "up"];
}

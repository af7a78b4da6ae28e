/** What a newcomer does first: a clock that runs fast, a fault, three checks, and the decision with its rule. */

import { VerbButton } from "./buttons.js";
import { inHome } from "./homes.js";
import { html, pure, Tag, useState } from "./parts.js";
import { ActingHome } from "./street.js";
import { CheckButtons } from "./verbs.js";

const FAST = 600;
const FAULT = "battery-dead";
const HIDDEN = "hanbench.first-steps";

export const FirstSteps = pure(function FirstSteps({ bench, ask, street }) {
  const [shown, setShown] = useState(remembered());
  const toggle = () => {
    remember(!shown);
    setShown(!shown);
  };
  const { faults, clock } = bench.state;
  const { verdicts, closing } = latestCase(bench.timeline);
  const fast = clock.speed >= FAST && !clock.paused;
  const hurry = !fast && closing === null;
  const steps = [
    [!hurry, "Let the clock run fast", html`<p>A check of a meter that sleeps takes up to an hour of the bench's clock: six seconds at ${FAST}\u00d7.</p>
      <${VerbButton} ask=${ask} verb="speed" request=${{ speed: FAST }} primary=${hurry} disabled=${fast}>Run at ${FAST}\u00d7<//>`],
    [faults.length > 0, "Break the gas meter", html`<p>Its battery dies. More faults stand under \u201cBreak it\u201d.</p>
      <${VerbButton} ask=${ask} verb="inject" request=${{ fault: FAULT, wait_s: 0, ...inHome(bench) }} breaks=${true} primary=${fast && faults.length === 0}
        disabled=${faults.includes(FAULT)}>Break the gas meter<//>`],
    [closing !== null, "Check the HAN three times", html`<p>${verdicts.length === 0 ? "The controller hears of each check." : verdicts.map((verdict, index) =>
        html`<${Tag} key=${index} kind=${VERDICTS[verdict]}>${verdict}<//> `)}</p>
      <${CheckButtons} bench=${bench} ask=${ask} primary=${faults.length > 0 && closing === null} />`],
    [closing !== null, "Read the decision", closing === null
      ? html`<p>It appears here, with the rule that it follows.</p>`
      : html`<p class="outcome"><b>${closing.outcome}</b><small>${closing.rule}</small></p>
        ${faults.includes(FAULT) && html`<${VerbButton} ask=${ask} verb="heal" request=${{ fault: FAULT, wait_s: 0, ...inHome(bench) }}>Heal the gas meter<//>`}`],
  ];
  return html`<section class="first-steps" aria-labelledby="first-steps-title">
    <div class="section-head"><h2 id="first-steps-title">First steps</h2>${shown && html`<${ActingHome} street=${street} />`}
      <button type="button" class="quiet-button" aria-expanded=${shown} onClick=${toggle}>${shown ? "Hide" : "Show"}</button></div>
    ${shown && html`<ol>${steps.map(([done, title, body], index) => html`<li key=${title} class=${done ? "done" : ""}>
      <h3><span class="number" aria-hidden="true">${done ? "\u2713" : index + 1}</span>${title}${done && html`<span class="unseen"> (done)</span>`}</h3>
      ${body}</li>`)}</ol>`}
  </section>`;
});

const VERDICTS = { pass: "good", fail: "bad", inconclusive: "warn" };

/**
 * The case of the latest checks: their verdicts, and the decision that closed it, or null while it is open. A check
 * after that begins another case.
 */
export function latestCase(timeline) {
  let open = { verdicts: [], closing: null };
  for (const event of timeline) {
    if (event.kind === "check" && event.check) {
      open = { verdicts: [...(open.closing ? [] : open.verdicts), event.check.verdict], closing: null };
    } else if (event.kind === "decision" && event.outcome) {
      open = { ...open, closing: event };
    }
  }
  return open;
}

function remembered() {
  try {
    return localStorage.getItem(HIDDEN) !== "hidden";
  } catch {
    return true;
  }
}

function remember(shown) {
  try {
    localStorage.setItem(HIDDEN, shown ? "shown" : "hidden");
  } catch {
    // A browser that keeps nothing shows the steps at each visit.
  }
}

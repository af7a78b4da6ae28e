/** A button that asks a verb, and shows its error where it is. */

import { html, Trouble, useState } from "./parts.js";

/**
 * @param {(verb: string, request: Object) => Promise<Object>} ask
 * @returns {{run: Function, busy: boolean, problem: ?Object, answer: ?Object}} `run(verb, request)` asks and gives the
 *   answer, or null if there was a problem, which `problem` holds until the next request
 */
export function useVerb(ask) {
  const [state, set] = useState({ busy: false, problem: null, answer: null });
  const run = async (verb, request) => {
    set({ busy: true, problem: null, answer: null });
    try {
      const answer = await ask(verb, request);
      set({ busy: false, problem: null, answer });
      return answer;
    } catch (problem) {
      set({ busy: false, problem, answer: null });
      return null;
    }
  };
  return { ...state, run };
}

/** One verb, with its request. `breaks`: it may make a device unreachable, and is marked. */
export function VerbButton({ ask, verb, request = {}, breaks = false, primary = false, disabled = false, label, children }) {
  const { run, busy, problem } = useVerb(ask);
  return html`<span class="verb"><button type="button" class="${primary ? "primary" : ""} ${breaks ? "breaks" : ""}"
      disabled=${disabled || busy} aria-busy=${busy} aria-label=${label} onClick=${() => run(verb, request)}>${children}</button>
    <${Trouble} problem=${problem} /></span>`;
}

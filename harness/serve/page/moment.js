/** A moment of a bench in the address of the page: `#bench=ID&frame=NUMBER`, or `&t=SECONDS` of the bench's clock; `&home=NAME`: of one home. */

import { html, useState } from "./parts.js";

/**
 * @typedef {{bench: ?string, home: ?string, frame: ?number, t: ?number}} Moment
 * @param {URLSearchParams} hash
 * @returns {Moment} what is no number is left out
 */
export function momentOf(hash) {
  const [frame, t] = [numberOf(hash.get("frame"), /^[1-9]\d{0,14}$/), numberOf(hash.get("t"), /^\d{1,12}(\.\d{1,6})?$/)];
  return { bench: hash.get("bench"), home: hash.get("home"), frame, t };
}

function numberOf(text, form) {
  return text !== null && form.test(text) ? Number(text) : null;
}

/** The part of the address behind `#`, with the sign. */
export function hashOf({ bench, home = null, frame = null, t = null }) {
  const fields = [["bench", bench], ["home", home], ["frame", frame], ["t", t]].filter(([, value]) => value !== null);
  return `#${new URLSearchParams(fields.map(([name, value]) => [name, String(value)]))}`;
}

/** Copies the address of a moment; where the browser does not let it, shows the address for copying by hand. */
export function CopyLink({ moment, what }) {
  const [told, setTold] = useState("");
  const address = new URL(hashOf(moment), location.href).href;
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(address);
      setTold("copied");
    } catch {
      setTold("by hand");
    }
  };
  return html`<span class="copy-link"><button type="button" class="quiet-button" onClick=${copy} aria-label="Copy the link to ${what}">Copy link</button>
    <span role="status">${told === "copied" && " copied"}</span>
    ${told === "by hand" && html`<input readonly aria-label="Link to ${what}" value=${address} onFocus=${(event) => event.target.select()} />`}</span>`;
}

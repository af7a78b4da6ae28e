/**
 * What every part of the page uses: htm/preact, and small pieces.
 *
 * A part is a function of its props that returns html`...`: `function Nodes({ bench, now, ask }) {}`. Its props are
 * - `bench`: the `Bench` of store.js;
 * - `now`: seconds of the bench's clock, changed four times a second (take it only where a time is shown);
 * - `ask(verb, request)`: promise of the verb's answer; rejects with the `Problem` of api.js.
 * State that only one part needs (what is folded out, a filter) stays in it, in `useState`. Text goes in as text: no
 * innerHTML, no style attribute in markup (the content security policy refuses it), no handler as a string.
 */

import { Component, html } from "./vendor/preact.js";

export { html, render, useEffect, useMemo, useReducer, useRef, useState } from "./vendor/preact.js";

/** A part that is drawn anew only if a prop is another one. */
export function pure(part) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const names = Object.keys({ ...this.props, ...next });
      return names.some((name) => name !== "children" && this.props[name] !== next[name]);
    }

    render(props) {
      return html`<${part} ...${props} />`;
    }
  };
}

/** A section of the page, with a heading that the table of contents and the keyboard find. */
export function Section({ id, title, aside, children }) {
  return html`<section id=${id} aria-labelledby="${id}-title">
    <div class="section-head"><h2 id="${id}-title">${title}</h2>${aside && html`<div class="aside">${aside}</div>`}</div>
    ${children}
  </section>`;
}

/** A word with a colour and a sign of its own: `kind` is good, bad, warn or plain. */
export function Tag({ kind = "plain", title, children }) {
  return html`<span class="tag ${kind}" title=${title}>${children}</span>`;
}

/** An error of a verb where its button is, with its remedy. */
export function Trouble({ problem }) {
  if (!problem) return null;
  return html`<p class="trouble" role="alert"><b>${problem.title}.</b> ${problem.detail}${problem.detail && " "}
    ${problem.remedy && html`<span class="remedy">${problem.remedy}</span>`}</p>`;
}

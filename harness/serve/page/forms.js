/** A form for one verb, made from the JSON Schema of its request. */

import { useVerb } from "./buttons.js";
import { html, Tag, Trouble, useState } from "./parts.js";

/**
 * @param {{verb: {name: string, reads: boolean, sentence: string, breaks: boolean, fields: Object[]}}} props
 *   `words`: what is offered for a field, by its name; `home`: where a form acts that is not told another one
 */
export function VerbForm({ verb, words, home, ask }) {
  const [typed, setValues] = useState({});
  const values = { ...(home && !verb.reads ? { home } : {}), ...typed };
  const { run, busy, problem, answer } = useVerb(ask);
  const change = (name, text) => setValues({ ...typed, [name]: text });
  const send = (event) => {
    event.preventDefault();
    run(verb.name, requestOf(verb.fields, values));
  };
  return html`<form class="verb-form" onSubmit=${send} aria-label="Verb ${verb.name}">
    <p><b>${verb.name}</b> ${verb.breaks && html`<${Tag} kind="bad">breaks<//>`} <span class="quiet">${verb.sentence}</span></p>
    <div class="fields">${verb.fields.map((field) => html`<${Field} key=${field.name} verb=${verb.name} field=${field} offered=${words[field.name]}
      value=${values[field.name] ?? ""} change=${change} />`)}
      <button type="submit" class=${verb.breaks ? "breaks" : ""} disabled=${busy}>${verb.reads ? "Ask" : "Do it"}</button></div>
    <${Trouble} problem=${problem} />
    ${answer && html`<pre class="answer" tabindex="0" aria-label="Answer of ${verb.name}">${JSON.stringify(answer, null, 1)}</pre>`}
  </form>`;
}

function Field({ verb, field, offered, value, change }) {
  const id = `${verb}-${field.name}`;
  const words = offered ?? choices(field.schema);
  const typed = (event) => change(field.name, event.target.value);
  const hint = field.schema.default == null ? "" : JSON.stringify(field.schema.default);
  return html`<label for=${id} title=${field.schema.description}>${field.name}${field.required && html`<span aria-hidden="true">*</span>`}
    ${words
      ? html`<select id=${id} required=${field.required} onChange=${typed} value=${value}><option value="">${field.required ? "choose" : hint}</option>
          ${words.map((word) => html`<option key=${word} value=${word} selected=${word === value}>${word}</option>`)}</select>`
      : html`<input id=${id} required=${field.required} value=${value} placeholder=${hint} onInput=${typed} />`}</label>`;
}

/** The words that a schema allows, or null. */
function choices(schema) {
  if (schema.enum) return schema.enum;
  const inner = (schema.anyOf ?? []).find((each) => each.enum);
  return inner ? inner.enum : null;
}

/** The request of what was typed: fields that are empty are left out. */
export function requestOf(fields, values) {
  const filled = fields.filter((field) => (values[field.name] ?? "") !== "");
  return Object.fromEntries(filled.map((field) => [field.name, valueOf(typesOf(field.schema), values[field.name])]));
}

function typesOf(schema) {
  return [schema.type, ...(schema.anyOf ?? []).map((each) => each.type)].flat();
}

function valueOf(types, text) {
  if (types.includes("number") || types.includes("integer")) return Number.isNaN(Number(text)) ? text : Number(text);
  if (types.includes("array")) return text.split(/[\s,]+/u).filter(Boolean);
  return text;
}

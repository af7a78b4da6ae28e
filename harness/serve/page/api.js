/** The server: requests of verbs, and the stream of events. */

const BENCHES = "api/benches";

/** An error that the server or the network answered with (problem details, RFC 9457). */
export class Problem extends Error {
  constructor({ title, detail = "", remedy = "", code = "" }) {
    super(title);
    Object.assign(this, { title, detail, remedy, code });
  }
}

const UNREACHABLE = { title: "The server does not answer", remedy: "Is `hanbench serve` still running?", code: "unreachable" };

async function fetched(path, options) {
  return valueOf(await answered(path, options));
}

async function answered(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Problem(UNREACHABLE);
  }
}

/** The value of an answer in JSON; rejects with a `Problem`. */
async function valueOf(response) {
  const text = await response.text();
  let body = null;
  try {
    body = JSON.parse(text);
  } catch {
    throw new Problem({ title: `The server answered ${response.status}`, detail: text.slice(0, 200) });
  }
  if (!response.ok) throw new Problem(body.title ? body : { title: `The server answered ${response.status}` });
  return body;
}

/** @returns {Promise<Object>} answer of a GET, read from JSON; rejects with a `Problem` */
export function get(path) {
  return fetched(path, { headers: { Accept: "application/json" } });
}

/**
 * A GET of what has changed.
 * @param {string} path
 * @param {?string} tag  of what is known; null: nothing is
 * @returns {Promise<?{tag: string, value: Object}>} null: it has not changed; rejects with a `Problem`
 */
export async function getNewer(path, tag) {
  const headers = { Accept: "application/json", ...(tag && { "If-None-Match": tag }) };
  const response = await answered(path, { headers, cache: "no-store" });
  return response.status === 304 ? null : { tag: response.headers.get("ETag"), value: await valueOf(response) };
}

/** Ask a verb that only reads. Arrays are repeated parameters. */
export function read(bench, verb, request = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(request)) [value].flat().forEach((each) => query.append(name, String(each)));
  const asked = query.toString();
  return get(`${BENCHES}/${encodeURIComponent(bench)}/${verb}${asked && `?${asked}`}`);
}

/** Ask a verb that does something. A request that is sent twice is done once. */
export function act(bench, verb, request = {}) {
  return fetched(`${BENCHES}/${encodeURIComponent(bench)}/${verb}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": oneTimeKey() },
    body: JSON.stringify(request),
  });
}

function oneTimeKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((octet) => octet.toString(16).padStart(2, "0")).join("");
}

/** What the state of a node means: one word, its reason, and whether it needs a look. Pure. */

import { duration, moment } from "./format.js";

const WAKES = 2;
const MARGIN_S = 60;
const USUAL_WAKE_S = 1800;

/**
 * @param {Object} node  `NodeState`
 * @param {Object} memory  `Memory` of store.js
 * @param {number} now  seconds of the bench's clock
 * @param {number} zero  milliseconds since 1970 of second 0
 * @param {?number} told  when the bench told the nodes, seconds of its clock: a page that looks later knows no silence; null: now
 * @returns {{kind: "good"|"warn"|"bad"|"plain", word: string, why: string}}
 */
export function condition(node, memory, now, zero, told) {
  if (!node.powered) return { kind: "bad", word: "No power", why: "" };
  if (!node.joined) return outside(node);
  if (node.obstacles.length) return { kind: "bad", word: "Unreachable", why: node.obstacles.join("; ") };
  const silent = silence(node, memory, now, told);
  if (silent !== null) return { kind: "warn", word: `Silent for ${duration(silent)}`, why: "longer than a healthy meter sleeps" };
  return { kind: "good", ...presence(node, now, zero) };
}

function outside(node) {
  if (!node.emulated) return { kind: "warn", word: "Not in the HAN", why: "physical device; the hub does not know it" };
  return { kind: "bad", word: "Orphan", why: node.join_state ? `not in the HAN: ${node.join_state}` : "not in the HAN" };
}

function presence(node, now, zero) {
  if (!node.sleepy) return { word: node.role === "hub" ? "Running" : "Listening", why: "" };
  if (node.awake) return { word: "Awake", why: "" };
  if (node.next_wake == null || node.next_wake < now) return { word: "Asleep", why: "" };
  const until = moment(zero + node.next_wake * 1000, zero + now * 1000);
  return { word: `Asleep until ${until}`, why: `wakes in ${duration(node.next_wake - now)}` };
}

/** Seconds for which a sleepy node has been silent, if longer than a healthy one sleeps (as the check counts); or null. */
export function silence(node, memory, now, told) {
  if (!node.sleepy) return null;
  const silent = Math.min(now, told ?? now) - (heardAt(node) ?? 0);
  const wake = node.wake_interval_s ?? memory?.wake_interval_s ?? USUAL_WAKE_S;
  return silent > WAKES * wake + MARGIN_S ? silent : null;
}

/** Seconds at which the hub last heard a node: straight, or through a repeater by a report to its mirror; or null. */
export function heardAt(node) {
  const straight = node.last_heard ?? null;
  return straight === null && node.parent !== hubOf(node) ? (node.mirror?.updated ?? null) : straight;
}

/** Name of the hub of a node's home. */
export function hubOf(node) {
  return node.home ? `${node.home}.hub` : "hub";
}

/** Whether a node belongs to no parent: the picture draws no line to it. */
export function isOrphan(node) {
  return node.role !== "hub" && !(node.powered && node.joined);
}

/** The worst of several conditions: `bad`, `warn`, `good`. */
export function worst(kinds) {
  return ["bad", "warn"].find((kind) => kinds.includes(kind)) ?? "good";
}

/** The times of a gas meter's mirror: `mirror 12:00, meter last heard 09:30`. Null: the node has no mirror. */
export function mirrorWords(node, now, zero) {
  if (!node.mirror) return null;
  const shown = (at) => (at == null ? "never" : moment(zero + at * 1000, zero + now * 1000));
  return `mirror ${shown(node.mirror.updated)}, meter last heard ${shown(heardAt(node))}`;
}

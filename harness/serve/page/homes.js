/** A bench divided by homes. Pure. */

import { condition, worst } from "./condition.js";

/** Homes that are shown in full at a time, unless one is chosen. */
export const IN_FULL = 6;

/** Names of the homes of a bench; empty: it has one home, without a name. @returns {string[]} */
export function namesOf(bench) {
  return (bench.state?.homes ?? []).map((home) => home.name).filter(Boolean);
}

/** What a request about the home that is shown has beside its other fields. */
export function inHome({ home }) {
  return home ? { home } : {};
}

/**
 * What is known of one home, in the form of a bench: its nodes, frames and events, and the events of the whole bench.
 * @param {?string} home  null: of all homes, or of the only one
 * @returns {Bench & {home: ?string}} `checking` is the `check` event of the check that runs, or null
 */
export function viewOf(bench, home) {
  if (home === null) return { ...bench, home, checking: Object.values(bench.checking).at(-1) ?? null };
  const { faults, scenario, checks, last_check } = bench.state.homes.find(({ name }) => name === home);
  return {
    ...bench,
    home,
    order: nodesOf(bench, home),
    frames: bench.frames.filter((frame) => frame.home === home),
    timeline: bench.timeline.filter((event) => !event.home || event.home === home),
    checking: bench.checking[home] ?? null,
    state: { ...bench.state, faults, scenario, checks, last_check },
  };
}

/** Whether two views show the same nodes, faults and checks, and know the same frames. */
export function sameView(one, other) {
  const same = (of) => of(one) === of(other);
  const parts = [({ home }) => home, ({ id }) => id, ({ zero }) => zero, ({ order }) => order.join(" "), ({ checking }) => checking, ({ frames }) => frames.at(-1)];
  return parts.every(same) && one.state.clock.speed === other.state.clock.speed && one.state.faults.join() === other.state.faults.join()
    && one.order.every((name) => one.nodes[name] === other.nodes[name] && one.memory[name] === other.memory[name]);
}

/** The active faults of what is shown, each with its home. @returns {{name: string, home: ?string}[]} */
export function activeFaults(view) {
  const homes = view.home === null && namesOf(view).length ? view.state.homes.map(({ name, faults }) => ({ home: name, faults })) : [{ home: view.home, faults: view.state.faults }];
  return homes.flatMap(({ home, faults }) => faults.map((name) => ({ name, home })));
}

function nodesOf(bench, home) {
  return bench.order.filter((name) => bench.nodes[name]?.home === home);
}

/**
 * Each home in a word; where there are many, those that need a look come first.
 * @returns {{name: string, up: boolean, faults: string[], last_check: ?Object, nodes: Object[], checking: boolean, kind: string, word: string}[]}
 */
export function homesOf(bench, now) {
  const homes = (bench.state?.homes ?? []).filter(({ name }) => name).map((home) => {
    const nodes = home.nodes.map((name) => bench.nodes[name]).filter(Boolean);
    const conditions = nodes.map((node) => ({ node, ...condition(node, bench.memory[node.name], now, bench.zero, bench.told) }));
    return { ...home, nodes: conditions, checking: home.name in bench.checking, ...stateOfHome(home, conditions) };
  });
  return homes.length > IN_FULL ? homes.sort((one, other) => RANK[one.kind] - RANK[other.kind]) : homes;
}

const RANK = { bad: 0, warn: 1, good: 2 };

function stateOfHome(home, conditions) {
  if (!home.up) return { kind: "warn", word: home.detail || "coming up" };
  const lost = conditions.filter(({ node, kind }) => node.emulated && kind === "bad");
  if (lost.length) return { kind: "bad", word: `${lost.map(({ node }) => node.role).join(", ")} unreachable` };
  if (home.faults.length) return { kind: "warn", word: "fault active" };
  return { kind: worst([...conditions.map(({ kind }) => kind), home.last_check?.verdict === "fail" ? "warn" : "good"]), word: "up" };
}

/**
 * What the page knows, and how events change it. Pure: no clock, no network, no document. The live page and the replay
 * of a finished run give the same actions to the same `reduce`.
 *
 * @typedef {Object} PageState
 * @property {"connecting"|"open"|"lost"} connection  the stream of events
 * @property {?Object} trouble  the `Problem` of the latest answer about the bench that is shown
 * @property {Object[]} overview  `BenchCard` of each bench of the server
 * @property {Object<string, Bench>} benches  what is known of each bench, by id
 *
 * @typedef {Object} Bench
 * @property {string} id
 * @property {?string} life  tells this bench from an earlier one of its name: both number their events from 1
 * @property {?Object} state  `BenchState`: the answer of the verb `state`, which events keep up to date
 * @property {number} clock  seconds of the bench's clock at the latest event or answer
 * @property {number} at  real milliseconds (of the action) at which `clock` was so
 * @property {number} zero  milliseconds since 1970 of second 0 of the bench's clock
 * @property {string[]} order  names of the nodes, the hub first
 * @property {Object<string, Object>} nodes  `NodeState` of each, with what it leaves out (USUAL)
 * @property {Object<string, Memory>} memory  of each node, what its state no longer tells
 * @property {Object<string, Point[]>} series  numbers of `NODE/READING`, oldest first
 * @property {Object[]} frames  the latest `frame` events, oldest first, at most FRAMES_KEPT
 * @property {Object[]} timeline  every other event but `node`, oldest first, at most TIMELINE_KEPT
 * @property {{frames: number, others: number}} lost  events that this page did not get
 * @property {number} seq  number of the latest event
 * @property {Object<string, Object>} checking  the `check` events of the checks that run, by home; "": the only home
 * @property {?Object} ended  the `ended` event: the bench is dead
 *
 * @typedef {{at: number, value: number}} Point
 * @typedef {Object} Memory
 * @property {number=} network_key  seconds at which its network key changed; absent: before this page looked
 * @property {number=} link_key  the same of its link key
 * @property {number=} wake_interval_s  its latest known wake interval: a node without power does not tell it
 *
 * Actions (`type`): `connection` {to}, `trouble` {problem}, `overview` {benches: those that changed}, `state` {bench, state, at},
 * `nodes` {bench, nodes}, `events` {bench, events, at}, `begin` {bench, life}: the stream begins; another life is another bench;
 * `all` {actions}: one after the other.
 */

export const FRAMES_KEPT = 2000;
export const TIMELINE_KEPT = 1000;
export const POINTS_KEPT = 240;

/** @returns {PageState} */
export function initial() {
  return { connection: "connecting", trouble: null, overview: [], benches: {} };
}

/** @returns {Bench} */
export function emptyBench(id) {
  return {
    id, life: null, state: null, clock: 0, at: 0, zero: 0, told: null, order: [], nodes: {}, memory: {}, series: {}, frames: [], timeline: [],
    lost: { frames: 0, others: 0 }, seq: 0, checking: {}, ended: null,
  };
}

/**
 * @param {PageState} page
 * @param {Object} action
 * @returns {PageState}
 */
export function reduce(page, action) {
  switch (action.type) {
    case "all": return action.actions.reduce(reduce, page);
    case "connection": return { ...page, connection: action.to };
    case "trouble": return { ...page, trouble: action.problem };
    case "overview": return { ...page, overview: merged(page.overview, action.benches) };
    case "begin": return changed(page, action.bench, (bench) => begun(bench, action.life));
    case "state": return changed(page, action.bench, (bench) => withState(bench, action.state, action.at));
    case "nodes": return changed(page, action.bench, (bench) => withNodes(bench, action.nodes, action.clock ?? null));
    case "events": return changed(page, action.bench, (bench) => withEvents(bench, action.events, action.at));
    default: throw new Error(`no such action: ${action.type}`);
  }
}

/** Cards by name; those that came anew replace those of before. */
function merged(cards, changes) {
  const byName = new Map([...cards, ...changes].map((card) => [card.bench, card]));
  return [...byName.values()];
}

function begun(bench, life) {
  return bench.life === null || bench.life === life ? { ...bench, life } : { ...emptyBench(bench.id), life };
}

function changed(page, id, change) {
  return { ...page, benches: { ...page.benches, [id]: change(page.benches[id] ?? emptyBench(id)) } };
}

function withState(bench, state, at) {
  const { clock, date } = state.clock;
  const order = state.nodes.length ? [...state.nodes] : bench.order;
  return { ...bench, state, order, clock, at, zero: zeroOf(date, clock) };
}

/** Second 0, to the microsecond: the same whatever date and clock it comes from, so that nothing is drawn anew for it. */
function zeroOf(date, clock) {
  const beyond = /\.\d{3}(\d{1,3})/.exec(date)?.[1].padEnd(3, "0") ?? "0";
  return Math.round((Date.parse(date) - clock * 1000) * 1000 + Number(beyond)) / 1000;
}

/** What a `NodeState` leaves out, because it is so of most nodes. */
const USUAL = { powered: true, joined: false, sleepy: false, awake: true, faults: [], obstacles: [], drops: {}, readings: [] };

/** Nodes that are as before stay the same objects: what shows them need not be drawn anew. */
function withNodes(bench, states, told) {
  const nodes = states.map((node) => asBefore(bench.nodes[node.name], { ...USUAL, ...node }));
  const fresh = nodes.filter((node) => node !== bench.nodes[node.name]);
  const order = nodes.map((node) => node.name);
  if (fresh.length === 0 && order.length === bench.order.length) return { ...bench, told };
  const known = Object.fromEntries(nodes.map((node) => [node.name, node]));
  const memory = fresh.reduce((before, node) => remembered(before, node), bench.memory);
  const series = withReadings(bench.series, fresh, bench.clock);
  return { ...bench, told, order, nodes: known, memory, series };
}

function asBefore(known, node) {
  return known && JSON.stringify(known) === JSON.stringify(node) ? known : node;
}

function remembered(memory, node, keys = {}) {
  const wakes = node.wake_interval_s == null ? {} : { wake_interval_s: node.wake_interval_s };
  return { ...memory, [node.name]: { ...memory[node.name], ...wakes, ...keys } };
}

function withReadings(series, nodes, now) {
  const longer = { ...series };
  for (const node of nodes) {
    for (const reading of node.readings) {
      if (typeof reading.value !== "number") continue;
      const name = `${node.name}/${reading.name}`;
      const at = reading.at ?? now;
      const points = longer[name] ?? [];
      const last = points.at(-1);
      if (last && at < last.at + 1) continue;
      longer[name] = [...points, { at, value: reading.value }].slice(-POINTS_KEPT);
    }
  }
  return longer;
}

function withEvents(bench, events, at) {
  const begins = bench.seq === 0; // what the bench no longer keeps was not lost on the way to this page
  const fresh = events.filter((event) => (event.kind === "lost" ? !begins : event.seq > bench.seq));
  if (fresh.length === 0) return bench;
  const frames = fresh.filter((event) => event.kind === "frame");
  const others = fresh.filter((event) => event.kind !== "frame" && event.kind !== "node");
  const last = fresh.at(-1);
  const start = {
    ...bench,
    seq: Math.max(bench.seq, last.seq), // that of `lost` may be older
    clock: last.clock,
    at,
    zero: zeroOf(last.date, last.clock),
    frames: frames.length ? [...bench.frames, ...frames].slice(-FRAMES_KEPT) : bench.frames,
    timeline: others.length ? [...bench.timeline, ...others].slice(-TIMELINE_KEPT) : bench.timeline,
  };
  return fresh.reduce((known, event) => (HANDLERS[event.kind] ?? unchanged)(known, event), start);
}

const unchanged = (bench) => bench;

/** What an event of each kind changes, beside the lists above. */
const HANDLERS = {
  frame: (bench, event) => patched(bench, () => ({ frames: event.number })),
  node: (bench, event) => {
    const order = bench.order.includes(event.node) ? bench.order : [...bench.order, event.node];
    const node = { ...USUAL, ...event.state };
    const keys = event.changed.filter((name) => name === "network_key" || name === "link_key");
    return {
      ...bench,
      order,
      nodes: { ...bench.nodes, [event.node]: node },
      memory: remembered(bench.memory, node, Object.fromEntries(keys.map((name) => [name, event.clock]))),
      series: withReadings(bench.series, [node], event.clock),
    };
  },
  fault: (bench, event) => patched(bench, (state) => {
    const homes = patchedHome(state.homes, event.home, ({ faults }) => ({ faults: activeFaults(faults, event) }));
    return { homes, faults: event.home ? [...new Set(homes.flatMap(({ faults }) => faults))] : activeFaults(state.faults, event) };
  }),
  check: (bench, event) => {
    const { [event.home ?? ""]: _, ...others } = bench.checking;
    const checking = event.check ? others : { ...others, [event.home ?? ""]: event };
    if (!event.check) return { ...bench, checking };
    const change = { last_check: event.check, checks: event.attempt };
    const known = patched(bench, (state) => ({
      ...change, homes: patchedHome(state.homes, event.home, () => change), checks: event.home ? state.checks + 1 : event.attempt,
    }));
    return { ...known, checking };
  },
  decision: (bench, event) => patched(bench, () => ({ decisions: event.number })),
  clock: (bench, event) =>
    patched(bench, ({ clock }) => ({ clock: { ...clock, speed: event.speed, paused: event.paused } })),
  lost: (bench, event) => {
    const lost = { frames: bench.lost.frames + event.frames, others: bench.lost.others + (event.others ?? 0) };
    return { ...bench, lost };
  },
  ended: (bench, event) => ({ ...bench, ended: event, checking: {} }),
};

function patched(bench, patch) {
  return bench.state ? { ...bench, state: { ...bench.state, ...patch(bench.state) } } : bench;
}

function patchedHome(homes = [], name = "", patch) {
  return homes.map((home) => (home.name === name ? { ...home, ...patch(home) } : home));
}

function activeFaults(faults, { fault, phase }) {
  const others = faults.filter((name) => name !== fault);
  return phase === "healed" || phase === "failed" ? others : [...others, fault];
}

/** The bench's clock at a real time of the page, seconds: it goes on between two events. */
export function clockNow(bench, at) {
  const running = bench.state && !bench.state.clock.paused && !bench.ended;
  return bench.clock + (running ? (Math.max(0, at - bench.at) / 1000) * bench.state.clock.speed : 0);
}

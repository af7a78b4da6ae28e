/** Feeds the state with a server: its streams of events, and answers where no event tells a change. */

import { read } from "./api.js";

const STREAM = "api/events";
const OVERVIEW_STREAM = "api/overview/stream";
const RENEWED_EACH_MS = 1000;
const STATE_EACH = 5;
/** Nodes that are asked for in a second at most: those of a long street come less often, but events tell what changes. */
const NODES_A_SECOND = 60;
const RECONNECT_MS = 2000;
const GATHERED_MS = 100;
/** A bench that has ended may be started anew; nothing is lost meanwhile. */
const RECONNECT_ENDED_MS = 10_000;

/**
 * Follow one bench until the returned function is called.
 * @param {string} bench
 * @param {(action: Object) => void} dispatch  takes the actions of store.js
 * @returns {() => void}
 */
export function followBench(bench, dispatch) {
  const known = { life: null, seq: 0, ended: false };
  const answers = renewing(bench, dispatch);
  const stream = streaming(() => `${STREAM}?bench=${encodeURIComponent(bench)}&after=${known.seq}`, dispatch, {
    begin: ({ life }) => {
      const another = known.life !== null && life !== known.life;
      known.life = life;
      dispatch({ type: "begin", bench, life });
      answers.now();
      if (another) {
        known.seq = 0;
        stream.reopen();
      }
    },
    message: (events) => {
      known.ended = events.at(-1)?.kind === "ended";
      known.seq = Math.max(known.seq, events.at(-1)?.seq ?? 0);
      dispatch({ type: "events", bench, events, at: performance.now() });
      if (events.some((event) => ["fault", "scenario", "ended"].includes(event.kind))) answers.now();
    },
    ended: () => known.ended,
  });
  return () => {
    stream.close();
    answers.close();
  };
}

/** Follow the cards of all benches until the returned function is called. */
export function followOverview(dispatch) {
  return streaming(() => OVERVIEW_STREAM, dispatch, { message: (benches) => dispatch({ type: "overview", benches }) }).close;
}

/** Gather actions until the browser draws next: a page that cannot keep up draws less often, and shows the latest. */
export function gathering(dispatch) {
  let actions = [];
  let timer = 0;
  const done = () => {
    clearTimeout(timer);
    timer = 0;
    const now = actions;
    actions = [];
    if (now.length) dispatch({ type: "all", actions: now });
  };
  return (action) => {
    actions.push(action);
    if (timer) return;
    timer = setTimeout(done, GATHERED_MS); // pages that are not in sight draw no frames
    requestAnimationFrame(done);
  };
}

/** A stream of server-sent events that comes back by itself, also after an answer that ends it for the browser. */
function streaming(url, dispatch, { begin, message, ended = () => false }) {
  let source = null;
  let later = 0;
  const open = () => {
    source = new EventSource(url());
    source.onopen = () => dispatch({ type: "connection", to: "open" });
    source.onmessage = (event) => message(JSON.parse(event.data));
    source.addEventListener("begin", (event) => begin?.(JSON.parse(event.data)));
    source.onerror = () => {
      if (!ended()) dispatch({ type: "connection", to: "lost" });
      if (source.readyState === EventSource.CLOSED) later = setTimeout(open, ended() ? RECONNECT_ENDED_MS : RECONNECT_MS);
    };
  };
  const close = () => {
    clearTimeout(later);
    source.close();
  };
  open();
  return { close, reopen: () => [close(), open()] };
}

/** Ask for the nodes each second, of a long street less often, and for the state of the bench now and then; not while the page is hidden. */
function renewing(bench, dispatch) {
  let turn = 0;
  let each = 1;
  let busy = false;
  let closed = false;
  const put = (action) => closed || dispatch(action);
  const renew = async (all) => {
    turn += 1;
    if (busy || closed || document.hidden || (!all && turn % each !== 0)) return;
    busy = true;
    try {
      if (all || turn % Math.max(STATE_EACH, each) === 0) {
        const state = await read(bench, "state");
        put({ type: "state", bench, state, at: performance.now() });
        if (state.replay) clearInterval(timer); // it stays as it is
      }
      const { nodes, clock } = await read(bench, "nodes");
      each = Math.max(1, Math.ceil(nodes.length / NODES_A_SECOND));
      put({ type: "nodes", bench, nodes, clock });
      put({ type: "trouble", problem: null });
    } catch (problem) {
      put({ type: "trouble", problem });
    }
    busy = false;
  };
  const timer = setInterval(renew, RENEWED_EACH_MS, false);
  return { now: () => renew(true), close: () => { closed = true; clearInterval(timer); } };
}

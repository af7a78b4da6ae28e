/**
 * The events of a finished run, held back and given to the reducer as far as they are played. Pure but for `dispatch`.
 *
 * A live bench passes through: its actions go to the reducer as they come.
 */

/**
 * @typedef {Object} Tape
 * @property {?Object} replay  `Replayed` of the bench's state; null: a live bench, or not known yet
 * @property {number} position  seconds of the bench's clock up to which the events are played
 * @property {number} loaded  seconds up to which the events have come
 */

export class Recorder {
  /** @param {string} bench @param {(action: Object) => void} dispatch @param {(tape: Tape) => void} onChange */
  constructor(bench, dispatch, onChange) {
    this.bench = bench;
    this.toPage = dispatch;
    this.onChange = onChange;
    this.events = [];
    this.begun = null;
    this.state = null;
    this.nodes = null;
    this.played = 0;
    this.position = 0;
    this.rewound = 0;
    this.live = null;
  }

  /** Takes what the server tells: give it to `followBench` in place of `dispatch`. */
  dispatch = (action) => {
    if (this.live === true) return this.toPage(action);
    switch (action.type) {
      case "begin": this.begun = action; break;
      case "state": return this.#known(action);
      case "nodes": this.nodes ??= action; break;
      case "events": this.events.push(...action.events); break;
      default: return this.toPage(action);
    }
    if (this.live === false) this.#told();
    return undefined;
  };

  /** The first state tells whether the bench lives; what came before it waits till then. */
  #known(action) {
    if (this.live === false) return;
    this.live = !action.state.replay;
    this.state = action;
    if (this.live) {
      for (const held of [this.begun, action, this.nodes].filter(Boolean)) this.toPage(held);
      if (this.events.length) this.toPage({ type: "events", bench: this.bench, events: this.events, at: action.at });
      this.events = [];
      return;
    }
    this.position = action.state.replay.begins;
    this.#rewind();
    this.#told();
  }

  #told() {
    const { replay } = this.state.state;
    if (this.nodes && !this.given) this.#rewind();
    this.#play();
    this.onChange({ replay, position: this.position, loaded: this.events.at(-1)?.clock ?? replay.begins });
  }

  /** Play to a time of the bench's clock, forwards or back. */
  seek(clock) {
    const { begins, ends } = this.state.state.replay;
    const back = clock < this.position;
    this.position = Math.min(Math.max(clock, begins), ends);
    if (back) this.#rewind();
    this.#told();
  }

  /** A frame of the run; undefined: it has not come (yet). */
  frame(number) {
    return this.events.find((event) => event.kind === "frame" && event.number === number);
  }

  /** The time of the next, or the previous, event that is neither a frame nor a node's; undefined: there is none. */
  neighbour(step) {
    const told = this.events.filter((event) => !["frame", "node", "log", "clock"].includes(event.kind));
    return step > 0 ? told.find((event) => event.clock > this.position)?.clock : told.findLast((event) => event.clock < this.position)?.clock;
  }

  #rewind() {
    this.played = 0;
    this.rewound += 1;
    this.given = Boolean(this.nodes);
    this.toPage({ type: "begin", bench: this.bench, life: `replay ${this.rewound}` });
    this.toPage(this.state);
    if (this.nodes) this.toPage(this.nodes);
  }

  #play() {
    const from = this.played;
    while (this.played < this.events.length && this.events[this.played].clock <= this.position) this.played += 1;
    if (this.played === from) return;
    this.toPage({ type: "events", bench: this.bench, events: this.events.slice(from, this.played), at: performance.now() });
  }
}

/** The controls of a replay: play, pause, speed, a slider over the whole run, and jumps from event to event. */

import { day, duration, speedText, time } from "./format.js";
import { html, useEffect, useRef, useState } from "./parts.js";
import { Recorder } from "./tape.js";

const STEP_MS = 100;
const SPEEDS = [1, 10, 60, 600, 3600, 21600];
const WHOLE_IN_S = 120;

/**
 * What follows a bench through a tape.
 * @returns {?Object} the replay that is shown: `tape`, `range`, `now` and what can be done to it; null: a live bench
 */
export function useReplay(id, follow, dispatch, wanted) {
  const recorder = useRef(null);
  const [tape, setTape] = useState(null);
  const [playing, setPlaying] = useState(false);
  const [speed, setSpeed] = useState(0);
  useEffect(() => {
    setTape(null);
    setPlaying(false);
    setSpeed(0);
    if (id === null) return undefined;
    recorder.current = new Recorder(id, dispatch, setTape);
    return follow(id, recorder.current.dispatch);
  }, [id]);
  const replay = tape?.replay ?? null;
  useWanted(recorder, tape, wanted, setPlaying);
  const pace = speed || usualSpeed(replay);
  usePlaying(recorder, replay, playing, pace, setPlaying);
  if (!replay) return null;
  const seek = (clock) => recorder.current.seek(clock);
  const play = () => {
    if (tape.position >= replay.ends) seek(replay.begins);
    setPlaying(!playing);
  };
  const jump = (step) => seek(recorder.current.neighbour(step) ?? (step > 0 ? replay.ends : replay.begins));
  return { ...tape, playing, speed: pace, range: [replay.begins, replay.ends], seek, play, jump, setSpeed };
}

/** The speed at which a run takes some two minutes. */
function usualSpeed(replay) {
  const needed = replay ? (replay.ends - replay.begins) / WHOLE_IN_S : 1;
  return SPEEDS.find((speed) => speed >= needed) ?? SPEEDS.at(-1);
}

/** Go to the moment that the address names, once it is there. */
function useWanted(recorder, tape, wanted, setPlaying) {
  const done = useRef(null);
  const { frame, t } = wanted;
  useEffect(() => {
    const key = `${recorder.current?.bench} ${frame} ${t}`;
    if (!tape?.replay || done.current === key || (frame === null && t === null)) return;
    const clock = frame === null ? t : recorder.current.frame(frame)?.clock;
    if (clock === undefined || (tape.loaded < clock && tape.loaded < tape.replay.ends - 1)) return;
    done.current = key;
    setPlaying(false);
    recorder.current.seek(clock);
  }, [tape?.loaded, tape?.replay, frame, t]);
}

function usePlaying(recorder, replay, playing, speed, setPlaying) {
  useEffect(() => {
    if (!replay || !playing) return undefined;
    let before = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      const to = recorder.current.position + ((now - before) / 1000) * speed;
      before = now;
      recorder.current.seek(to);
      if (to >= replay.ends) setPlaying(false);
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [replay, playing, speed]);
}

export function ReplayBar({ replay, zero }) {
  const { range: [begins, ends], position, playing, speed, loaded } = replay;
  const at = zero + position * 1000;
  const coming = loaded < ends - 1 ? `, loaded up to ${duration(loaded - begins)}` : "";
  return html`<section class="replay" aria-label="Replay">
    <button type="button" class="primary" onClick=${replay.play}>${playing ? "Pause" : "Play"}</button>
    <button type="button" onClick=${() => replay.jump(-1)} aria-label="Previous event">\u25c0<span class="wide"> event</span></button>
    <button type="button" onClick=${() => replay.jump(1)} aria-label="Next event"><span class="wide">event </span>\u25b6</button>
    <label>Speed <select onChange=${(event) => replay.setSpeed(Number(event.target.value))}>
      ${SPEEDS.map((each) => html`<option key=${each} value=${String(each)} selected=${each === speed}>${speedText(each)}</option>`)}</select></label>
    <input type="range" min=${Math.floor(begins)} max=${Math.ceil(ends)} step="1" value=${Math.round(position)} aria-label="Moment of the run"
      aria-valuetext="${day(at)} ${time(at)}" onInput=${(event) => replay.seek(Number(event.target.value))} />
    <p class="where"><time>${day(at)} <b>${time(at)}</b></time><small>${duration(position - begins)} of ${duration(ends - begins)}${coming}</small></p>
    ${replay.replay.detail && html`<p class="missing">${replay.replay.detail}</p>`}
  </section>`;
}

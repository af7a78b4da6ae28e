/** A campaign in words: its state, how far it is, and how long the rest takes. */

import { count, duration } from "./format.js";

const FAILED = ["violation", "crashed"];
/** Numbers below ten have a decimal. */
const rateOf = (rate) => rate.toLocaleString("en-GB", { minimumFractionDigits: rate < 10 ? 1 : 0, maximumFractionDigits: rate < 10 ? 1 : 0 });

/** Cases that did not go as expected. */
export const failedOf = ({ verdicts, alarms }) => alarms + FAILED.reduce((sum, verdict) => sum + (verdicts[verdict] ?? 0), 0);

/** The state in a word, and whether it is good: `good`, `warn`, `bad`. */
export function stateOf({ status, detail }) {
  if (detail) return { kind: "bad", word: "store gone" };
  return { kind: status.state === "playing" || status.state === "finished" ? "good" : "warn", word: status.state };
}

/** Whole hundredths that were played; 100 only if all were. */
export const percentOf = ({ played, size }) => Math.floor((100 * played) / size);

/** `23,000 of 1,000,000 cases (2 %)`. */
export function progressOf(status) {
  return `${count(status.played)} of ${count(status.size)} case${status.size === 1 ? "" : "s"} (${percentOf(status)} %)`;
}

/** `297 a second, 54 min left`; empty if there is no rate yet. */
export function paceOf({ rate, seconds_left: left }) {
  if (!rate) return "";
  return `${rateOf(rate)} a second${left === null ? "" : `, ${duration(left)} left`}`;
}

/** Numbers and times in words. All times are those of the bench, in UTC. */

const DAY_MS = 86_400_000;
// Formatters are made once: to make one costs a hundred times as much as to use it.
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const SHORT_DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const WHOLE = new Intl.NumberFormat("en-GB");
const THREE_DIGITS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 3 });
const TWO_DIGITS = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });
const pad = (number) => String(number).padStart(2, "0");

/** A date: `26 Nov 2026`. @param {number} ms since 1970 */
export function day(ms) {
  return DAY.format(ms);
}

/** A time of day: `09:30:05`. @param {number} ms since 1970 */
export function time(ms) {
  const date = new Date(ms);
  return `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}:${pad(date.getUTCSeconds())}`;
}

/** A time of day to the millisecond: `09:30:05.123`. @param {number} ms since 1970 */
export function exactTime(ms) {
  return `${time(ms)}.${String(new Date(ms).getUTCMilliseconds()).padStart(3, "0")}`;
}

/** A time of day, with the date if it is not that of `now`: `25 Nov 09:30`. Both in ms since 1970. */
export function moment(ms, now) {
  const clock = time(ms).slice(0, 5);
  if (Math.floor(ms / DAY_MS) === Math.floor(now / DAY_MS)) return clock;
  return `${SHORT_DAY.format(ms)} ${clock}`;
}

/** A duration in its two largest units: `2 h 5 min`. @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(whole, 60, "min", 1, "s");
  if (whole < 86_400) return two(whole, 3600, "h", 60, "min");
  return two(whole, 86_400, "d", 3600, "h");
}

function two(whole, large, largeName, small, smallName) {
  const rest = Math.floor((whole % large) / small);
  return `${Math.floor(whole / large)} ${largeName}${rest ? ` ${rest} ${smallName}` : ""}`;
}

/** How long ago: `5 min ago`. Seconds of the bench's clock; null: never. */
export function ago(at, now) {
  if (at == null) return "never";
  return now - at < 1 ? "now" : `${duration(now - at)} ago`;
}

/** A number with separators: `12,345`. */
export function count(number) {
  return WHOLE.format(number);
}

/** A reading: `4321.47 m3`. */
export function quantity({ value, unit = "" }) {
  const shown = typeof value === "number" ? THREE_DIGITS.format(value) : value;
  return `${shown} ${unit.replace("m3", "m\u00b3")}`.trim();
}

/** A speed: `600×`. */
export function speedText(speed) {
  return `${TWO_DIGITS.format(speed)}\u00d7`;
}

/** Names of roles for people. */
export const ROLE_NAMES = {
  hub: "Communications Hub", esme: "Electricity meter", gsme: "Gas meter", ihd: "In-home display", ppmid: "Prepayment display",
  repeater: "Repeater",
};

/** The name of a node for people: `Gas meter`. */
export function roleName(role) {
  return ROLE_NAMES[role] ?? role;
}

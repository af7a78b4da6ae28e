/** The live page of a campaign: asks for it now and then, and draws what has changed. */
/* global h, fill, mastheadOf, sectionsOf, FOOT -- scripts of campaign.html */

import { getNewer } from "./api.js";
import { failedOf, paceOf, percentOf, progressOf, stateOf } from "./campaign_words.js";
import { count, time } from "./format.js";
import { renewChildren } from "./renewal.js";

const ASKED_EACH_MS = 2000;
const ASKED_HIDDEN_EACH_MS = 30_000;
/** Time between two announcements of the progress to a screen reader. */
const TOLD_EACH_MS = 30_000;

const name = decodeURIComponent(location.pathname.split("/").at(-1));
const path = `../api/campaigns/${encodeURIComponent(name)}`;
const draw = (id, ...children) => renewChildren(document.getElementById(id), [...fill(document.createElement("div"), {}, children).childNodes]);

/** What the page knows: the latest answer with its tag, and why there is no newer one. */
const known = { page: null, tag: null, problem: null, afresh: null };
const told = { at: -Infinity, state: null };

async function ask() {
  try {
    const newer = await getNewer(path, known.tag);
    const began = known.page?.status.began;
    if (newer) Object.assign(known, { tag: newer.tag, page: newer.value });
    if (began !== undefined && began !== known.page.status.began) known.afresh = known.page.status.began;
    if (newer || known.problem) drawAll({ ...known, problem: null });
    known.problem = null;
  } catch (problem) {
    known.problem = problem;
    drawAll(known);
  }
}

function drawAll({ page, problem, afresh }) {
  draw("trouble", troubleOf(page, problem, afresh));
  document.title = `${problem ? "connection lost" : titleOf(page.status)} \u2013 ${page?.status.name ?? name} \u2013 hanbench campaign`;
  if (!page) {
    draw("progress");
    return;
  }
  const { status, report, headline } = page;
  draw("masthead", report ? mastheadOf(report, headline) : h("h1", {}, `Campaign ${status.name}`));
  draw("progress", progress(page));
  draw("report", report ? sectionsOf(report) : page.report_detail ? "" : h("p", { class: "words" }, "The report is being made."));
  draw("foot", FOOT);
  tell(status);
}

const titleOf = (status) => (status.state === "playing" ? `${percentOf(status)} %` : status.state);

/** What went wrong, in banners. */
function troubleOf(page, problem, afresh) {
  const lost = problem?.code === "unreachable"
    ? "The connection to the server is lost. The page tries again each two seconds; what it shows is from before."
    : problem && [`${problem.message}. ${problem.detail} `, h("a", { href: "../#all" }, "All benches and campaigns")];
  return [
    lost && banner("bad", lost),
    page?.detail && banner("bad", `The store cannot be read any more, so that this page shows what was there before. ${page.detail}`),
    page?.report_detail && banner("bad", `No report can be made. ${page.report_detail}`),
    afresh && banner("told", `Another campaign was begun in this store at ${time(afresh * 1000)} UTC; the page shows it now.`),
  ].map((each) => each || "");
}

const banner = (kind, ...text) => h("p", { class: `banner ${kind}` }, text);

function progress(page) {
  const { status, report } = page;
  const { kind, word } = stateOf(page);
  const failed = failedOf(status);
  return [
    h("p", { class: "how-far" }, h("span", { class: `tag ${kind}` }, word), h("b", {}, progressOf(status)),
      h("span", {}, paceOf(status)), failed ? h("span", { class: "v-fail" }, `${count(failed)} not as expected`) : ""),
    h("progress", { max: status.size, value: status.played, "aria-label": "Cases played" }),
    h("p", { class: "behind" }, report && report.played !== status.played
      ? `What follows is of ${count(report.played)} of them; it is drawn again every few seconds.` : ""),
  ];
}

/** Tell the progress to a screen reader: at once if the state has changed, else now and then. */
function tell(status) {
  const now = performance.now();
  if (status.state === told.state && now - told.at < TOLD_EACH_MS) return;
  Object.assign(told, { at: now, state: status.state });
  draw("told", [progressOf(status), paceOf(status), status.state].filter(Boolean).join(", "));
}

/** Wait until the page should ask again: later if nobody looks at it, and at once if somebody does again. */
function pause() {
  return new Promise((done) => {
    const timer = setTimeout(ended, document.hidden ? ASKED_HIDDEN_EACH_MS : ASKED_EACH_MS);
    function ended() {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", ended);
      done();
    }
    document.addEventListener("visibilitychange", ended);
  });
}

async function follow() {
  for (;;) {
    await ask();
    await pause();
  }
}

follow();

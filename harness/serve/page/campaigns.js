/** The campaigns of a service: a card each, with its progress and the way to its page. */

import { getNewer } from "./api.js";
import { failedOf, paceOf, progressOf, stateOf } from "./campaign_words.js";
import { count } from "./format.js";
import { html, Tag, useEffect, useState } from "./parts.js";

const PATH = "api/campaigns";
const ASKED_EACH_MS = 2000;

/**
 * The cards of all campaigns, renewed while `wanted`. Which there are stays as it is: without any, they are asked for once.
 * @returns {?Object[]} null: not known yet
 */
export function useCampaigns(wanted) {
  const [campaigns, setCampaigns] = useState(null);
  useEffect(() => {
    if (!wanted && campaigns !== null) return undefined;
    const known = { tag: null, timer: 0, closed: false };
    const ask = async () => {
      let none = false;
      try {
        const newer = document.hidden ? null : await getNewer(PATH, known.tag);
        if (known.closed) return;
        if (newer) setCampaigns(newer.value);
        known.tag = newer?.tag ?? known.tag;
        none = newer?.value.length === 0;
      } catch {
        // the stream of the overview tells that the connection is lost
      }
      if (!none && !known.closed && (wanted || known.tag === null)) known.timer = setTimeout(ask, ASKED_EACH_MS);
    };
    ask();
    return () => {
      known.closed = true;
      clearTimeout(known.timer);
    };
  }, [wanted]);
  return campaigns;
}

/** `alone`: beside no benches, so that the page's heading is theirs. */
export function Campaigns({ campaigns, alone }) {
  return html`<section id="campaigns" aria-label="Campaigns">${!alone && html`<h2>Campaigns</h2>`}
    <ul class="benches">${campaigns.map((each) => html`<${CampaignCard} key=${each.campaign} card=${each} heading=${alone ? "h2" : "h3"} />`)}</ul></section>`;
}

function CampaignCard({ card, heading }) {
  const { campaign, status, detail } = card;
  const { kind, word } = stateOf(card);
  const failed = failedOf(status);
  return html`<li class="bench is-${failed ? "bad" : kind}"><${heading} class="name"><a href="campaigns/${encodeURIComponent(campaign)}">${campaign}</a><//>
    <p><${Tag} kind=${kind}>${word}<//> ${failed > 0 && html`<${Tag} kind="bad">${count(failed)} not as expected<//>`}</p>
    ${detail && html`<p class="why">${detail}</p>`}
    <progress max=${status.size} value=${status.played} aria-label="Cases played of ${campaign}"></progress>
    <p class="quiet">${[progressOf(status), paceOf(status)].filter(Boolean).join(", ")}</p></li>`;
}

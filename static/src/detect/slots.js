// @ts-check
/*
 * Loaded where baits were stopped and the site's own ad script works all the same: whether an ad slot of the page is filled.
 * A library that works is not enough: stand-ins work too.
 */

import { doc, siteValue } from "../browser/native.js";
import { makeWatch } from "../browser/watch.js";

const PATIENCE_MS = 5000;

const namesAnAd = (/** @type {any} */ told) => Boolean(told && (told.lineItemId || told.creativeId || told.isBackfill));

/** @type {Record<string, () => boolean>} */
const FILLED = {
  adsense: () => Boolean(doc.querySelector('ins.adsbygoogle[data-ad-status="filled"]')),
  gpt: () => {
    const slots = siteValue("googletag").pubads().getSlots();
    // A stand-in's information names nobody; backfill has no line item.
    return slots.map((/** @type {any} */ slot) => slot.getResponseInformation()).some(namesAnAd);
  },
  prebid: () => siteValue("pbjs").getEvents().some((/** @type {any} */ event) => event.eventType === "adRenderSucceeded"),
};

/** @param {string} preset */
const isFilled = (preset) => {
  try {
    return FILLED[preset]();
  } catch {
    return false; // a preset without slots of its own, or a library that is not what it seems
  }
};

doc.currentScript?.addEventListener("adnotice:begin", async (event) => {
  const { preset, tell } = /** @type {CustomEvent<SlotsDetail>} */ (event).detail;
  for (const watch = makeWatch(); !watch.late(PATIENCE_MS); await watch.pass()) if (isFilled(preset)) return tell({ filled: true });
  tell({});
});

// @ts-check
/*
 * Loaded where ad_probe_consent or ad_probe_load is used: what the page's consent tool says of ads. Each asks for true,
 * false, or undefined while the reader has not chosen.
 */

import { doc, findValue, siteValue } from "../browser/native.js";
import { pause } from "../browser/timing.js";
import { makeWatch } from "../browser/watch.js";

const PATIENCE_MS = 15000;

/** IAB TCF 2: consent to storage, and consent or legitimate interest for ads. */
const askTcf = () => {
  const tcf = siteValue("__tcfapi");
  /** @type {boolean | undefined} */
  let allowed;
  if (typeof tcf === "function")
    tcf("getTCData", 2, (/** @type {any} */ data, /** @type {boolean} */ success) => {
      if (!success || !data || data.eventStatus === "cmpuishown") return;
      const { consents = {}, legitimateInterests = {} } = data.purpose || {};
      allowed = data.gdprApplies === false || Boolean(consents[1] && (consents[2] || legitimateInterests[2]));
    });
  return allowed;
};

/** What Google's consent mode was told, first to last: [default or update, what was given]. */
const listGoogle = () => {
  const layer = siteValue("dataLayer");
  const entries = Array.isArray(layer) ? layer.filter((entry) => entry && entry[0] === "consent" && entry[2]) : [];
  return entries.filter((entry) => entry[2].ad_storage);
};

/** The last word on ad_storage; denied by default: the reader has yet to say. */
const askGoogle = () => {
  /** @type {boolean | undefined} */
  let allowed;
  for (const [, kind, { ad_storage }] of listGoogle().map((entry) => Array.from(entry)))
    allowed = ad_storage === "granted" || (kind === "update" ? false : undefined);
  return allowed;
};

/** The name of a consent tool that shows itself on this page; "" where none does. */
const findTool = () => {
  if (typeof siteValue("__tcfapi") === "function") return "tcf";
  return listGoogle().length ? "google" : "";
};

/** @param {string} tool  tcf, google, or the name of a function of the site's; "": no consent is needed */
const ask = async (tool) => {
  if (!tool) return true;
  if (tool === "tcf") return askTcf();
  if (tool === "google") return askGoogle();
  const callback = findValue(tool);
  return typeof callback === "function" ? callback() : undefined;
};

doc.currentScript?.addEventListener("adnotice:begin", async (event) => {
  const { tool, tell } = /** @type {CustomEvent<ConsentDetail>} */ (event).detail;
  for (const watch = makeWatch(); ; await watch.pass()) {
    // The site's own function may throw, or never answer.
    const allowed = await Promise.race([ask(tool || findTool()).catch(() => undefined), pause(PATIENCE_MS)]);
    if (allowed || allowed === false || watch.late(PATIENCE_MS)) return tell(Boolean(allowed));
  }
});

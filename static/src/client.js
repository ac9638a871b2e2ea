// @ts-check
/*
 * adnotice: finds out whether ads are blocked in this view, and tells its own site, nobody else.
 * Stores nothing, reads nothing about the reader or the device. What it does, step by step: docs/detection.md
 */

import { listen } from "./adscript.js";
import { NOTICE, REPORT } from "./contract.js";
import { readMark, removeMark } from "./mark.js";
import { doc, siteValue } from "./native.js";
import { offer } from "./offer.js";
import { base, bring, own } from "./own.js";
import { post } from "./post.js";
import { event } from "./timing.js";
import { test } from "./trial.js";

const run = () => {
  const wish = location.hash.replace("#adnotice=", "");
  const reader = /** @type {any} */ (navigator);

  /** Goes up when the page goes away or consent does: what began before then is dropped. */
  let epoch = 0;
  let refusals = 0;
  let reported = false;
  let views = 0;
  let asked = false;

  const adScript = SETTINGS.probe && listen(SETTINGS.probe);

  // The page's own policy stops things just as a blocker does; only this event tells them apart. No verdict rests on
  // a stylesheet.
  doc.addEventListener("securitypolicyviolation", ({ blockedURI, disposition }) => {
    const decides = (blockedURI.startsWith(base) && !blockedURI.endsWith("css")) || (adScript && adScript.names(blockedURI));
    if (disposition === "enforce" && decides) refusals++;
  });

  const gather = () => {
    const start = epoch;
    return test(
      () => start !== epoch,
      () => refusals,
      adScript ? adScript.probe : null,
    );
  };

  /**
   * Posts a report.
   * @param {object} report
   * @param {string} [ticket] of the view that is checked again
   * @returns {Promise<Found | null>}
   */
  const tell = async (report, ticket) => {
    const said = Object.entries(report).filter(([, value]) => value && value.length !== 0);
    const answer = await post(`${base}/${REPORT}`, { ...Object.fromEntries(said), again: ticket });
    return answer && answer.ok ? JSON.parse((await answer.text()) || String(answer.headers.get("x-adnotice"))) : null;
  };

  const language = () => doc.documentElement.lang;

  /** @param {string} [ticket] */
  const recheck = async (ticket = "") => {
    const evidence = await gather();
    return evidence && tell({ ...evidence, lang: language() }, ticket);
  };

  /** @param {object} content */
  const show = (content) => {
    asked = true;
    bring(NOTICE, { content, base, page: location.pathname, recheck, expose: SETTINGS.expose });
  };

  const measure = async () => {
    const evidence = await gather();
    if (!evidence || reported) return;
    reported = true;
    const first = !views++ && !doc.referrer.startsWith(location.origin + "/");
    const found = await tell({
      ...evidence,
      first,
      referrer: first && SETTINGS.referrers && doc.referrer.split("/")[2],
      asked,
      returning: readMark(),
      lang: language(),
    });
    if (conclude) conclude(found);
    if (wish === "why") console.info("adnotice: " + JSON.stringify({ ...found, ...evidence }, null, 1));
    if (!found) return;
    if (found.verdict === "clear") removeMark();
    if (found.notice) show(found.notice);
  };

  const begin = async () => {
    const start = epoch;
    if (/** @type {any} */ (doc).prerendering) await event(doc, "prerenderingchange");
    while (doc.visibilityState === "hidden") await event(doc, "visibilitychange");
    if (start === epoch && !reported) await measure();
  };

  const preview = async () => {
    const answer = await fetch(`${base}/${NOTICE}?lang=${encodeURIComponent(language())}`);
    if (answer.ok) show(await answer.json());
  };

  /** Why nothing is to be measured in this view; "" when it may be. */
  const objection = () => {
    if (SETTINGS.gpc && (reader.globalPrivacyControl || reader.doNotTrack === "1")) return "the reader's GPC or DNT";
    if (reader.connection && reader.connection.saveData) return "the reader's Save-Data";
    return Math.random() < SETTINGS.sample ? "" : "not in the sample";
  };

  const before = siteValue("adnotice");
  let allowed = !SETTINGS.consent || (before && before.consent === true);
  const why = objection();
  const conclude =
    (SETTINGS.expose || SETTINGS.consent) &&
    offer(
      async () => (why || !allowed ? null : await recheck()),
      (given) => {
        if (given === allowed) return;
        allowed = given;
        if (!given) epoch++;
        else if (!why) void begin();
      },
    );

  window.addEventListener("pagehide", () => epoch++);
  window.addEventListener("pageshow", (shown) => {
    if (shown.persisted && allowed && !why && !reported) void begin();
  });

  const changed = () => {
    epoch++;
    reported = false;
    if (allowed) void begin();
  };
  if (SETTINGS.navigations && !why) bring("pages", { path: location.pathname, changed });

  if (wish === "preview") void preview();
  else if (why) {
    if (conclude) conclude(null);
    if (wish === "why") console.info("adnotice: not measured: " + why);
  } else if (allowed) void begin();
};

const guard = Symbol.for("adnotice");
// A page in a frame is no view, and a second run of this script in one document is no second one.
if (own && window.top === window && !(guard in document)) {
  Object.defineProperty(document, guard, { value: true });
  run();
}

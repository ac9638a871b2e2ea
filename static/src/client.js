// @ts-check
/*
 * adnotice: finds out whether ads are blocked in this view, and tells its own site, nobody else.
 * Stores nothing, reads nothing about the reader or the device. What it does, step by step: docs/detection.md
 */

import { doc, siteValue } from "./browser/native.js";
import { keepObjection, objects } from "./browser/objection.js";
import { base, bring, own } from "./browser/own_script.js";
import { post } from "./browser/post.js";
import { readMark, removeMark } from "./browser/session_mark.js";
import { event, pause } from "./browser/timing.js";
import { NOTICE, OBJECTED, REPORT } from "./contract.js";
import { listen } from "./detect/adscript.js";
import { offer, VERDICT_MS } from "./detect/offer.js";
import { test } from "./detect/trial.js";

/** In the head of pages where nothing is to be tried and nothing told; `quiet` pages are measured: host_page/rules.js. */
const OFF = "head>[name=adnotice][content=off]";

/**
 * Says only what is true and there; in a list, each turn counts. A ticket may be empty. The value is read here, since a
 * site's own toJSON may have changed the one that is handed in.
 * @this {any}
 * @param {string} name
 */
function leaveOut(name) {
  const value = this[name];
  return value || name === "again" || +name >= 0 ? value : undefined;
}

const run = () => {
  const wish = location.hash;
  const reader = /** @type {any} */ (navigator);

  /** Goes up when the page goes away or consent does: what began before then is dropped. */
  let epoch = 0;
  let refusals = 0;
  let views = 0;
  let reported = false;
  let asked = false;

  const adScript = SETTINGS.probe && listen(SETTINGS.probe);

  // The page's own policy stops things just as a blocker does; only this event tells them apart. No verdict rests on
  // a stylesheet.
  doc.addEventListener("securitypolicyviolation", ({ blockedURI, disposition }) => {
    const decides = (blockedURI.startsWith(base) && !blockedURI.endsWith("css")) || adScript?.names(blockedURI);
    if (disposition === "enforce" && decides) refusals++;
  });

  /** Looked at anew for each view: the reader may have objected in another tab, the site's script may have marked the page. */
  const gather = async () => {
    const start = epoch;
    if (objects() || doc.querySelector(OFF)) return null;
    return test(
      () => start !== epoch,
      () => refusals,
      adScript?.probe,
    );
  };

  /**
   * Posts a report.
   * @param {object} report
   * @param {string} [ticket] of the view that is checked again
   * @returns {Promise<Found | null>}
   */
  const tell = async (report, ticket) => {
    const body = JSON.stringify({ ...report, lang: doc.documentElement.lang, again: ticket }, leaveOut);
    const answer = await post(`${base}/${REPORT}`, body);
    return answer?.ok ? JSON.parse((await answer.text()) || /** @type {string} */ (answer.headers.get("x-adnotice"))) : null;
  };

  const explain = (/** @type {object} */ told) => wish === "#adnotice=why" && bring("why", told);

  /** @param {string} [kind] what the reader was asked about */
  const recheck = async (ticket = "", kind = "") => {
    const evidence = await gather();
    return evidence && tell({ ...evidence, asked_kind: kind }, ticket);
  };

  /** @param {object | null} content  null: a preview */
  const show = (content) => {
    asked = true;
    bring(NOTICE, { base, recheck, page: location.pathname, refused: () => mayAsk === false, content, post, bring, expose: SETTINGS.expose });
  };

  const measure = async () => {
    if (conclude) setTimeout(conclude, VERDICT_MS, null);
    const evidence = await gather();
    if (!evidence || reported) return void (evidence || explain({}));
    reported = true;
    const mark = readMark();
    const first = !views++ && !doc.referrer.startsWith(location.origin + "/");
    const found = await tell({
      ...evidence,
      ...SETTINGS.drawn,
      first,
      referrer: first && SETTINGS.referrers && doc.referrer.split("/")[2],
      asked,
      returning: !!mark,
      asked_kind: mark === "hosts" && mark,
      may_ask: !!mayAsk,
    });
    conclude?.(found);
    explain({ ...evidence, ...found });
    if (!found) return;
    if (found.ground === OBJECTED) keepObjection();
    if (found.verdict === "clear" && (mark !== "hosts" || evidence.probe === "works")) removeMark();
    if (found.notice) show(found.notice);
  };

  const begin = async () => {
    const start = epoch;
    if (/** @type {any} */ (doc).prerendering) await event(doc, "prerenderingchange");
    while (doc.hidden) await event(doc, "visibilitychange");
    while (!doc.body) await pause(16); // we may run before the rest of the head is there
    if (start === epoch && !reported) await measure();
  };

  /** Why nothing is to be measured in this view; "" when it may be. */
  const objection = () => {
    if (objects()) return OBJECTED;
    if (SETTINGS.gpc && (reader.globalPrivacyControl || reader.doNotTrack === "1")) return "GPC, DNT";
    if (reader.connection?.saveData) return "saveData";
    return Math.random() < SETTINGS.sample ? "" : "not drawn";
  };

  let mayMeasure = !SETTINGS.consent;
  /** @type {boolean | undefined} undefined: nothing was said of it */
  let mayAsk;

  /**
   * Takes what the site says of the reader's consent. `true` is one to be measured, never one to be asked.
   * @param {Consents | boolean} given
   */
  const consent = (given) => {
    const could = mayMeasure;
    const said = given === true ? { measure: given } : given || { measure: given, ask: given };
    ({ measure: mayMeasure = could, ask: mayAsk = mayAsk } = said);
    if (!mayMeasure && said.measure !== undefined) {
      mayAsk = false;
      epoch++;
      conclude?.(null);
    }
    return !could && mayMeasure;
  };

  const before = siteValue("adnotice")?.consent;
  const conclude = SETTINGS.offer
    ? offer(
        async () => (why || !mayMeasure ? null : await recheck()),
        (given) => {
          if (consent(given) && !why) void begin();
        },
      )
    : null;
  if (before) consent(before);
  const why = objection();

  window.addEventListener("pagehide", () => {
    if (!adScript?.leave()) epoch++;
  });
  window.addEventListener("pageshow", (shown) => {
    if (shown.persisted && mayMeasure && !why && !reported) void begin();
  });

  const changed = () => {
    epoch++;
    reported = false;
    if (mayMeasure) void begin();
  };
  if (SETTINGS.navigations && !why) bring("pages", { path: location.pathname, changed });

  if (wish === "#adnotice=preview") show(null);
  else if (why) {
    conclude?.(null);
    explain({ why });
  } else if (mayMeasure) void begin();
};

const guard = Symbol.for("adnotice");
// A page in a frame is no view, and a second run of this script in one document is no second one.
if (own && window.top === window && !(guard in document)) {
  /** @type {any} */ (document)[guard] = true;
  run();
}

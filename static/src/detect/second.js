// @ts-check
/*
 * Loaded where the site's own ad script has failed: asks the same address again, rounds apart, by a request that runs nothing
 * and says nothing of the reader. This asks only what the page itself had asked.
 */

import { doc, siteValue } from "../browser/native.js";
import { pause } from "../browser/timing.js";
import { ARRIVED, REPLACED, ROUNDS, SILENT, STOPPED } from "../contract.js";
import { lookAtPage } from "../host_page/rules.js";
import { lookAround } from "./third_parties.js";
import { makeTurns } from "./turns.js";

const ANSWER_MS = 5000;
const SPACING_MS = 60;

/**
 * Asks for the address as nobody in particular: nothing of the answer runs, or can be read.
 * @param {string} url
 * @returns {Promise<string>}
 */
const ask = (url) => {
  const options = /** @type {const} */ ({ mode: "no-cors", credentials: "omit", referrerPolicy: "no-referrer", cache: "no-store" });
  const isForeign = !url.startsWith(location.origin + "/");
  const hasWorker = Boolean(navigator.serviceWorker && navigator.serviceWorker.controller);
  const answered = fetch(url, options).then(
    ({ type }) => {
      if (type === "opaque" || !isForeign) return ARRIVED;
      // Read as the site's own, it did not come from there: an extension's file, unless it is the site's worker's.
      return type === "basic" && !hasWorker ? REPLACED : SILENT;
    },
    () => STOPPED,
  );
  return Promise.race([answered, pause(ANSWER_MS).then(() => SILENT)]);
};

/**
 * Whether the page's own policy stopped it before we could hear of that; Chromium alone tells.
 * @param {string} address
 */
const wasForbidden = async (address) => {
  const Observer = siteValue("ReportingObserver");
  if (!Observer) return false;
  let stops = 0;
  /** @param {any[]} reports */
  const count = (reports) => {
    for (const { body } of reports) if (body.disposition === "enforce" && String(body.blockedURL).includes(address)) stops++;
  };
  new Observer(count, { types: ["csp-violation"], buffered: true }).observe();
  await pause(SPACING_MS);
  return stops > 0;
};

/** @param {SecondDetail} detail @returns {Promise<Probed>} */
const suspect = async ({ url, address, view, heard, works }) => {
  const isMixed = location.protocol === "https:" && !url.startsWith("https:");
  if (isMixed || (await wasForbidden(address))) return { probe: "failed", csp: true };
  const { controls } = makeTurns(view);
  /** @type {string[]} */
  const probe_answers = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [answer, controlled] = await Promise.all([ask(url), controls([0, 1, 2])]);
    probe_answers.push(answer);
    if (works() || answer !== STOPPED || !controlled) break;
    await pause(SPACING_MS);
  }
  return works() ? { probe: "works" } : { probe: "failed", probe_answers, others: lookAround(url, heard), ...lookAtPage() };
};

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  const { detail } = /** @type {CustomEvent<SecondDetail>} */ (event);
  suspect(detail).then(detail.tell, () => detail.tell({ probe: "pending" }));
});

// @ts-check
/*
 * The test of one view: one bait. Only when it fails, rounds.js tries others, each with a control; only where the setting
 * ad_probe is used, probe.js watches the site's own ad script.
 */

import { doc } from "../browser/native.js";
import { base, bring, makeScript } from "../browser/own_script.js";
import { pause } from "../browser/timing.js";
import { LEAST_WITNESS, ODD, SCRIPT, SILENT, SIZED_SCRIPT, STOPPED } from "../contract.js";

/**
 * Runs the test and resolves to the evidence; null when the page went away.
 * @param {() => boolean} isGone
 * @param {() => number} refusals  how often the page's own policy has stopped what decides
 * @param {Probe} [probe]
 * @param {boolean} [sized]  with the baits for pages under a service worker
 * @returns {Promise<{ [name: string]: any } | null>}
 */
export const test = async (isGone, refusals, probe, sized = false) => {
  const before = refusals();
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => (byte + 256).toString(16).slice(1)).join("");
  const number = (BigInt.asUintN(128, BigInt("0x" + id) * ODD) >> 64n).toString(16).padStart(16, "0");
  const [load] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  /** How long one answer may take: what the page itself took, many times over. */
  const deadline = Math.min(30000, Math.max(5000, 10 * (load?.responseStart || 0)));
  let csp = false;

  /**
   * Loads one bait or control: its witness, STOPPED when it was stopped, SILENT when nothing came in time.
   * @param {string} url
   * @returns {Promise<string>}
   */
  const loadScript = (url) =>
    new Promise((resolve) => {
      try {
        const script = makeScript(url);
        const end = (/** @type {string} */ witness) => {
          script.replaceWith(); // Prototype.js has a remove() of its own, which throws for what is gone
          resolve(witness);
        };
        setTimeout(end, deadline, SILENT);
        script.onerror = () => end(STOPPED);
        script.onload = () => end(script.dataset.witness || STOPPED);
        doc.head.append(script);
      } catch {
        csp = true; // the page's Trusted Types
        resolve(STOPPED);
      }
    });

  /** @type {Record<string, string[]>} */
  const tried = { script: [await loadScript(`${base}/${sized ? SIZED_SCRIPT : SCRIPT}${number}-0.js`)] };
  const view = { base, number, tried, deadline, loadScript, isGone, sized };
  /** @type {Evidence} */
  let seen = { clear: tried.script[0].length >= LEAST_WITNESS };
  if (!seen.clear) seen = await new Promise((tell) => bring("rounds", { ...view, tell }, () => tell({ csp })));
  // Under a service worker blockers may no longer see what a request is for: what arrives is tried by rules that name none.
  if (seen.clear && !sized && navigator.serviceWorker?.controller) return test(isGone, refusals, probe, true);
  if (probe && (seen.clear || seen.stopped)) Object.assign(seen, await probe(view, seen));
  const { clear, stopped, ...told } = seen;
  // The event that explains an error may come a task after it; there is none left where the page goes away.
  if (told.probe !== "pending") await pause(0);
  told.csp = told.csp || csp || refusals() > before;
  return isGone() ? null : { id, page: location.pathname, sized, ...tried, ...told };
};

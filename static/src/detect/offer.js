// @ts-check
/*
 * Where the setting expose_verdict is used, or a consent is required: what the site's own scripts find as window.adnotice.
 * Types for them: adnotice.d.ts.
 */

import { doc, siteValue } from "../browser/native.js";

/** How long the site's scripts wait for a verdict once the view's test has begun. */
export const VERDICT_MS = 15000;

/**
 * Puts window.adnotice there; what is returned takes what was found in this view.
 * @param {() => Promise<Found | null>} recheck
 * @param {(given: Consents | boolean) => void} consent
 */
export const offer = (recheck, consent) => {
  /** @type {(found: { verdict: string, kind: string | null }) => void} */
  let settle;
  const verdict = new Promise((resolve) => (settle = resolve));

  const conclude = (/** @type {Found | null} */ found) => {
    const detail = { verdict: found?.verdict || "unknown", kind: found && found.kind };
    settle(detail);
    if (SETTINGS.expose && found) doc.dispatchEvent(new CustomEvent("adnotice:verdict", { detail }));
    return detail;
  };

  /** @type {any} */ (window).adnotice = { ...siteValue("adnotice"), verdict, recheck: async () => conclude(await recheck()), consent };
  return conclude;
};

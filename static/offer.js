// @ts-check
/*
 * Part of client.js where the settings expose_verdict or consent="required" are used: what the site's own scripts find
 * as window.adnotice. Types for them: adnotice.d.ts.
 */

/** @type {Offer} */
(recheck, consent, events) => {
  const PATIENCE_MS = 15000;
  const site = /** @type {any} */ (window);

  /** @type {(found: { verdict: string, kind: string | null }) => void} */
  let settle;
  const verdict = new Promise((resolve) => (settle = resolve));

  /** @type {Conclude} */
  const conclude = (found) => {
    const detail = { verdict: found ? found.verdict : "unknown", kind: found && found.kind };
    settle(detail);
    if (events && found) document.dispatchEvent(new CustomEvent("adnotice:verdict", { detail }));
    return detail;
  };

  site.adnotice = { verdict, recheck: async () => conclude(await recheck()), consent };
  setTimeout(conclude, PATIENCE_MS, null);
  return conclude;
};

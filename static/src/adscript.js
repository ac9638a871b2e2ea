// @ts-check
/*
 * Where the setting ad_probe is used: hears the errors of the site's own ad script from the start, and loads the rest
 * (probe.js) when the baits have arrived.
 */

import { doc } from "./native.js";
import { bring, makeScript } from "./own.js";

/** @param {ProbeSettings} settings */
export const listen = (settings) => {
  let errors = 0;
  /** @param {string} url */
  const names = (url) => url.includes(settings.address);
  doc.addEventListener(
    "error",
    ({ target }) => {
      if (target instanceof HTMLScriptElement && names(target.src)) errors++;
    },
    true,
  );
  return {
    names,
    /**
     * @param {(turns: number[]) => Promise<boolean>} controls
     * @returns {Promise<Probed>}
     */
    probe: (controls) =>
      new Promise((tell) => {
        const unheard = () => tell({ probe: "pending" });
        bring("probe", { settings, makeScript, controls, errors: () => errors, tell }, unheard);
      }),
  };
};

// @ts-check
/*
 * Where the setting ad_probe is used: hears from the start what becomes of the page's scripts and pictures, and loads the
 * rest (probe.js) when the baits have been tried.
 */

import { doc } from "../browser/native.js";
import { bring, makeScript } from "../browser/own_script.js";

const MANY = 500;

/** @param {ProbeSettings} settings */
export const listen = (settings) => {
  const began = performance.now();
  /** @type {Event[]} */
  const heard = [];
  /** @type {Element[]} */
  const stood = [];
  let leave = () => false;

  for (const type of ["load", "error"])
    doc.addEventListener(type, (event) => void (heard.length < MANY && heard.push(event)), true);
  window.addEventListener("load", () => stood.push(...doc.scripts));

  return {
    names: (/** @type {string} */ url) => url.includes(settings.address),
    /** The page goes away: whether that ended a test that waited for the ad script. */
    leave: () => leave(),
    /** @type {Probe} */
    probe: (view, { clear }) =>
      new Promise((resolve) => {
        const mine = () => (pending(), true);
        const tell = (/** @type {Probed} */ probed) => {
          if (leave === mine) leave = () => false; // another view's test may wait by now
          resolve(probed);
        };
        const pending = () => tell({ probe: "pending" });
        leave = mine;
        bring("probe", { settings, view, clear, bring, makeScript, began, heard, stood, tell }, pending);
      }),
  };
};

// @ts-check
/*
 * Puts what lies over the page where it is fixed to the window: in the body, or beside it where the body moves, filters, hides
 * or zooms what is fixed in it. Not always beside it: scripts that make whole documents expect a head and a body there, no more.
 */

import { doc } from "../browser/native.js";

/** @param {HTMLElement} host  fixed to the window's bottom by its style, if the window is high enough */
export const layOver = (host) => {
  const { body, documentElement: beside } = doc;
  const [free, within] = [beside, body].map((parent) => {
    parent.append(host);
    return JSON.stringify(host.getBoundingClientRect());
  });
  if (within !== free && getComputedStyle(host).position === "fixed") beside.append(host);
};

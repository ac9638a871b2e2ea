// @ts-check
/*
 * Puts what lies over the page where it is fixed to the window: in the body, or beside it where the body moves, filters or
 * zooms what is fixed in it. Not always beside it: scripts that make whole documents expect a head and a body there, no more.
 */

import { doc } from "./native.js";

const SAME = 2; // px

/** @param {HTMLElement} host  fixed to the window's bottom by its style */
export const layOver = (host) => {
  doc.body.append(host);
  const { bottom, height } = host.getBoundingClientRect();
  if (Math.abs(bottom - window.innerHeight) > SAME || Math.abs(height - host.offsetHeight) > SAME) doc.documentElement.append(host);
};

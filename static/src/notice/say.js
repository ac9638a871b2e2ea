// @ts-check
/*
 * What the notice says in its live region.
 */

import { pause } from "../browser/timing.js";

const AGAIN = 100; // ms that a live region is empty before it says something anew

/**
 * Quietly: to those only who can't see it. What is said again is heard again.
 * @param {Notice} notice @param {string} sentence @param {boolean} quietly
 */
export const say = ({ parts: { status } }, sentence, quietly = false) => {
  status.classList.toggle("quiet", quietly);
  if (status.textContent !== sentence) return void (status.textContent = sentence);
  status.textContent = "";
  void pause(AGAIN).then(() => (status.textContent = sentence));
};

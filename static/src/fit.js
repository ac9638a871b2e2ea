// @ts-check
/*
 * How much the notice says while it lies over the page: as much as fits into what may be covered. What does not fit
 * stands behind More: the site's name first, then the body, then the support link.
 */

import { doc } from "./native.js";

const HIGHEST = 100; // px; or
const LARGEST = 105000; // px², as the keepers of filter lists ask
const SHARE = 0.3; // of the window's height
const SHARE_ENLARGED = 0.5; // where the reader's text is far larger than usual and the window is low
const LOW = 640; // px
const ENLARGED = 24; // px of an em
const LEVELS = 7;
const ARRANGEMENTS = ["row", "pair", "stack"];

/** @param {number} height @param {number} width @param {number} em  all in px */
export const maySize = (height, width, em) => {
  const depth = window.innerHeight;
  const share = em >= ENLARGED && depth < LOW ? SHARE_ENLARGED : SHARE;
  const isSmall = height <= HIGHEST || height * width <= LARGEST || share > SHARE;
  return isSmall && height <= share * depth;
};

/**
 * Finds the fullest arrangement that may lie there; says in the frame's data which it is.
 * @param {HTMLElement} host @param {HTMLElement} frame
 * @param {number} em
 * @param {boolean} covers  whether there is a limit at all
 */
export const fit = (host, frame, em, covers) => {
  const { dataset, classList } = frame;
  for (let level = 0; level < LEVELS; level++) {
    dataset.level = String(level);
    for (const [at, name] of ["brief", "briefer", "least"].entries()) classList.toggle(name, level > at + 1);
    for (const arrangement of ARRANGEMENTS) {
      dataset.as = arrangement;
      if (frame.scrollWidth > frame.clientWidth) continue;
      if (!covers || maySize(host.offsetHeight, doc.documentElement.clientWidth, em)) return;
    }
  }
};

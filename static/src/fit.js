// @ts-check
/*
 * How much the notice says while it is collapsed: as much as fits where it stands. What does not fit stands behind More:
 * the site's name first, then the body, then the support link.
 */

export const GAP = 8; // px kept clear beside the notice
const HIGHEST = 100; // px; or
const LARGEST = 105000; // px², as the keepers of filter lists ask
const SHARE = 0.3; // of the window's height
const SHARE_ENLARGED = 0.5; // where the reader's text is far larger than usual and the window is low
const LOW = 640; // px
const ENLARGED = 24; // px of an em
const LEVELS = 7;
const ARRANGEMENTS = ["row", "pair", "stack"];

/**
 * Whether what covers the page may be so large.
 * @param {number} height @param {number} width @param {number} em  all in px
 */
export const maySize = (height, width, em) => {
  const depth = window.innerHeight;
  const isEnlarged = em >= ENLARGED && depth < LOW;
  return (
    height <= (isEnlarged ? SHARE_ENLARGED : SHARE) * depth && (isEnlarged || height <= HIGHEST || height * width <= LARGEST)
  );
};

/**
 * Finds the fullest arrangement that may stand there; says in the frame's data which it is.
 * @param {HTMLElement} frame
 * @param {() => boolean} may  whether it may be as large as it is now
 * @returns {boolean} whether there is one
 */
export const fit = (frame, may) => {
  const { dataset, classList } = frame;
  for (let level = 0; level < LEVELS; level++) {
    dataset.level = String(level);
    for (const [at, name] of ["brief", "briefer", "least"].entries()) classList.toggle(name, level > at + 1);
    for (const arrangement of ARRANGEMENTS) {
      dataset.as = arrangement;
      if (frame.scrollWidth <= frame.clientWidth && may()) return true;
    }
  }
  return false;
};

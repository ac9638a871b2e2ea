// @ts-check
/*
 * How much the notice says while it is collapsed: as much as fits where it stands. What does not fit stands behind More:
 * the site's name first, then the body, then the support link. A smaller title is tried before either of these goes.
 */

export const GAP = 8; // px kept clear beside the notice
const HIGHEST = 100; // px; or
const LARGEST = 105000; // px², as the keepers of filter lists ask
const SHARE = 0.3; // of the window's height
const SHARE_ENLARGED = 0.5; // where the reader's text is far larger than usual and the window is low
const LOW = 640; // px
const ENLARGED = 24; // px of an em
/** Classes, the fullest first. */
const LEVELS = [
  "",
  "bare",
  "bare small",
  "bare brief",
  "bare brief small",
  "bare brief small briefer",
  "bare brief small briefer least",
  "bare brief small briefer least tiny",
  "bare brief small briefer least tiny tiniest",
];
export const WHOLE = 3; // of the levels: in these nothing that asks or answers stands behind More
const ARRANGEMENTS = ["row", "pair", "stack", "stack folds"]; // the last alone breaks a button's label into lines

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
 * @param {number} [levels]  how many to try
 * @returns {boolean} whether there is one
 */
export const fit = (frame, may, levels) => {
  for (const level of LEVELS.slice(0, levels)) {
    frame.className = `ask ${level}`;
    for (const arrangement of ARRANGEMENTS) {
      frame.dataset.as = arrangement;
      // its children too: what is a little too wide lies over the frame's padding. Widths are rounded, hence the 1
      if ([frame, ...frame.children].every((each) => each.scrollWidth <= each.clientWidth + 1) && may()) return true;
    }
  }
  return false;
};

// @ts-check
/*
 * The page's column, which the notice's words keep to.
 */

import { doc } from "./native.js";
import { findHeading, property, upwards } from "./page.js";

const COLUMN = 62; // em that a row of words and controls needs to look well
const WIDEST = 72;
const NARROW = 48; // em of a window in which there is one column

/**
 * The page's column in px from the left: the widest block around its heading that begins where the heading does.
 * One too narrow for the notice's row is widened, at its end before its beginning; from where to where it was is told too.
 * @param {number} em in px
 */
export const findColumn = (em) => {
  const width = doc.documentElement.clientWidth;
  const edge = Math.min(em, width * 0.05);
  const heading = findHeading();
  const isRightToLeft = getComputedStyle(heading).direction === "rtl";
  /** Begin and end in px of two distances from the left, as the page is written. */
  const asWritten = (/** @type {number} */ left, /** @type {number} */ right) =>
    isRightToLeft ? [width - right, width - left] : [left, right];
  const blocks = upwards(heading).map((block) => {
    const { left, right } = block.getBoundingClientRect();
    const style = getComputedStyle(block);
    const inset = (/** @type {string} */ side) =>
      parseFloat(style.getPropertyValue(`padding-${side}`)) + parseFloat(style.getPropertyValue(`border-${side}-width`)) || 0;
    return asWritten(left + inset("left"), right - inset("right"));
  });
  const [begin] = blocks[0];
  const end = Math.max(...blocks.filter(([from]) => Math.abs(from - begin) < 2).map(([, to]) => to));
  const [begins, ends] = asWritten(begin, end);
  const given = parseFloat(property(doc.documentElement, "column"));
  let [from, to] = [begin, end];
  if (given) [from, to] = [(width - given) / 2, (width + given) / 2];
  else if (width < NARROW * em || !(end > begin)) [from, to] = [0, width];
  from = Math.max(edge, from);
  to = Math.min(width - edge, to);
  if (!given) {
    const need = Math.min(COLUMN * em, width - 2 * edge);
    to = Math.max(to, Math.min(width - edge, from + need));
    from = Math.min(from, to - need);
  }
  const [left, right] = asWritten(from, Math.min(to, from + WIDEST * em));
  return { left, right, begins, ends };
};

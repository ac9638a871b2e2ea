// @ts-check
/*
 * The page's column, which the notice's words keep to.
 */

import { doc } from "../browser/native.js";
import { PROSE, HEADINGS, property, upwards } from "./heading.js";

export const ROW = 62; // em that a row of words and controls needs to look well
export const STEPS = 46; // em that two columns of steps need
const WIDEST = 72;
const NARROW = 48; // em of a window in which there is one column
const LEAST_TEXT = 20; // em: what is narrower stands beside the text, or is hidden

/** The first paragraph that may be the article's, else its heading. @param {number} em in px */
const findText = (em) => {
  for (const selector of [...PROSE, ...HEADINGS])
    for (const each of doc.querySelectorAll(selector)) if (each.getBoundingClientRect().width > LEAST_TEXT * em) return each;
  return doc.body;
};

/**
 * The page's column in px from the left: the widest block around the article's text that begins where the text does.
 * One too narrow for a row is widened at its end, and at its beginning only as far as is needed; from where to where it was is
 * told too.
 * @param {number} em in px
 * @param {number} [needed] em; 0: it begins where the text does
 */
export const findColumn = (em, needed = 0) => {
  const width = doc.documentElement.clientWidth;
  const edge = Math.min(em, width * 0.05);
  const text = findText(em);
  const isRightToLeft = getComputedStyle(text).direction === "rtl";
  /** Begin and end in px of two distances from the left, as the page is written. */
  const asWritten = (/** @type {number} */ left, /** @type {number} */ right) =>
    isRightToLeft ? [width - right, width - left] : [left, right];
  const blocks = upwards(text).map((block) => {
    const { left, right } = block.getBoundingClientRect();
    const style = getComputedStyle(block);
    const inset = (/** @type {string} */ side) =>
      parseFloat(style.getPropertyValue(`padding-${side}`)) + parseFloat(style.getPropertyValue(`border-${side}-width`)) || 0;
    return asWritten(left + inset("left"), right - inset("right"));
  });
  const [begin] = blocks[0];
  const end = Math.max(...blocks.map(([from, to]) => (Math.abs(from - begin) < 2 ? to : 0)));
  const [begins, ends] = asWritten(begin, end);
  const given = parseFloat(property(doc.documentElement, "column"));
  let [from, to] = [begin, end];
  if (given) [from, to] = [(width - given) / 2, (width + given) / 2];
  else if (width < NARROW * em || !(end > begin)) [from, to] = [0, width];
  from = Math.max(edge, from);
  to = Math.min(width - edge, to);
  if (!given) {
    to = Math.max(to, Math.min(width - edge, from + ROW * em));
    from = Math.max(edge, Math.min(from, to - needed * em));
  }
  const [left, right] = asWritten(from, Math.min(to, from + WIDEST * em));
  return { left, right, begins, ends };
};

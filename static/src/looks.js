// @ts-check
/*
 * What the page around the notice looks like: its faces, its colours, its column. A notice that looks like a part of its
 * page disturbs least. A page may set each of them itself, by custom properties: see docs/notice.md.
 */

import { doc } from "./native.js";

/** @typedef {number[]} Colour  red, green, blue from 0 to 1 */

const LEGIBLE = 4.5; // WCAG 2.2, 1.4.3
const DARK = { ink: [0.93, 0.92, 0.9], scheme: "dark" };
const LIGHT = { ink: [0.11, 0.11, 0.1], scheme: "light" };
const COLUMN = 62; // em that a row of words and controls needs to look well
const WIDEST = 72;
const NARROW = 48; // em of a window in which there is one column

/** @param {Colour} colour  relative luminance, WCAG 2.2 */
const luminance = (colour) => {
  const [red, green, blue] = colour.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};

/** @param {Colour} one @param {Colour} other */
export const contrast = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

/** @param {Colour} ink @param {Colour} paper @param {number} share  of the ink */
const mix = (ink, paper, share) => ink.map((part, at) => part * share + paper[at] * (1 - share));

/** @param {Colour} colour */
const write = (colour) => `rgb(${colour.map((part) => Math.round(part * 255)).join(" ")})`;

/**
 * Reads a colour, in whatever way it is written, by the style of an element of ours; null for one that lets through what is
 * behind it, or is none.
 * @param {HTMLElement} element @param {string} written
 * @returns {Colour | null}
 */
const read = (element, written) => {
  const { style } = element;
  const compute = (/** @type {string} */ colour) => {
    style.color = colour;
    return style.color && getComputedStyle(element).color;
  };
  style.color = "";
  let computed = compute(written);
  const scale = computed.startsWith("rgb") ? 255 : 1;
  if (computed && scale === 1) computed = compute(`color-mix(in srgb, ${computed}, ${computed})`);
  style.color = "";
  const [red, green, blue, alpha = 1] = (computed.replace("(srgb", "").match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
  return alpha >= 0.9 && blue !== undefined ? [red / scale, green / scale, blue / scale] : null;
};

/** @param {Element | null} element  itself, then what it stands in */
const upwards = (element) => {
  const found = [];
  for (let node = element; node; node = node.parentElement) found.push(node);
  return found;
};

const first = (/** @type {string[]} */ ...selectors) => selectors.map((each) => doc.querySelector(each)).find(Boolean) || doc.body;
const findHeading = () => first("main h1", "article h1", "h1", "main", "article");

/** @param {Element} element @param {string} name */
const property = (element, name) => getComputedStyle(element).getPropertyValue(`--reader-notice-${name}`).trim();

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
  const [[begin, end], ...around] = upwards(heading).map((block) => {
    const { left, right } = block.getBoundingClientRect();
    const style = getComputedStyle(block);
    const inset = (/** @type {string} */ a, /** @type {string} */ b) => (parseFloat(a) || 0) + (parseFloat(b) || 0);
    return asWritten(left + inset(style.paddingLeft, style.borderLeftWidth), right - inset(style.paddingRight, style.borderRightWidth));
  });
  const given = parseFloat(property(doc.documentElement, "column"));
  let column = [begin, Math.max(end, ...around.filter(([from]) => Math.abs(from - begin) < 2).map(([, to]) => to))];
  const [begins, ends] = asWritten(column[0], column[1]);
  if (given) column = [(width - given) / 2, (width + given) / 2];
  else if (width < NARROW * em || !(column[1] > begin)) column = [0, width];
  let from = Math.max(edge, column[0]);
  let to = Math.min(width - edge, column[1]);
  if (!given) {
    const need = Math.min(COLUMN * em, width - 2 * edge);
    to = Math.max(to, Math.min(width - edge, from + need));
    from = Math.min(from, to - need);
  }
  const [left, right] = asWritten(from, Math.min(to, from + WIDEST * em));
  return { left, right, begins, ends };
};

/**
 * Gives the notice the faces and colours of its page.
 * @param {HTMLElement} host @param {HTMLElement} region
 * @param {{ light: string, dark: string }} accents  the operator's; empty: the page's ink
 */
export const dress = (host, region, accents) => {
  const heading = getComputedStyle(findHeading());
  const article = first("main p:not([class])", "article p:not([class])", "main p", "article p");
  const prose = getComputedStyle(article);
  const set = (/** @type {string} */ name) => property(host, name);
  const { style } = region;

  style.colorScheme = getComputedStyle(doc.documentElement).colorScheme;
  const behind = upwards(article).map((each) => getComputedStyle(each).backgroundColor);
  const paper = [set("background"), ...behind, "Canvas"].map((each) => read(region, each)).find(Boolean) || [1, 1, 1];
  const usual = luminance(paper) > 0.18 ? LIGHT : DARK;
  const legible = (/** @type {Colour | null} */ colour) => (colour && contrast(colour, paper) >= LEGIBLE ? colour : null);
  const ink = legible(read(region, set("text"))) || legible(read(region, prose.color)) || usual.ink;
  const accent = legible(read(region, set("accent"))) || legible(read(region, usual === DARK ? accents.dark : accents.light)) || ink;
  style.colorScheme = usual.scheme;

  const looks = {
    paper: write(paper),
    ink: write(ink),
    accent: write(accent),
    soft: write(legible(mix(ink, paper, 0.72)) || ink),
    line: write(mix(ink, paper, 0.2)),
    tint: write(mix(ink, paper, 0.06)),
    face: set("heading-font") || heading.fontFamily,
    weight: set("heading-weight") || heading.fontWeight,
    prose: set("font") || prose.fontFamily,
    plain: set("button-font") || getComputedStyle(first("nav a", "header a", "footer a", "button")).fontFamily,
  };
  for (const [name, value] of Object.entries(looks)) style.setProperty(`--${name}`, value);
};

// @ts-check
/*
 * What the page around the notice looks like: its faces, its colours, its column. A notice that looks like a part of its
 * page disturbs least. A page may set each of them itself, by custom properties: see docs/notice.md.
 */

import { doc } from "./native.js";

/** @typedef {[number, number, number]} Colour  red, green, blue from 0 to 1 */

const LEGIBLE = 4.5; // WCAG 2.2, 1.4.3
const DARK = { ink: /** @type {Colour} */ ([0.93, 0.92, 0.9]), paper: /** @type {Colour} */ ([0.1, 0.1, 0.11]) };
const LIGHT = { ink: /** @type {Colour} */ ([0.11, 0.11, 0.1]), paper: /** @type {Colour} */ ([1, 1, 1]) };
const COLUMN = 62; // em that a row of words and controls needs to look well
const WIDEST = 72;

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
const mix = (ink, paper, share) => /** @type {Colour} */ (ink.map((part, at) => part * share + paper[at] * (1 - share)));

/** @param {Colour} colour */
const write = (colour) => `rgb(${colour.map((part) => Math.round(part * 255)).join(" ")})`;

/** Reads colours, in whatever way they are written, by the style of an element of ours. */
class Reader {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  /**
   * The colour; null for one that lets through what is behind it, or is none.
   * @param {string} written
   * @returns {Colour | null}
   */
  read(written) {
    const { style } = this.element;
    style.color = "";
    style.color = written;
    if (!style.color) return null;
    let computed = getComputedStyle(this.element).color;
    if (!computed.startsWith("rgb")) {
      style.color = `color-mix(in srgb, ${computed}, ${computed})`;
      computed = getComputedStyle(this.element).color;
    }
    style.color = "";
    const [red, green, blue, alpha = 1] = (computed.replace(/^color\(srgb/, "").match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
    const scale = computed.startsWith("rgb") ? 255 : 1;
    return blue === undefined || alpha < 0.9 ? null : [red / scale, green / scale, blue / scale];
  }
}

/** @param {Element | null} element */
const upwards = (element) => {
  const found = [];
  for (let node = element; node; node = node.parentElement) found.push(node);
  return found;
};

const first = (/** @type {string[]} */ ...selectors) => selectors.map((each) => doc.querySelector(each)).find(Boolean) || doc.body;

/**
 * The content box of a block: where its text may stand.
 * @param {Element} block
 */
const contentBox = (block) => {
  const { left, right } = block.getBoundingClientRect();
  const style = getComputedStyle(block);
  const px = (/** @type {string} */ value) => parseFloat(value) || 0;
  return {
    left: left + px(style.paddingLeft) + px(style.borderLeftWidth),
    right: right - px(style.paddingRight) - px(style.borderRightWidth),
  };
};

/**
 * The page's column in px from the left: the widest block around its heading that begins where the heading does.
 * One too narrow for the notice's row is widened, at its end before its beginning.
 * @param {number} em in px
 */
export const findColumn = (em) => {
  const width = doc.documentElement.clientWidth;
  const edge = Math.min(em, width * 0.05);
  const heading = first("main h1", "article h1", "h1", "main", "article");
  const isRightToLeft = getComputedStyle(heading).direction === "rtl";
  let column = contentBox(heading);
  const begins = isRightToLeft ? column.right : column.left;
  for (const block of upwards(heading)) {
    const box = contentBox(block);
    if (Math.abs((isRightToLeft ? box.right : box.left) - begins) < 2 && box.right - box.left > column.right - column.left) column = box;
  }
  let left = Math.max(edge, column.left);
  let right = Math.min(width - edge, column.right);
  const given = parseFloat(getComputedStyle(doc.documentElement).getPropertyValue("--reader-notice-column"));
  if (given) [left, right] = [(width - given) / 2, (width + given) / 2].map((at) => Math.min(width - edge, Math.max(edge, at)));
  else if (!(right > left) || width < 48 * em) [left, right] = [edge, width - edge];
  let missing = given ? 0 : Math.min(COLUMN * em, width - 2 * edge) - (right - left);
  if (missing > 0) {
    const atEnd = Math.min(missing, isRightToLeft ? left - edge : width - edge - right);
    if (isRightToLeft) left -= atEnd;
    else right += atEnd;
    missing -= atEnd;
    if (isRightToLeft) right += missing;
    else left -= missing;
  }
  const excess = right - left - WIDEST * em;
  if (excess > 0) [left, right] = isRightToLeft ? [left + excess, right] : [left, right - excess];
  return { left, right };
};

/**
 * Gives the notice the faces and colours of its page.
 * @param {HTMLElement} host @param {HTMLElement} region
 * @param {{ light: string, dark: string }} accents  the operator's; empty: the page's ink
 */
export const dress = (host, region, accents) => {
  const reader = new Reader(region);
  const heading = first("main h1", "article h1", "h1");
  const prose = first("main p:not([class])", "article p:not([class])", "main p", "article p");
  const plain = first("nav a", "header a", "footer a", "button");
  const page = getComputedStyle(host);
  const set = (/** @type {string} */ name) => page.getPropertyValue(`--reader-notice-${name}`).trim();

  const scheme = getComputedStyle(doc.documentElement).colorScheme;
  region.style.colorScheme = scheme;
  const behind = upwards(prose).map((each) => getComputedStyle(each).backgroundColor);
  const blank = reader.read("Canvas") || LIGHT.paper;
  const found = [set("background"), ...behind].map((each) => each && reader.read(each)).find(Boolean);
  const paper = found || blank;
  const usual = luminance(paper) > 0.18 ? LIGHT : DARK;
  const legible = (/** @type {Colour | null} */ colour) => colour && contrast(colour, paper) >= LEGIBLE && colour;
  const ink = legible(reader.read(set("text"))) || legible(reader.read(getComputedStyle(prose).color)) || usual.ink;
  const accent = legible(reader.read(set("accent"))) || legible(reader.read(usual === DARK ? accents.dark : accents.light)) || ink;
  const soft = legible(mix(ink, paper, 0.72)) || ink;
  region.style.colorScheme = usual === DARK ? "dark" : "light";

  const face = (/** @type {Element} */ element) => getComputedStyle(element).fontFamily;
  const looks = {
    paper: write(paper),
    ink: write(ink),
    accent: write(accent),
    soft: write(soft),
    line: write(mix(ink, paper, 0.2)),
    tint: write(mix(ink, paper, 0.06)),
    face: set("heading-font") || face(heading),
    weight: set("heading-weight") || getComputedStyle(heading).fontWeight,
    prose: set("font") || face(prose),
    plain: set("button-font") || face(plain),
  };
  for (const [name, value] of Object.entries(looks)) region.style.setProperty(`--${name}`, value);
};

// @ts-check
/*
 * What the page around the notice looks like: its faces and its colours. A notice that looks like a part of its
 * page disturbs least. A page may set each of them itself, by custom properties: see docs/notice.md.
 */

import { doc } from "../browser/native.js";
import { find, HEADINGS, property, PROSE, upwards } from "./heading.js";

/** @typedef {number[]} Colour  red, green, blue from 0 to 1 */

const LEGIBLE = 4.5; // WCAG 2.2, 1.4.3
const THINNEST = 400; // of a title as small as ours; where the page's large ones are thinner it is
const FIRM = 600; // for 500 is thin where a face comes as light and bold alone

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

/**
 * Reads a colour, in whatever way it is written, by the style of an element of ours; null for one that lets through what is
 * behind it, or is none.
 * @param {HTMLElement} element @param {string} written
 * @returns {Colour | null}
 */
const read = (element, written) => {
  const { style } = element;
  style.color = "";
  style.color = written;
  style.color = `color-mix(in srgb, ${written}, ${written})`; // kept as it was where the browser does not know this
  const computed = style.color && getComputedStyle(element).color;
  style.color = "";
  const scale = computed.startsWith("rgb") ? 255 : 1;
  const [red, green, blue, alpha = 1] = (computed.match(/-?[\d.]+(e-?\d+)?/g) || []).map(Number);
  return alpha >= 0.9 && blue !== undefined ? [red / scale, green / scale, blue / scale] : null;
};

/** The first that is a colour and will do. @param {HTMLElement} element @param {string[]} tried @param {(colour: Colour) => boolean} willDo */
const findColour = (element, tried, willDo = () => true) => {
  for (const written of tried) {
    const colour = read(element, written);
    if (colour && willDo(colour)) return colour;
  }
  return null;
};

/** Opaque, also where the page's own lets a little through: what is measured is what is painted. @param {Colour} colour */
const write = (colour) => `rgb(${colour.map((part) => Math.round(part * 255)).join(" ")})`;

/**
 * Gives the notice the faces and colours of its page.
 * @param {HTMLElement} host @param {HTMLElement} region
 * @param {{ light: string, dark: string }} accents  the operator's; empty: the page's ink
 */
export const dress = (host, region, accents) => {
  const heading = getComputedStyle(find(...HEADINGS));
  const article = find(...PROSE);
  const prose = getComputedStyle(article);
  const set = (/** @type {string} */ name) => property(host, name);
  const { style } = region;

  style.colorScheme = getComputedStyle(doc.documentElement).colorScheme;
  const behind = upwards(article).map((each) => getComputedStyle(each).backgroundColor);
  const ground = findColour(region, [set("background"), ...behind, "Canvas"]) || [1, 1, 1];
  const paper = write(ground);
  const isDark = luminance(ground) <= 0.18;
  /** The first that can be read on the paper. @param {string[]} tried */
  const legible = (...tried) => {
    const colour = findColour(region, tried, (each) => contrast(each, ground) >= LEGIBLE);
    return colour ? write(colour) : isDark ? "#edebe6" : "#1c1c1a";
  };
  const ink = legible(set("text"), prose.color);
  const mix = (/** @type {number} */ share) => `color-mix(in srgb, ${ink} ${share}%, ${paper})`;

  const looks = {
    paper,
    ink,
    accent: legible(set("accent"), isDark ? accents.dark : accents.light, ink),
    soft: legible(mix(72), ink),
    line: mix(20),
    tint: mix(6),
    face: set("heading-font") || heading.fontFamily,
    weight: set("heading-weight") || String(+heading.fontWeight < THINNEST ? FIRM : heading.fontWeight),
    prose: set("font") || prose.fontFamily,
    plain: set("button-font") || getComputedStyle(find("nav a", "header a", "footer a", "button")).fontFamily,
  };
  style.colorScheme = isDark ? "dark" : "light";
  for (const [name, value] of Object.entries(looks)) style.setProperty(`--${name}`, value);
};

// @ts-check
/*
 * The page around the notice: its heading, and what its author has set for us.
 */

import { doc, native } from "../browser/native.js";

/** @param {Element | null} element  itself, then what it stands in */
export const upwards = (element) => {
  const found = [];
  for (let node = element; node; node = native(Element.prototype, node).parentElement) found.push(node);
  return found;
};

/** The first that is there. */
export const find = (/** @type {string[]} */ ...selectors) => selectors.map((each) => doc.querySelector(each)).find(Boolean) || doc.body;
export const PROSE = ["main p:not([class])", "article p:not([class])", "main p", "article p"];
export const HEADINGS = ["main h1", "article h1", "h1", "main", "article"];

/** @param {Element} element @param {string} name */
export const property = (element, name) => getComputedStyle(element).getPropertyValue(`--reader-notice-${name}`).trim();

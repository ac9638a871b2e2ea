// @ts-check
/*
 * Where the focus goes when what had it is gone.
 */

import { doc } from "../browser/native.js";
import { isSeen } from "../host_page/marks.js";

/** The next heading, none of its own, else the page's main part. @param {Element} [from] */
export const findNext = (from) => {
  const follows = (/** @type {Element} */ each) =>
    from && !from.contains(each) && from.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING;
  const headings = from ? [...doc.querySelectorAll("h1, h2, h3, h4, h5, h6")] : [];
  return [...headings.filter(follows), ...doc.querySelectorAll("main, [role=main], article, h1")].find(isSeen) || null;
};

/** Gives it the focus, which it can take for no longer than it has it where it is no control. @param {Element | null} target */
export const giveFocus = (target) => {
  if (!(target instanceof HTMLElement)) return;
  target.focus({ preventScroll: true });
  if (doc.activeElement === target) return;
  target.setAttribute("tabindex", "0"); // -1 would take a shadow root's own controls out of the order
  target.addEventListener("blur", () => target.removeAttribute("tabindex"), { once: true });
  target.focus({ preventScroll: true });
};

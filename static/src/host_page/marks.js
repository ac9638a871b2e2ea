// @ts-check
/*
 * What a page's templates have marked: places for the notice, and the newsroom's own words that wait to be shown.
 */

import { doc, native } from "../browser/native.js";

/** An element past the names of its own fields: `<input name=matches>` is what a form's `matches` returns. @param {Element} element */
export const past = (element) => native(Element.prototype, element);

export const OWN_WORDS = "[data-adnotice-show=blocked]";
/** Marked as pure, so that the parts that ask for no marks are built without it. */
export const MARKS = /* @__PURE__ */ ["[data-adnotice-slot]", OWN_WORDS].join();

/** Whether nothing hides it: neither a style of its own nor what it stands in. @param {Element} element */
export const isSeen = (element) => {
  const own = past(element);
  return own.getClientRects().length > 0 && (!own.checkVisibility || own.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
};

/**
 * What is true of an element that waits to be shown, as if it were: for no longer than it takes to look.
 * @template T
 * @param {Element} element @param {() => T} look
 */
export const asIfShown = (element, look) => {
  const own = past(element);
  const waits = own.hasAttribute("hidden") && own.matches(OWN_WORDS);
  if (waits) own.removeAttribute("hidden");
  const found = look();
  if (waits) own.setAttribute("hidden", "");
  return found;
};

/** What a report says of them: "" where the page has none, "hidden" where a style hides each of them, else "there". */
export const lookForMarks = () => {
  const marks = [...doc.querySelectorAll(MARKS)];
  if (!marks.length) return "";
  return marks.some((mark) => asIfShown(mark, () => isSeen(mark))) ? "there" : "hidden";
};

/** Whether it begins below the window, so that whatever is put there moves nothing in sight. @param {Element} element */
export const isBelow = (element) => past(element).getBoundingClientRect().top >= window.innerHeight;

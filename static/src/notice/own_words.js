// @ts-check
/*
 * The newsroom's own words, in its own HTML and style: shown while they are below the window, with "Not now" where they have
 * none. What is answered there is counted; the steps open at the window's bottom.
 */

import { doc } from "../browser/native.js";
import { findColumn, STEPS } from "../host_page/column.js";
import { past } from "../host_page/marks.js";
import { makeButton } from "./elements.js";
import { findNext, giveFocus } from "./focus.js";
import { layOver } from "./overlay.js";

const CHOICES = "[data-adnotice-choice]";
const LONGEST = 60; // characters of a label

/** @implements {Spot} */
export class OwnWords {
  /** @param {HTMLElement} words @param {Notice} notice */
  constructor(words, notice) {
    const { content, parts } = notice;
    this.words = this.seen = words = /** @type {HTMLElement} */ (past(words)); // a form's fields may have the names that are called
    this.notice = notice;
    this.floats = false;
    this.left = new AbortController();
    parts.host.removeAttribute("waiting");
    this.open(false);
    const { signal } = this.left;
    words.addEventListener("click", ({ target }) => target instanceof Element && this.answer(target), { signal });
    words.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Escape" && !event.defaultPrevented) notice.close("later");
      },
      { signal },
    );
    if (!words.querySelector("[data-adnotice-choice=later]")) {
      const { lang, dir, text } = content;
      const added = makeButton(text.not_now, "", () => {}, { "data-adnotice-choice": "later", lang, dir });
      words.append(added);
      signal.addEventListener("abort", () => added.remove());
    }
    // who has nothing to switch is shown no steps
    for (const each of words.querySelectorAll("[data-adnotice-choice=howto]"))
      if (!content.blockers.length && each instanceof HTMLElement) each.style.setProperty("display", "none", "important"); // whatever the page's style says of buttons
    // what keeps a copy of the page for the way back keeps none of words that nobody listens to
    for (const name of ["turbo:before-cache", "htmx:beforeHistorySave"]) doc.addEventListener(name, () => notice.end(), { signal });
  }

  put() {
    this.words.removeAttribute("hidden");
    doc.body.append(this.notice.parts.host);
  }

  /** @param {Element} target what was clicked */
  answer(target) {
    const { notice } = this;
    const control = target.closest(CHOICES);
    if (!(control instanceof HTMLElement)) return;
    const choice = control.dataset.adnoticeChoice;
    notice.cameFrom = control;
    if (choice === "later" || choice === "never") notice.close(choice);
    else if (choice === "supports") void notice.press("support").then(() => notice.settle());
    else if (choice === "support-link") notice.tell("support-link", `${control.textContent}`.replace(/\s+/g, " ").trim().slice(0, LONGEST));
    else if (choice === "howto") {
      notice.parts.how = control;
      void notice.press("steps");
    }
  }

  /** @param {number} em in px */
  measure(em) {
    return JSON.stringify(findColumn(em));
  }

  /** Those of what opens at the window's bottom. @param {number} em in px */
  *looks(em) {
    const { left, right } = findColumn(em, STEPS);
    yield { start: left, end: doc.documentElement.clientWidth - right };
  }

  may() {
    return true;
  }

  /** The words have done their part once the reader is thanked. */
  settle() {
    if (!this.notice.isSettled) return;
    this.hide();
    this.open(true);
  }

  /** Closed it is there for its live region alone: what asks is the newsroom's words. @param {boolean} opens */
  open(opens) {
    const { host, region, ask } = this.notice.parts;
    const wasClosed = host.hasAttribute("closed");
    host.toggleAttribute("closed", !opens);
    if (opens && wasClosed) layOver(host); // once: what is put anew loses the focus
    const named = { role: "region", "aria-label": this.notice.content.text.region };
    for (const [name, value] of Object.entries(named)) {
      if (opens) region.setAttribute(name, value);
      else region.removeAttribute(name);
    }
    ask.hidden ||= !opens;
  }

  hide() {
    if (this.words.contains(doc.activeElement)) giveFocus(findNext(this.words));
    this.words.setAttribute("hidden", "");
  }

  release() {
    this.left.abort();
    this.hide();
  }
}

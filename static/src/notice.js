// @ts-check
/*
 * The notice: a small region at the bottom of the page that asks a reader to allow ads on this site.
 *
 * Loaded only when it is to be shown. client.js dispatches "adnotice:begin" on our script element with everything in its
 * detail; nothing is global. The notice lives in a shadow root, takes no focus, covers no dialog, hides no article, and
 * goes away when told to.
 */

import { CHOICE, NOTICE, NOTICE_ELEMENT, OBJECT } from "./contract.js";
import { fit } from "./fit.js";
import { dress, findColumn } from "./looks.js";
import { removeMark, setMark } from "./mark.js";
import { doc } from "./native.js";
import { keepObjection, objects } from "./objection.js";
import { build, makeButton } from "./parts.js";
import { findRoom, GAP, Reserve } from "./place.js";
import { post } from "./post.js";
import { isLeftAlone } from "./standing.js";
import { pause } from "./timing.js";

const LOOK_EVERY = 1000; // ms between looks for dialogs and bars
const HUSH = 5000; // ms without a key before the arrival is announced
const FAREWELL = 5000; // ms that its last word stays for screen readers
const AGAIN = 100; // ms that a live region is empty before it says something anew
const low = matchMedia("(max-height: 319px)"); // the notice stands at the page's end then, see notice.css

/** One notice on the page. */
class Notice {
  /** @param {NoticeDetail & { content: Content }} detail */
  constructor({ content, base, page, recheck, expose }) {
    /** @param {"shown" | "choice"} name @param {object} detail */
    this.expose = (name, detail) => {
      if (expose && content.ticket) doc.dispatchEvent(new CustomEvent(`adnotice:${name}`, { detail }));
    };
    this.content = content;
    this.base = base;
    this.page = page;
    this.recheck = recheck;
    this.isBusy = false;
    this.isSettled = false; // thanked: nothing is left to answer
    this.wasOpened = false;
    this.wasSeen = false;
    /** @type {Element | null} */
    this.cameFrom = null;
    this.reserve = new Reserve();
    this.gone = new AbortController();
    this.sizes = new ResizeObserver(() => this.settle());
    this.timer = 0;
    this.rehearsed = 0;
    this.fitted = "";
    this.parts = build(content, base, {
      later: () => this.answer("later"),
      never: () => this.answer("never"),
      support: () => this.support(),
      follow: (label) => void this.tell("support-link", label),
      steps: () => this.toggleSteps(),
      more: () => this.toggleMore(),
      check: () => void this.checkAgain(),
      object: () => void this.object(),
    });
    if (content.state === "thanks") this.thank(content.text.thanks_body);
    this.watch();
  }

  watch() {
    const { host, region, foot } = this.parts;
    region.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      if (!this.parts.steps.hidden) this.toggleSteps();
      else if (!this.parts.rest.hidden) this.toggleMore();
      else this.answer("later");
    });
    host.addEventListener("focusin", ({ relatedTarget }) => {
      if (relatedTarget instanceof Element) this.cameFrom = relatedTarget;
    });
    for (const part of [region, foot]) this.sizes.observe(part);
    const { signal } = this.gone;
    doc.addEventListener("focusin", () => requestAnimationFrame(() => this.uncoverFocus()), { signal });
    addEventListener("resize", () => this.settle(), { signal });
    addEventListener("pagehide", () => this.leave(), { signal }); // it does not come back with the back button
    doc.body.append(host);
    this.look();
  }

  /** Looks every second, while the page is seen, whether the notice may stand where it stands. */
  look() {
    if (!this.parts.host.isConnected) return this.leave();
    if (!doc.hidden) this.settle();
    this.timer = setTimeout(() => this.look(), LOOK_EVERY);
  }

  settle() {
    const { host, region, foot } = this.parts;
    this.arrange();
    const height = host.offsetHeight;
    region.style.scrollPaddingBlockEnd = `${foot.offsetHeight + GAP}px`; // what has the focus stays clear of the foot
    const room = low.matches ? { left: 0, right: 0, lift: 0 } : findRoom(height);
    if (!room && doc.activeElement !== host) host.setAttribute("waiting", "");
    if (room) {
      for (const [side, px] of Object.entries(room)) host.style.setProperty(`--${side}`, `${px}px`);
      host.removeAttribute("waiting");
      if (!this.wasSeen) this.expectEyes();
    }
    this.reserve.keep(low.matches || host.hasAttribute("waiting") ? 0 : height + (room ? room.lift : 0));
  }

  /** Stands in the page's column, in its looks, and says as much as may cover the page; anew where anything has changed. */
  arrange() {
    const { host, region, ask, steps, rest } = this.parts;
    const em = parseFloat(getComputedStyle(region).fontSize);
    const column = findColumn(em);
    const box = host.getBoundingClientRect();
    const start = Math.max(em / 2, column.left - box.left);
    const end = Math.max(em / 2, box.right - column.right);
    const now = () => [em, start, end, window.innerHeight, host.offsetHeight].join();
    const isFitted = now() === this.fitted && ask.scrollWidth <= ask.clientWidth;
    if (isFitted || !steps.hidden || !rest.hidden) return;
    dress(host, region, this.content.accents);
    region.style.setProperty("--start", `${start}px`);
    region.style.setProperty("--end", `${end}px`);
    fit(host, ask, em, !low.matches);
    this.fitted = now();
  }

  /** Tells the server once that the notice is on screen, and those who listen to the page that it is there. */
  expectEyes() {
    this.wasSeen = true;
    const eyes = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting) || this.parts.host.hasAttribute("waiting")) return;
        eyes.disconnect();
        if (!this.isSettled) void this.tell("shown");
      },
      { threshold: 0.4 },
    );
    eyes.observe(this.parts.region);
    void this.announce();
  }

  /** Says that the notice is there, once the reader has typed nothing for a while. */
  async announce() {
    let typed = performance.now();
    const { signal } = this.gone;
    addEventListener("keydown", () => (typed = performance.now()), { capture: true, signal });
    while (performance.now() - typed < HUSH) await pause(HUSH - (performance.now() - typed));
    const { state, text } = this.content;
    if (signal.aborted || this.wasOpened) return;
    if (this.isSettled) this.say(`${text.thanks_title}. ${this.parts.body.textContent}`, true);
    else this.say(state === "still" ? text.still_after_reload : text.announce, true);
  }

  /**
   * Says something in the live region; quietly: to those only who can't see it. What is said again is heard again.
   * @param {string} sentence @param {boolean} quietly
   */
  say(sentence, quietly = false) {
    const { status } = this.parts;
    status.classList.toggle("quiet", quietly);
    if (status.textContent !== sentence) return void (status.textContent = sentence);
    status.textContent = "";
    void pause(AGAIN).then(() => (status.textContent = sentence));
  }

  toggleMore() {
    const { more, rest, region } = this.parts;
    rest.hidden = !rest.hidden;
    more.setAttribute("aria-expanded", String(!rest.hidden));
    if (rest.hidden) {
      more.focus();
      this.settle();
    } else region.scrollTop = region.scrollHeight;
  }

  toggleSteps() {
    const { steps, ask, tools, how, region, heading, status, reload } = this.parts;
    const opens = steps.hidden !== false;
    steps.hidden = tools.hidden = !opens;
    ask.hidden = opens;
    how.setAttribute("aria-expanded", String(opens));
    region.classList.toggle("open", opens);
    status.textContent = "";
    reload.hidden = true;
    region.scrollTop = 0;
    (opens ? heading : how).focus({ preventScroll: true });
    if (!opens) return this.settle();
    if (this.wasOpened) return;
    this.wasOpened = true;
    if (this.content.preview) return;
    setMark(this.content.kind);
    void this.tell("howto");
  }

  async checkAgain() {
    if (this.isBusy) return;
    const { content } = this;
    const { text } = content;
    this.isBusy = true;
    this.parts.check.setAttribute("aria-disabled", "true");
    if (!content.preview) setMark(content.kind);
    this.expose("choice", { choice: "rechecked" });
    this.say(text.checking);
    const found = await (content.preview ? this.rehearse() : this.recheck(content.ticket, content.kind).catch(() => null));
    this.isBusy = false;
    this.parts.check.removeAttribute("aria-disabled");
    if (found && found.verdict === "clear") {
      removeMark();
      this.thank(text.thanks_body);
    } else {
      const isBlocked = found !== null && found.verdict === "blocked";
      this.parts.reload.hidden = !isBlocked;
      this.say(isBlocked ? text.still : text.could_not_check);
    }
  }

  /** What a check may find, one after the other, for an operator who looks at the preview. */
  async rehearse() {
    await pause(600);
    const findings = [{ verdict: "blocked" }, null, { verdict: "clear" }];
    return findings[this.rehearsed++ % findings.length];
  }

  support() {
    removeMark();
    void this.tell("supports");
    this.thank(this.content.text.thanks_supporter);
  }

  /** Keeps an objection both ways, and says no more than what the browser really kept. */
  async object() {
    const { text, preview } = this.content;
    if (preview) return this.thank(text.objected, text.objected_title);
    removeMark();
    keepObjection();
    const body = new URLSearchParams({ objection: "object" });
    const answer = await fetch(`${this.base}/${OBJECT}`, { method: "POST", body }).catch(() => null);
    const hasCookie = answer?.headers.get("x-adnotice") === "objected";
    if (hasCookie && objects()) this.thank(text.objected, text.objected_title);
    else this.say(hasCookie || objects() ? text.objected_partly : text.keeps_nothing);
  }

  /**
   * @param {string} sentence
   * @param {string} [title]
   */
  thank(sentence, title = this.content.text.thanks_title) {
    const { text } = this.content;
    const { host, ask, alone, body, actions, region } = this.parts;
    const hadFocus = doc.activeElement === host;
    this.isSettled = true;
    this.fitted = "";
    this.parts.title.textContent = alone.textContent = title;
    body.textContent = sentence;
    region.classList.remove("open");
    ask.hidden = false;
    const close = makeButton(text.thanks_close, "button", () => this.leave());
    actions.replaceChildren(close);
    for (const part of [this.parts.ways, this.parts.rest, this.parts.steps, this.parts.tools]) part.remove();
    if (hadFocus) close.focus();
    if (this.wasSeen) this.say(`${title}. ${sentence}`, true);
  }

  /** @param {"later" | "never"} choice */
  answer(choice) {
    if (!this.isSettled) {
      if (choice === "never") removeMark();
      void this.tell(choice);
      this.parts.host.setAttribute("closed", "");
    }
    this.leave();
    if (!this.isSettled) void this.sayFarewell(choice === "never" ? this.content.text.closed_for_good : this.content.text.closed);
  }

  /**
   * Leaves nothing behind but a sentence, for a while, for those who can't see that the notice is gone.
   * @param {string} sentence
   */
  async sayFarewell(sentence) {
    const { host, ask, steps, tools } = this.parts;
    for (const part of [ask, steps, tools]) part.hidden = true;
    this.say(sentence, true);
    await pause(FAREWELL);
    host.remove();
  }

  /** Gives room and focus back: the focus to where it was, else to the page's main part. */
  leave() {
    const { host } = this.parts;
    const hadFocus = doc.activeElement === host;
    clearTimeout(this.timer);
    this.gone.abort();
    this.sizes.disconnect();
    if (!host.hasAttribute("closed")) host.remove();
    this.reserve.release();
    if (!hadFocus) return;
    const target = this.cameFrom && this.cameFrom.isConnected ? this.cameFrom : doc.querySelector("main, [role=main], article, h1");
    if (!(target instanceof HTMLElement)) return;
    target.focus({ preventScroll: true });
    if (doc.activeElement === target) return;
    target.setAttribute("tabindex", "-1");
    target.addEventListener("blur", () => target.removeAttribute("tabindex"), { once: true });
    target.focus({ preventScroll: true });
  }

  /**
   * Scrolls what has the focus out from under the notice (WCAG 2.4.11), also in pages that scroll inside an element;
   * where nothing can be scrolled the notice steps aside until the focus has moved on.
   */
  uncoverFocus() {
    const { host } = this.parts;
    const focused = doc.activeElement;
    host.removeAttribute("aside");
    if (!focused || focused === host || focused === doc.body || low.matches || host.hasAttribute("waiting")) return;
    const own = host.getBoundingClientRect();
    const box = () => focused.getBoundingClientRect();
    const isUnder = () => box().bottom > own.top && box().top < own.bottom && box().right > own.left && box().left < own.right;
    const scrollers = [doc.scrollingElement];
    for (let node = focused.parentElement; node; node = node.parentElement) scrollers.unshift(node);
    for (const scroller of scrollers) {
      if (!isUnder()) return;
      if (scroller) scroller.scrollTop += Math.max(0, Math.min(box().bottom - own.top, box().top) + GAP);
    }
    host.toggleAttribute("aside", isUnder() && box().top >= own.top);
  }

  /**
   * Posts a choice, a few times if it must be; each is counted once.
   * @param {"shown" | "later" | "never" | "supports" | "howto" | "support-link"} choice
   * @param {string} [label]  of the link that was taken
   */
  async tell(choice, label) {
    const { content, base } = this;
    if (!content.ticket) return;
    if (choice === "shown") this.expose("shown", { kind: content.kind });
    else this.expose("choice", { choice });
    await post(`${base}/${CHOICE}`, JSON.stringify({ ticket: content.ticket, page: this.page, choice, label }));
  }
}

/**
 * The notice as the operator looks at it.
 * @param {string} base
 * @returns {Promise<Content | null>}
 */
const fetchPreview = async (base) => {
  const answer = await fetch(`${base}/${NOTICE}?lang=${encodeURIComponent(doc.documentElement.lang)}`);
  return answer.ok ? answer.json() : null;
};

doc.currentScript?.addEventListener("adnotice:begin", async (event) => {
  const { detail } = /** @type {CustomEvent<NoticeDetail>} */ (event);
  const content = detail.content || (await fetchPreview(detail.base));
  // who is thanked was not looked at when the page was measured, for that cost every clear view something
  if (!content || (content.state === "thanks" && isLeftAlone())) return;
  // a site that changes pages without loading may be asked twice: the older notice notices that it is gone
  for (const older of doc.querySelectorAll(NOTICE_ELEMENT)) older.remove();
  new Notice({ ...detail, content });
});

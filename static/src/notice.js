// @ts-check
/*
 * The notice: a small region at the bottom of the page that asks a reader to allow ads on this site.
 *
 * Loaded only when it is to be shown. client.js dispatches "adnotice:begin" on our script element with everything in its
 * detail; nothing is global. The notice lives in a shadow root, takes no focus, covers no dialog, hides no article, and
 * goes away when told to.
 */

import { ABOUT, CHOICE, NOTICE, NOTICE_ELEMENT, OBJECT } from "./contract.js";
import { removeMark, setMark } from "./mark.js";
import { doc } from "./native.js";
import { keepObjection, objects } from "./objection.js";
import STYLE from "./notice.css";
import { findRoom, GAP, Reserve } from "./place.js";
import { post } from "./post.js";
import { pause } from "./timing.js";

/**
 * @typedef {object} Content
 * @property {"ask" | "still" | "thanks"} state
 * @property {"content" | "hosts"} kind
 * @property {string} lang
 * @property {string} dir
 * @property {Record<string, string>} text  sentences by name
 * @property {{name: string, steps: string[]}[]} blockers
 * @property {{label: string, address: string}[]} links
 * @property {string} ticket  empty: nothing is counted
 * @property {boolean} preview
 *
 * @typedef {object} Detail
 * @property {Content | null} content  null: a preview
 * @property {string} base  where adnotice's addresses begin
 * @property {string} page  the path that choices are counted under
 * @property {(ticket: string, kind: string) => Promise<{verdict: string} | null>} recheck  null: it could not be checked
 * @property {boolean} expose  whether the site's own scripts are told of choices
 */

const LOOK_EVERY = 1000; // ms between looks for dialogs and bars
const SETTLE = 400; // ms that a screen reader needs to know a live region before it is filled
const low = matchMedia("(max-height: 479px)"); // the notice stands at the page's end then, see notice.css

/**
 * An element; strings among its children become text.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
const make = (tag, attributes, ...children) => {
  const element = doc.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** @param {string} label @param {string} look @param {() => void} act */
const makeButton = (label, look, act) => {
  const button = make("button", { type: "button", class: look }, label);
  button.addEventListener("click", act);
  return button;
};

const makeCross = () => {
  const space = "http://www.w3.org/2000/svg";
  const cross = doc.createElementNS(space, "svg");
  const strokes = doc.createElementNS(space, "path");
  cross.setAttribute("viewBox", "0 0 20 20");
  cross.setAttribute("aria-hidden", "true");
  strokes.setAttribute("d", "M4 4 16 16M16 4 4 16");
  cross.append(strokes);
  return cross;
};

/** Whether the page around us is dark, told by its text: a notice that matches its page disturbs least. */
const pageIsDark = () => {
  const parts = /^rgba?\((\d+), (\d+), (\d+)/.exec(getComputedStyle(doc.body).color);
  if (!parts) return matchMedia("(prefers-color-scheme: dark)").matches;
  return 0.2126 * +parts[1] + 0.7152 * +parts[2] + 0.0722 * +parts[3] > 140;
};

/**
 * Everything that is on screen, and what its buttons do.
 * @param {Content} content @param {string} base
 * @param {{later(): void, never(): void, support(): void, steps(): void, check(): void, object(): void}} act
 */
const build = (content, base, act) => {
  const { text } = content;
  const label = content.preview ? [make("p", { class: "label" }, text.preview)] : [];
  const title = make("h2", { class: "title", id: "title" }, text.title);
  const body = make("p", { class: "body" }, text.body);

  const more = make(
    "div",
    { class: "more" },
    ...content.links.map(({ label, address }) => make("a", { class: "support", href: address }, label)),
    makeButton(text.supports, "", act.support),
    makeButton(text.never, "", act.never),
    make("a", { href: `${base}/${ABOUT}` }, text.about),
  );

  const how = makeButton(text.how, "button", act.steps);
  how.setAttribute("aria-expanded", "false");
  how.setAttribute("aria-controls", "panel");
  const actions = make("div", { class: "actions" }, makeButton(text.not_now, "button", act.later), how);

  const close = makeButton("", "close", act.later);
  close.setAttribute("aria-label", text.close);
  close.append(makeCross());

  const blockers = content.blockers.map(({ name, steps }) => {
    const list = make("ol", {}, ...steps.map((step) => make("li", {}, step)));
    return make("details", { name: "blocker" }, make("summary", {}, name), list);
  });
  const panel = make(
    "div",
    { class: "panel", id: "panel", hidden: "" },
    make("p", { class: "help" }, content.kind === "hosts" ? text.steps_hosts : text.steps_help),
    make("div", { class: "blockers" }, ...blockers),
    make("div", { class: "more" }, makeButton(text.object, "", act.object)),
  );

  const status = make("p", { class: "status quiet", role: "status" });
  const check = makeButton(text.check, "button", act.check);
  const reload = makeButton(text.reload, "button", () => location.reload());
  reload.hidden = true;
  const tools = make("div", { class: "check", hidden: "" }, check, reload);
  const foot = make("div", { class: "foot" }, tools, status);

  const frame = make("div", { class: "frame" }, ...label, title, body, more, actions, close, panel, foot);
  const { lang, dir } = content;
  const look = pageIsDark() ? "notice dark" : "notice";
  const region = make("section", { class: look, role: "region", "aria-labelledby": "title", lang, dir }, frame);
  const host = make(NOTICE_ELEMENT, { waiting: "", dir });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(region);
  return { host, region, frame, title, body, more, how, actions, close, panel, status, check, reload, tools, foot };
};

/** One notice on the page. */
class Notice {
  /** @param {Detail & { content: Content }} detail */
  constructor({ content, base, page, recheck, expose }) {
    /** @param {string} choice */
    this.expose = (choice) => {
      if (!expose || !content.ticket) return;
      doc.dispatchEvent(new CustomEvent("adnotice:choice", { detail: { choice } }));
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
    this.parts = build(content, base, {
      later: () => this.answer("later"),
      never: () => this.answer("never"),
      support: () => this.support(),
      steps: () => this.toggleSteps(),
      check: () => void this.checkAgain(),
      object: () => void this.object(),
    });
    if (content.state === "thanks") this.thank(content.text.thanks_body);
    this.watch();
  }

  watch() {
    this.parts.region.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      this.answer("later");
    });
    this.parts.host.addEventListener("focusin", ({ relatedTarget }) => {
      if (relatedTarget instanceof Element) this.cameFrom = relatedTarget;
    });
    for (const part of [this.parts.region, this.parts.foot]) this.sizes.observe(part);
    const { signal } = this.gone;
    doc.addEventListener("focusin", () => requestAnimationFrame(() => this.uncoverFocus()), { signal });
    addEventListener("resize", () => this.settle(), { signal });
    addEventListener("pagehide", () => this.leave(), { signal }); // it does not come back with the back button
    doc.body.append(this.parts.host);
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
    const { state, text } = this.content;
    void pause(SETTLE).then(() => {
      if (this.isSettled) this.say(`${text.thanks_title}. ${this.parts.body.textContent}`, true);
      else if (state === "still") this.say(text.still_after_reload);
      else this.say(text.announce, true);
    });
  }

  /**
   * Says something in the live region; quietly: to those only who can't see it.
   * @param {string} sentence @param {boolean} quietly
   */
  say(sentence, quietly = false) {
    this.parts.status.classList.toggle("quiet", quietly);
    this.parts.status.textContent = sentence;
    this.parts.body.hidden = !quietly && !this.wasOpened;
  }

  toggleSteps() {
    const opens = this.parts.panel.hidden !== false;
    this.parts.panel.hidden = !opens;
    this.parts.tools.hidden = !opens;
    this.parts.frame.classList.toggle("open", opens);
    this.parts.how.setAttribute("aria-expanded", String(opens));
    if (!opens) return;
    this.parts.body.hidden = false;
    this.parts.region.scrollTop += this.parts.actions.getBoundingClientRect().top - this.parts.region.getBoundingClientRect().top - GAP;
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
    this.expose("rechecked");
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
    const hadFocus = doc.activeElement === this.parts.host;
    this.isSettled = true;
    this.parts.title.textContent = title;
    this.parts.body.textContent = sentence;
    this.parts.body.hidden = false;
    this.parts.close.setAttribute("aria-label", text.thanks_close);
    this.parts.frame.classList.remove("open");
    const close = makeButton(text.thanks_close, "button", () => this.leave());
    this.parts.actions.replaceChildren(close);
    for (const part of [this.parts.more, this.parts.panel, this.parts.tools]) part.remove();
    if (hadFocus) close.focus();
    if (this.wasSeen) this.say(`${title}. ${sentence}`, true);
  }

  /** @param {"later" | "never"} choice */
  answer(choice) {
    if (!this.isSettled) {
      if (choice === "never") removeMark();
      void this.tell(choice);
    }
    this.leave();
  }

  /** Takes the notice away; gives the focus back where it was, else to the page's main part. */
  leave() {
    const hadFocus = doc.activeElement === this.parts.host;
    clearTimeout(this.timer);
    this.gone.abort();
    this.sizes.disconnect();
    this.parts.host.remove();
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
   * @param {"shown" | "later" | "never" | "supports" | "howto"} choice
   */
  async tell(choice) {
    const { content, base } = this;
    if (!content.ticket) return;
    if (choice !== "shown") this.expose(choice);
    await post(`${base}/${CHOICE}`, JSON.stringify({ ticket: content.ticket, page: this.page, choice }));
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
  const { detail } = /** @type {CustomEvent<Detail>} */ (event);
  const content = detail.content || (await fetchPreview(detail.base));
  if (!content) return;
  // a site that changes pages without loading may be asked twice: the older notice notices that it is gone
  for (const older of doc.querySelectorAll(NOTICE_ELEMENT)) older.remove();
  new Notice({ ...detail, content });
});

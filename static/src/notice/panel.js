// @ts-check
/*
 * What a press brings: the steps, what stands behind More, checking again, thanks and the last word. Loaded by the first
 * press, or where the focus comes to lie under the notice.
 */

import { doc } from "../browser/native.js";
import { keepObjection, objects } from "../browser/objection.js";
import { removeMark, setMark } from "../browser/session_mark.js";
import { pause } from "../browser/timing.js";
import { ABOUT, OBJECT } from "../contract.js";
import { isSeen, past } from "../host_page/marks.js";
import { isLeftAlone } from "../host_page/rules.js";
import { addStyle, make, makeButton, makeLink, setApart } from "./elements.js";
import { GAP } from "./fit.js";
import { findNext, giveFocus } from "./focus.js";
import STYLE from "./panel.css";
import { say } from "./say.js";

const FAREWELL = 5000; // ms that its last word stays for screen readers

/** What an element stands in, out of shadow roots too. @param {Element} element @returns {Element | null} */
const above = (element) => past(element).parentElement || /** @type {Partial<ShadowRoot>} */ (past(element).getRootNode()).host || null;

/** @param {Content["blockers"][0]} blocker */
const makeSteps = ({ steps, label, label_lang: lang }) =>
  make("ol", { role: "list" }, ...steps.map((step) => make("li", {}, ...setApart(step, label, { lang }))));

/**
 * How to allow ads: the likely way open, the others below or beside it.
 * @param {Content} content @param {string} base @param {() => void} close
 */
const buildSteps = ({ text, kind, blockers, privacy }, base, close) => {
  const [likely, ...others] = blockers;
  const heading = make("h2", { class: "title", tabindex: "-1" }, text.steps_title);
  const closed = others.map((each) => make("details", { name: "blocker" }, make("summary", {}, make("bdi", {}, each.name)), makeSteps(each)));
  const help = make("p", { class: "help" }, `${kind === "hosts" ? text.steps_hosts : text.steps_help} ${text.steps_lets_in} `);
  help.append(makeLink({ label: text.privacy, address: privacy || `${base}/${ABOUT}` }, "", String));
  const ways = make("div", { class: "columns" });
  if (likely) {
    const name = make("h3", { class: "title" }, make("bdi", {}, likely.name));
    ways.append(make("div", { class: "own-way" }, make("p", { class: "kicker" }, text.steps_likely), name, makeSteps(likely), help));
  }
  if (others.length) ways.append(make("div", { class: "others" }, make("h3", { class: "kicker" }, text.steps_others), ...closed));
  const head = make("div", { class: "head" }, heading, makeButton(text.close, "button", close));
  return { heading, steps: make("div", { class: "steps", id: "steps", hidden: "" }, head, ways) };
};

/** What the panel adds to the notice. @param {Content} content @param {string} base @param {NoticePanel} panel @param {(label: string) => void} follow */
const build = (content, base, panel, follow) => {
  const { text, links, blockers } = content;
  const [first, ...others] = links.map((link) => makeLink(link, "", follow));
  first?.classList.add("again");
  const rest = make(
    "div",
    { class: "rest", id: "more", hidden: "" },
    make("p", { class: "body" }, text.body),
    ...(text.ads_are ? [make("p", {}, text.ads_are)] : []),
    make("div", { class: "list" }, ...(first && blockers.length ? [first] : []), ...others),
    make(
      "div",
      { class: "list" },
      makeButton(text.supports, "", () => panel.support()),
      makeButton(text.never, "", () => panel.never()),
      makeButton(text.object, "", () => void panel.object()),
      makeLink({ label: text.about, address: `${base}/${ABOUT}` }, "", String),
    ),
  );
  const check = makeButton(text.check, "button filled", () => void panel.check());
  const reload = makeButton(text.reload, "button", () => location.reload(), { hidden: "" });
  const support = links.slice(0, 1).map((link) => makeLink(link, "link", follow));
  const tools = make("div", { class: "tools", hidden: "" }, check, reload, ...support);
  return { rest, tools, check, reload, ...buildSteps(content, base, () => panel.steps()) };
};

/** The notice's second half. @implements {Panel} */
class NoticePanel {
  /** @param {Notice} notice */
  constructor(notice) {
    const { content, detail, parts } = notice;
    this.notice = notice;
    this.isBusy = false;
    this.wasOpened = false;
    this.parts = { ...parts, ...build(content, detail.base, this, (label) => notice.tell("support-link", label)) };
    const { root, ask, foot, how, more, rest, steps, tools } = this.parts;
    addStyle(root, STYLE);
    ask.append(rest);
    foot.before(steps);
    foot.append(tools);
    how.setAttribute("aria-controls", "steps");
    more.setAttribute("aria-controls", "more");
    for (const each of notice.level ? steps.querySelectorAll("h2, h3") : [])
      each.setAttribute("aria-level", String(notice.level + Number(each.localName[1]) - 2));
    new ResizeObserver(() => this.clear()).observe(foot);
    // within a shadow root the focus moves unheard: the key that moves it is heard
    doc.addEventListener("keyup", ({ key }) => key === "Tab" && this.uncover(), { signal: notice.gone.signal });
  }

  /** What has the focus inside stays clear of the foot. */
  clear() {
    this.parts.region.style.scrollPaddingBlockEnd = `${this.parts.foot.offsetHeight + GAP}px`;
  }

  more() {
    const { more, rest, region } = this.parts;
    rest.hidden = !rest.hidden;
    this.notice.isOpen = !rest.hidden;
    more.setAttribute("aria-expanded", String(!rest.hidden));
    if (rest.hidden) {
      more.focus();
      this.notice.settle();
    } else region.scrollTop = region.scrollHeight;
  }

  steps() {
    const { notice } = this;
    const { steps, ask, tools, region, heading, more, rest, status, reload } = this.parts;
    const { how } = notice.parts; // the newsroom's own, where its words are shown
    const opens = Boolean(steps.hidden);
    steps.hidden = tools.hidden = !opens;
    ask.hidden = opens;
    if (notice.spot.isBare) {
      steps.append(rest);
      rest.hidden = false;
    }
    notice.isOpen = opens || more.getAttribute("aria-expanded") === "true";
    how.setAttribute("aria-expanded", String(opens));
    region.classList.toggle("open", opens);
    status.textContent = "";
    reload.hidden = true;
    region.scrollTop = 0;
    notice.spot.open?.(opens);
    (opens ? heading : how).focus({ preventScroll: notice.spot.floats });
    if (!opens) return notice.settle();
    if (!notice.spot.floats) steps.scrollIntoView({ block: "nearest" }); // their beginning, where they are higher than the window
    if (this.wasOpened) return;
    this.wasOpened = true;
    notice.greeting = ""; // who has opened it knows that it is there
    if (!notice.content.preview) setMark(notice.content.kind);
    notice.tell("howto");
  }

  escape() {
    if (!this.parts.steps.hidden) this.steps();
    else this.more();
  }

  async check() {
    if (this.isBusy) return;
    const { content, detail } = this.notice;
    const { text } = content;
    const { check, reload } = this.parts;
    this.isBusy = true;
    check.setAttribute("aria-disabled", "true");
    if (!content.preview) setMark(content.kind);
    this.notice.tell("rechecked");
    say(this.notice, text.checking);
    const found = await detail.recheck(content.ticket, content.kind).catch(() => null);
    this.isBusy = false;
    check.removeAttribute("aria-disabled");
    if (found?.verdict === "clear") {
      removeMark();
      return this.thanks();
    }
    reload.hidden = found?.verdict !== "blocked";
    say(this.notice, reload.hidden ? text.could_not_check : text.still);
  }

  support() {
    removeMark();
    this.notice.tell("supports");
    this.thanks(this.notice.content.text.thanks_supporter);
  }

  never() {
    removeMark();
    this.notice.close("never");
  }

  /** Keeps an objection both ways, and says no more than what the browser really kept. */
  async object() {
    const { notice } = this;
    const { text, preview } = notice.content;
    if (preview) return this.thanks(text.objected, text.objected_title);
    removeMark();
    keepObjection();
    const body = new URLSearchParams({ objection: "object" });
    const answer = await fetch(`${notice.detail.base}/${OBJECT}`, { method: "POST", body }).catch(() => null);
    const hasCookie = answer?.headers.get("x-adnotice") === "objected";
    if (hasCookie && objects()) this.thanks(text.objected, text.objected_title);
    else say(notice, hasCookie || objects() ? text.objected_partly : text.keeps_nothing);
  }

  /** Thanks a reader who comes back, where the page lets it: clear views were not looked at when they were measured. */
  greet() {
    if (isLeftAlone()) return false;
    this.thanks();
    return true;
  }

  /**
   * Says one more thing and leaves nothing to answer.
   * @param {string} [sentence] @param {string} [title]
   */
  thanks(sentence = this.notice.content.text.thanks_body, title = this.notice.content.text.thanks_title) {
    const { notice } = this;
    const { host, ask, alone, body, actions, region, ways, rest, steps, tools } = this.parts;
    const hadFocus = doc.activeElement === host;
    notice.isSettled = true;
    notice.isOpen = false;
    notice.fitted = "";
    notice.greeting = `${title}. ${sentence}`;
    this.parts.title.textContent = alone.textContent = title;
    body.textContent = sentence;
    region.classList.remove("open");
    region.classList.add("settled");
    ask.hidden = false;
    const close = makeButton(notice.content.text.thanks_close, "button", () => this.leave());
    actions.replaceChildren(close);
    for (const part of [ways, rest, steps, tools]) part.remove();
    if (hadFocus) close.focus();
    if (!host.isConnected) return; // it is announced once it is there
    say(notice, notice.greeting, true);
    notice.greeting = "";
  }

  /** Leaves nothing behind but a sentence, for a while, for those who can't see that the notice is gone. */
  async farewell() {
    const { notice } = this;
    const { text } = notice.content;
    const { host, ask, steps, tools } = this.parts;
    this.giveFocusBack();
    for (const part of [ask, steps, tools]) part.hidden = true;
    say(notice, host.getAttribute("closed") === "never" ? text.closed_for_good : text.closed, true);
    await pause(FAREWELL);
    host.remove();
  }

  leave() {
    this.giveFocusBack();
    this.notice.end();
  }

  /** To where it was; else, in the page's flow, to the next heading, or to the page's main part. */
  giveFocusBack() {
    const { cameFrom, spot } = this.notice;
    const { host } = this.parts;
    if (doc.activeElement === host) giveFocus(cameFrom && isSeen(cameFrom) ? cameFrom : findNext(spot.floats ? undefined : host));
  }

  /**
   * Scrolls what has the focus out from under the notice (WCAG 2.4.11), also in pages that scroll inside an element;
   * where nothing can be scrolled the notice steps aside until the focus has moved on.
   */
  async uncover() {
    const { host } = this.parts;
    await new Promise(requestAnimationFrame); // the browser scrolls after it has told of the focus
    let focused = doc.activeElement;
    for (let inner = focused; inner && inner !== host; inner = (focused = inner).shadowRoot?.activeElement ?? null);
    host.removeAttribute("aside");
    const lies = getComputedStyle(host).position === "fixed" && !host.hasAttribute("waiting") && !host.hasAttribute("closed");
    if (!focused || focused === host || focused === doc.body || !lies) return;
    const own = host.getBoundingClientRect();
    const box = () => focused.getBoundingClientRect();
    const isUnder = () => box().bottom > own.top && box().top < own.bottom && box().right > own.left && box().left < own.right;
    const scrollers = [doc.scrollingElement];
    for (let node = above(focused); node; node = above(node)) scrollers.unshift(node);
    for (const scroller of scrollers) {
      if (!isUnder()) return;
      const top = Math.max(0, Math.min(box().bottom - own.top, box().top) + GAP);
      scroller?.scrollBy({ top, behavior: "instant" }); // a smooth one would not have begun at the next look
    }
    host.toggleAttribute("aside", isUnder() && box().top >= own.top);
  }
}

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  const { notice, tell } = /** @type {CustomEvent<PanelDetail>} */ (event).detail;
  tell(new NoticePanel(notice));
});

// @ts-check
/*
 * One notice on the page while it is collapsed: what a press brings is loaded by it, panel.js; whether it is seen is looked
 * after by sight.js.
 *
 * It lives in a shadow root, takes no focus, covers no dialog, hides no article, and goes away when told to.
 */

import { doc } from "../browser/native.js";
import { pause } from "../browser/timing.js";
import { CHOICE, NOTICE_ELEMENT } from "../contract.js";
import { dress } from "../host_page/looks.js";
import { fit } from "./fit.js";
import { build } from "./parts.js";

const LOOK_EVERY = 1000; // ms between looks for dialogs and bars
const TRIES = 3; // of what looks whether it is seen
const PATIENCE = 5000; // ms for the last word to come

/** A site that changes pages without loading may be asked twice: the older notice goes at once, and its room with it. */
export const removeOlder = () => {
  for (const older of doc.querySelectorAll(NOTICE_ELEMENT)) older.dispatchEvent(new Event("end"));
};

export class Notice {
  /** @param {NoticeDetail} detail @param {Content} content @param {(notice: Notice) => Spot} findSpot */
  constructor(detail, content, findSpot) {
    this.detail = detail;
    this.content = content;
    this.isOpen = false; // the panel is: then all is said
    this.isSettled = false; // thanked: nothing is left to answer
    this.wasSeen = false;
    this.wasShown = false; // the server has been told
    this.fitted = "";
    this.level = 0; // of its heading, where a mark says it
    this.greeting = content.state === "still" ? content.text.still_after_reload : content.text.announce;
    /** @type {Promise<Panel | null> | null} */
    this.panel = null;
    /** @type {Set<keyof Panel>} pressed while the panel is on its way */
    this.waiting = new Set();
    /** @type {Element | null} where the focus came from */
    this.cameFrom = null;
    this.gone = new AbortController();
    this.sizes = new ResizeObserver(() => this.settle());
    this.parts = build(content, {
      later: () => this.close("later"),
      follow: (label) => this.tell("support-link", label),
      steps: () => this.press("steps"),
      more: () => this.press("more"),
    });
    this.spot = findSpot(this);
  }

  /** Puts it on the page and looks after it until it is gone. */
  begin() {
    const { host, root, region } = this.parts;
    const { signal } = this.gone;
    region.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault();
      if (this.isOpen) this.press("escape");
      else this.close("later");
    });
    host.addEventListener("end", () => this.end());
    host.addEventListener("focusin", ({ relatedTarget }) => {
      if (relatedTarget instanceof Element) this.cameFrom = relatedTarget;
    });
    const uncover = (/** @type {FocusEvent} */ event) => {
      const [target] = event.composedPath();
      if (target instanceof Element && target.matches(":focus-visible")) void this.press("uncover");
    };
    if (this.spot.floats) doc.addEventListener("focusin", uncover, { signal });
    addEventListener("resize", () => this.settle(), { signal });
    addEventListener("pagehide", () => this.end(), { signal }); // it does not come back with the back button
    this.sizes.observe(region);
    removeOlder(); // again: two may have been on their way
    doc.body.append(host);
    // WebKit leaves a notice undressed, for a turn of its loop or many, whose root had its sheets before it stood in a page
    root.adoptedStyleSheets = [...root.adoptedStyleSheets];
    this.spot.put(); // dressed: it may depend on how it is placed
    this.look();
    this.watch(TRIES);
  }

  /** Has it looked after whether it is seen. @param {number} tries */
  watch(tries) {
    if (!tries || this.gone.signal.aborted) return;
    this.detail.bring("sight", { notice: this }, () => setTimeout(() => this.watch(tries - 1), LOOK_EVERY));
  }

  /** Looks every second, while the page is seen, whether the notice may stand where it stands. */
  look() {
    if (this.gone.signal.aborted) return;
    if (!this.parts.host.isConnected) return this.end();
    if (!doc.hidden) this.settle();
    setTimeout(() => this.look(), LOOK_EVERY);
  }

  settle() {
    this.arrange();
    this.spot.settle();
  }

  /** Takes the page's looks, and says as much as may stand there; anew where anything has changed. */
  arrange() {
    const { spot } = this;
    const { host, region, ask } = this.parts;
    const em = parseFloat(getComputedStyle(region).fontSize);
    const now = () => [em, spot.measure(em), window.innerHeight, host.offsetHeight, host.offsetWidth].join();
    if (now() === this.fitted && ask.scrollWidth <= ask.clientWidth + 1) return;
    dress(host, region, this.content.accents);
    for (const { start, end, levels } of spot.looks(em)) {
      region.style.setProperty("--start", `${start}px`);
      region.style.setProperty("--end", `${end}px`);
      if (this.isOpen || fit(ask, () => spot.may(em), levels)) break;
    }
    this.fitted = now();
  }

  /**
   * Has the panel do what was pressed, once it is there; a panel that does not come is asked for again at the next press. What
   * is pressed twice meanwhile is done once, and nothing but the last word for one who has closed it meanwhile.
   * @param {keyof Panel} act
   */
  async press(act) {
    const { bring } = this.detail;
    const isLast = act === "farewell" || act === "leave";
    if (this.waiting.has(act)) return null;
    this.waiting.add(act);
    this.panel ||= new Promise((tell) => bring("panel", { notice: this, tell }, () => tell((this.panel = null))));
    const panel = await (isLast ? Promise.race([this.panel, pause(PATIENCE)]) : this.panel);
    this.waiting.delete(act);
    if (!panel && isLast) this.end();
    return panel && (isLast || !this.gone.signal.aborted) ? panel[act]() : null;
  }

  /** @param {"later" | "never"} choice */
  close(choice) {
    if (this.isSettled) return void this.press("leave");
    this.tell(choice);
    this.parts.host.setAttribute("closed", choice);
    this.stop();
    void this.press("farewell");
  }

  end() {
    this.stop();
    this.parts.host.remove();
  }

  /** Nothing is looked after any more, and the page has its room back. */
  stop() {
    this.gone.abort();
    this.sizes.disconnect();
    this.spot.release();
  }

  /**
   * Posts a choice, a few times if it must be; each is counted once.
   * @param {"shown" | "later" | "never" | "supports" | "howto" | "support-link" | "rechecked"} choice
   * @param {string} [label]  of the link that was taken
   */
  tell(choice, label) {
    const { ticket, kind } = this.content;
    const { base, page, post, expose } = this.detail;
    if (!ticket) return;
    const isShown = choice === "shown";
    if (isShown && this.wasShown) return;
    if (!isShown && !this.isSettled) this.tell("shown"); // what is answered was seen
    this.wasShown = true;
    const detail = isShown ? { kind } : { choice };
    if (expose) doc.dispatchEvent(new CustomEvent(isShown ? "adnotice:shown" : "adnotice:choice", { detail }));
    if (choice !== "rechecked") void post(`${base}/${CHOICE}`, JSON.stringify({ ticket, page, choice, label })); // the check is a report
  }
}

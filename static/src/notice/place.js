// @ts-check
/*
 * Where the notice may stand, and the room that is kept for it.
 */

import { doc } from "../browser/native.js";
import { NOTICE_ELEMENT } from "../contract.js";
import { findColumn, ROW } from "../host_page/column.js";
import { isSeen, past } from "../host_page/marks.js";
import { hasAppeal } from "../host_page/rules.js";
import { GAP, maySize, WHOLE } from "./fit.js";
import { layOver } from "./overlay.js";

const low = matchMedia("(max-height: 319px)"); // the notice stands at the page's end then, see notice.css
const SMALL = 100; // px: up to this height, and the area of such a square, it is a button or a tab, and no dialog
const NARROW = 640; // px of a window in which nothing stands beside the notice
const SHARE = 0.3; // of the window's width, for a column
const SHARE_OF_TAB = 0.7;
const DIALOGS = "[role$=dialog],dialog[open]"; // alertdialog too

/** @typedef {{ left: number, right: number, lift: number }} Room  px from the window's edges */

/**
 * The elements at a point, topmost first, those in open shadow roots included.
 * @param {Document | ShadowRoot | null} root @param {number} x @param {number} y
 * @returns {Element[]}
 */
const elementsAt = (root, x, y) =>
  root
    ? root
        .elementsFromPoint(x, y)
        .filter((element) => element.localName !== NOTICE_ELEMENT && root.contains(element))
        .flatMap((element) => [...elementsAt(past(element).shadowRoot, x, y), element])
    : [];

/**
 * What an element floats in: itself or an ancestor that stays in place when the page is scrolled.
 * @param {Element | null} element
 */
const findFloat = (element) => {
  for (let own, node = element; node && !(own = past(node)).contains(doc.body); ) {
    const { position, bottom } = getComputedStyle(node);
    if (position === "fixed" || (position === "sticky" && bottom !== "auto")) return node;
    node = own.assignedSlot || own.parentElement || /** @type {ShadowRoot} */ (own.getRootNode()).host;
  }
  return null;
};

/**
 * What floats above the page at a point. A float that holds the page's main part is the page.
 * @param {number} x @param {number} y @param {Element | null} main
 */
const floatAt = (x, y, main) => {
  for (const element of elementsAt(doc, x, y)) {
    const float = findFloat(element);
    if (!float || (past(float).contains(main) && !past(float).matches(DIALOGS))) return null;
    if (isSeen(float)) return float;
  }
  return null;
};

/** Whether a float is a button in a corner, or a tab such as consent tools leave there. @param {DOMRect} box */
const isSmall = ({ left, right, width, height }) => {
  const seen = Math.min(width, right, window.innerWidth - left); // some stand half outside of the window
  return height <= SMALL && seen * height <= SMALL ** 2 && seen <= window.innerWidth * SHARE_OF_TAB;
};

/** @param {DOMRect} box */
const isColumn = ({ width, height }) => height >= window.innerHeight * 0.8 && width <= window.innerWidth * SHARE;

/**
 * Whether a dialog can be seen anywhere in the window: a consent tool's may be a bar at its top, where a page has its own head.
 * @param {Element | null} main
 */
const hasDialog = (main) =>
  [...doc.querySelectorAll(DIALOGS)].some((each) => {
    const { left, top, width, height } = past(each).getBoundingClientRect();
    const float = width * height > SMALL ** 2 && isSeen(each) && findFloat(each);
    return float && float === floatAt(left + width / 2, top + height / 2, main);
  });

/** The boxes of what floats in this height of the window's bottom. @param {number} height @param {Element | null} main */
const boxesBelow = (height, main) => {
  const { innerWidth: width, innerHeight: depth } = window;
  const floats = new Set();
  for (let x = 4; x < width; x += Math.max(24, width / 32)) {
    for (let y = depth - 4; y > depth - Math.min(height, depth * SHARE); y -= Math.max(32, height / 6)) floats.add(floatAt(x, y, main));
  }
  return [...floats].flatMap((float) => (float ? [past(float).getBoundingClientRect()] : []));
};

/** Whether something lies over its middle, as a page does that lies in a layer of its own. @param {HTMLElement} host */
const isBehind = (host) => {
  const { left, top, width, height } = host.getBoundingClientRect();
  const topmost = doc.elementFromPoint(left + width / 2, top + height / 2);
  return !low.matches && topmost !== null && topmost !== host;
};

/** Past an element named adoptedStyleSheets. */
const setSheets = (/** @type {CSSStyleSheet[]} */ sheets) => Reflect.set(Document.prototype, "adoptedStyleSheets", sheets, document);

/**
 * A notice that lies over the page: a bar at its bottom. Room is kept at the page's end and where the focus scrolls to, so that
 * nothing there stays covered. card.js makes a card of it.
 * @implements {Spot}
 */
export class Bar {
  /** @param {Notice} notice */
  constructor({ parts }) {
    const { scrollPaddingBlockEnd } = getComputedStyle(doc.documentElement);
    this.host = parts.host;
    this.floats = true;
    this.padding = Number(scrollPaddingBlockEnd.replace("px", "")) || 0; // "auto", and shares, are none
    this.sheet = new CSSStyleSheet();
    this.height = 0;
    this.hidesBar = false; // whether the scroll bar is hidden because of this
    setSheets([...doc.adoptedStyleSheets, this.sheet]);
  }

  put() {
    layOver(this.host);
  }

  /** What its looks depend on besides its own size. @param {number} em  in px */
  measure(em) {
    return JSON.stringify(findColumn(em));
  }

  /**
   * The looks to try, the best first: where the page's text begins, if nothing has to go behind More for that.
   * @param {number} em in px
   * @returns {Iterable<Look>}
   */
  *looks(em) {
    const { left, right } = this.host.getBoundingClientRect();
    for (const [needed, levels] of [[0, WHOLE], [ROW]]) {
      const column = findColumn(em, needed);
      yield { start: Math.max(em / 2, column.left - left), end: Math.max(em / 2, right - column.right), levels };
    }
  }

  /** Whether it may be as large as it is. @param {number} em in px */
  may(em) {
    const { height, width } = this.host.getBoundingClientRect();
    return low.matches || maySize(height, width, em);
  }

  /**
   * The free room at the bottom for a notice of this height, in px from the edges; null while the notice has to wait.
   * It keeps beside columns and small buttons, and waits for everything else: dialogs, consent and other bars, and wherever it
   * stands for an appeal of the site's own that is marked. For these in the whole of the window: a card in one corner waits for a
   * dialog in the other.
   * @param {number} [height] @param {number} [from] @param {number} [to]  the part of the bottom that it takes
   * @returns {Room | null}
   */
  room(height = this.host.offsetHeight, from = 0, to = window.innerWidth) {
    if (hasAppeal()) return null;
    const { innerWidth: width, innerHeight: depth } = window;
    const main = doc.querySelector("main, [role=main]") || doc.querySelector("article") || doc.querySelector("h1");
    if (hasDialog(main)) return null;
    for (const x of [0.35, 0.5, 0.65]) {
      for (const y of [0.35, 0.5, 0.65]) if (floatAt(width * x, depth * y, main)) return null;
    }
    const room = { left: 0, right: 0, lift: 0 };
    for (const box of boxesBelow(height, main)) {
      const isButton = isSmall(box);
      if (!isButton && !isColumn(box)) return null;
      if (box.right < from || box.left > to) continue;
      const gap = isButton ? GAP : 0;
      /** @type {[keyof Room, number]} */
      const [side, px] =
        isButton && width < NARROW
          ? ["lift", depth - box.top]
          : box.left + box.right < width
            ? ["left", box.right]
            : ["right", width - box.left];
      room[side] = Math.max(room[side], px + gap);
    }
    return room;
  }

  /** Moves to where there is room, else waits. */
  settle() {
    const { host } = this;
    const room = low.matches ? /** @type {Room} */ ({}) : this.room();
    for (const [side, px] of Object.entries(room || {})) host.style.setProperty(`--${side}`, `${px}px`);
    host.removeAttribute("waiting"); // what is hidden is found at no point
    const waits = (!room || isBehind(host)) && doc.activeElement !== host; // nobody who is in it loses it
    host.toggleAttribute("waiting", waits);
    this.keep(low.matches || waits ? 0 : host.offsetHeight + (room ? room.lift : 0));
  }

  /** @param {number} height in px */
  keep(height) {
    const { scrollHeight, clientHeight } = doc.scrollingElement || doc.documentElement; // without a doctype the body scrolls
    // a page that did not scroll must not get a scroll bar, which would move everything, until it has grown
    const hidesBar = scrollHeight <= clientHeight + (this.hidesBar ? this.height : 0);
    if (height === this.height && hidesBar === this.hidesBar) return;
    this.hidesBar = hidesBar;
    this.height = height;
    // room after the body, since margins and paddings of its own may share in the page's layout
    this.sheet.replaceSync(
      height
        ? `@media screen{:root::after{content:"";display:block;clear:both;block-size:${height}px}` +
            `:root{scroll-padding-block-end:${this.padding + height + GAP}px!important${this.hidesBar ? ";scrollbar-width:none" : ""}}}`
        : "",
    );
  }

  release() {
    setSheets(doc.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet));
  }
}

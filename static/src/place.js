// @ts-check
/*
 * Where the notice may stand, and the room that is kept for it.
 */

import { NOTICE_ELEMENT } from "./contract.js";
import { doc } from "./native.js";
import { hasAppeal } from "./standing.js";

export const GAP = 8; // px kept clear beside what stands at the bottom too
const SMALL = 96; // px: up to this size it is a button in a corner, and no dialog

/**
 * The elements at a point, topmost first, those in open shadow roots included.
 * @param {Document | ShadowRoot} root @param {number} x @param {number} y
 * @returns {Element[]}
 */
const elementsAt = (root, x, y) =>
  root
    .elementsFromPoint(x, y)
    .filter((element) => element.localName !== NOTICE_ELEMENT && (root === doc || element.getRootNode() === root))
    .flatMap((element) => [...(element.shadowRoot ? elementsAt(element.shadowRoot, x, y) : []), element]);

/**
 * What an element floats in: itself or an ancestor that stays in place when the page is scrolled.
 * @param {Element | null} element
 */
const findFloat = (element) => {
  for (let node = element; node && node !== doc.body && node !== doc.documentElement; ) {
    const { position, bottom } = getComputedStyle(node);
    if (position === "fixed" || (position === "sticky" && bottom !== "auto")) return node;
    const root = node.getRootNode();
    node = node.assignedSlot || node.parentElement || (root instanceof ShadowRoot ? root.host : null);
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
    if (!float || (main && float.contains(main))) return null;
    if (!float.checkVisibility || float.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return float;
  }
  return null;
};

/**
 * The free room at the bottom for a notice of this height, in px from the edges; null while the notice has to wait.
 * It keeps beside columns and small buttons, and waits for everything else: dialogs, consent and other bars, and wherever it
 * stands for an appeal of the site's own that is marked.
 * @param {number} height
 */
export const findRoom = (height) => {
  if (hasAppeal()) return null;
  const { innerWidth: width, innerHeight: depth } = window;
  const main = doc.querySelector("main, [role=main]") || doc.querySelector("article") || doc.querySelector("h1");
  for (const x of [0.35, 0.5, 0.65]) {
    for (const y of [0.35, 0.5, 0.65]) if (floatAt(width * x, depth * y, main)) return null;
  }
  /** @type {Set<Element | null>} */
  const floats = new Set();
  for (let x = 4; x < width; x += Math.max(24, width / 32)) {
    for (let y = depth - 4; y > depth - height; y -= Math.max(32, height / 6)) floats.add(floatAt(x, y, main));
  }
  const room = { left: 0, right: 0, lift: 0 };
  for (const float of floats) {
    if (!float) continue;
    const box = float.getBoundingClientRect();
    const isSmall = box.width <= SMALL && box.height <= SMALL;
    const isColumn = box.height >= depth * 0.8 && box.width <= width * 0.3;
    if (!isSmall && !isColumn) return null;
    const gap = isSmall ? GAP : 0;
    if (isSmall && width < 640) room.lift = Math.max(room.lift, depth - box.top + gap);
    else if (box.left + box.width / 2 < width / 2) room.left = Math.max(room.left, box.right + gap);
    else room.right = Math.max(room.right, width - box.left + gap);
  }
  return room;
};

/** Past an element named adoptedStyleSheets. */
const setSheets = (/** @type {CSSStyleSheet[]} */ sheets) => Reflect.set(Document.prototype, "adoptedStyleSheets", sheets, document);

/** Keeps room at the page's end and where the focus scrolls to, so that nothing there stays covered. */
export class Reserve {
  constructor() {
    const { scrollPaddingBlockEnd } = getComputedStyle(doc.documentElement);
    this.padding = scrollPaddingBlockEnd.endsWith("px") ? parseFloat(scrollPaddingBlockEnd) : 0;
    this.sheet = new CSSStyleSheet();
    this.height = 0;
    this.hidesBar = false; // whether the scroll bar is hidden because of this
    setSheets([...doc.adoptedStyleSheets, this.sheet]);
  }

  /** @param {number} height */
  keep(height) {
    if (height === this.height) return;
    const { scrollHeight, clientHeight } = doc.documentElement;
    // a page that did not scroll must not get a scroll bar, which would move everything
    this.hidesBar = scrollHeight <= clientHeight + (this.hidesBar ? this.height : 0);
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

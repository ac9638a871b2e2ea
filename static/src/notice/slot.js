// @ts-check
/*
 * A notice in the page's flow, in an element that the templates have marked: at the article's end, or where an ad would be.
 */

import { doc } from "../browser/native.js";
import { findColumn, STEPS } from "../host_page/column.js";
import { layOver } from "./overlay.js";

const FRAMES = "iframe,frame,object,embed";
const TALL = 250; // px of an ad's box in which everything has room; in a lower one a title and two buttons have
const WIDE = 480; // px that those need in a row
const LOWEST = 60; // px
const NARROWEST = 200; // px of a tall box

/**
 * Whether nothing is there but ours: no frame, no text, no child with a size.
 * @param {Element} mark @param {Element} [ours]
 */
export const isEmpty = (mark, ours) =>
  [...mark.childNodes].every((node) => {
    if (node === ours) return true;
    if (!(node instanceof Element)) return !(node instanceof Text && node.data.trim());
    const { width, height } = node.getBoundingClientRect();
    return !(width && height) && !node.matches(FRAMES) && !node.querySelector(FRAMES);
  });

/** The room within an element in px, its padding left out. @param {Element} element */
export const measureBox = (element) => {
  const { paddingTop, paddingBottom, paddingLeft, paddingRight } = getComputedStyle(element);
  return {
    width: element.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight),
    height: element.clientHeight - parseFloat(paddingTop) - parseFloat(paddingBottom),
  };
};

/** Whether a box of this size holds a notice at all. @param {{ width: number, height: number }} box */
export const isRoomy = ({ width, height }) => (height >= TALL ? width >= NARROWEST : height >= LOWEST && width >= WIDE);

/** At the end of an article: as tall as its words, for it covers nothing. @implements {Spot} */
export class End {
  /** @param {HTMLElement} mark @param {Notice} notice */
  constructor(mark, notice) {
    this.mark = mark;
    this.notice = notice;
    this.host = notice.parts.host;
    this.floats = false;
    this.host.setAttribute("flow", "end");
    this.host.removeAttribute("waiting");
  }

  put() {
    this.mark.append(this.host);
  }

  measure() {
    return String(this.mark.clientWidth);
  }

  *looks() {
    yield { start: 0, end: 0 };
  }

  /** Its words stand above its buttons, as in a text. */
  may() {
    return this.notice.parts.ask.dataset.as !== "row";
  }

  settle() {}

  release() {}
}

/** In the box of an ad that did not come: never larger than the box, and gone as soon as an ad comes. @implements {Spot} */
export class AdBox extends End {
  /** @param {HTMLElement} mark @param {Notice} notice */
  constructor(mark, notice) {
    super(mark, notice);
    this.isOpen = false;
    this.across = 0; // px of the window for which the box was measured
    this.box = { width: 0, height: 0 };
    this.watch = new MutationObserver(() => this.makeWay());
  }

  /** Whether support and More stand behind the steps. */
  get isBare() {
    return this.box.height < TALL;
  }

  put() {
    super.put();
    this.watch.observe(this.mark, { childList: true, subtree: true, attributes: true });
  }

  /** Measures the box anew in another window: empty, as the site made it. */
  measure() {
    const { host, mark } = this;
    if (this.across !== window.innerWidth && !this.isOpen && doc.activeElement !== host) {
      this.across = window.innerWidth;
      host.remove();
      this.box = measureBox(mark);
      mark.append(host);
      this.watch.takeRecords();
      host.setAttribute("flow", this.isBare ? "low" : "ad");
      host.style.setProperty("--box", `${this.box.height}px`);
    }
    return JSON.stringify(this.box);
  }

  /** A low box holds the title alone and two buttons, in a row; in a high one the words stand above the buttons, as in a text. */
  may() {
    const { dataset, classList } = this.notice.parts.ask;
    const isRow = dataset.as === "row";
    return this.isOpen || (this.fits() && (this.isBare ? isRow && classList.contains("brief") : !isRow));
  }

  fits() {
    const { region } = this.notice.parts;
    return isRoomy(this.box) && region.scrollHeight <= region.clientHeight && region.scrollWidth <= region.clientWidth;
  }

  settle() {
    this.makeWay();
  }

  /** Goes where an ad came, or where the box has become too small. */
  makeWay() {
    const isLarger = this.host.offsetHeight > this.mark.clientHeight + 1;
    if (this.isOpen || (isEmpty(this.mark, this.host) && !isLarger && (this.notice.isOpen || this.fits()))) return false;
    if (doc.activeElement === this.host) void this.notice.press("leave");
    else this.notice.end();
    return true;
  }

  /** @param {number} [em] in px */
  *looks(em = 0) {
    if (!this.isOpen) return void (yield* super.looks());
    const { left, right } = findColumn(em, STEPS);
    yield { start: left, end: doc.documentElement.clientWidth - right };
  }

  /** The steps have no room in the box: they open at the window's bottom, and leave the box blank. @param {boolean} opens */
  open(opens) {
    const { host, mark } = this;
    this.isOpen = opens;
    if (opens) host.removeAttribute("flow");
    else host.setAttribute("flow", this.isBare ? "low" : "ad");
    if (opens) layOver(host);
    else mark.append(host);
    this.notice.arrange();
  }

  release() {
    this.watch.disconnect();
  }
}

// @ts-check
/*
 * Loaded where the operator wants a card: in the corner of a large window; in a small one it is a bar.
 */

import { doc } from "../browser/native.js";
import { findColumn } from "../host_page/column.js";
import STYLE from "./card.css";
import { addStyle } from "./elements.js";
import { Bar } from "./place.js";

const LARGE_WIDTH = 56; // em of a window that has a corner for it
const LARGE_HEIGHT = 36;
const CARD_WIDTH = 27.25; // em, as in card.css; wider while the steps are open
const MARGIN = 24; // px around a card
const PADDING = 1.3; // em within

class Card extends Bar {
  /** @param {Notice} notice */
  constructor(notice) {
    super(notice);
    addStyle(notice.parts.root, STYLE);
    /** @type {"left" | "right"} */
    this.corner = notice.content.dir === "rtl" ? "left" : "right";
    this.edge = 0; // px between it and the window's edge; 0: it is a bar
  }

  /**
   * A card whose words end where the page's column does, then a bar.
   * @param {number} em in px
   */
  *looks(em) {
    const { host, corner } = this;
    const column = findColumn(em);
    const width = doc.documentElement.clientWidth;
    if (width >= LARGE_WIDTH * em && window.innerHeight >= LARGE_HEIGHT * em) {
      const beside = corner === "left" ? column.begins : width - column.ends;
      this.edge = Math.max(MARGIN, (corner === "left" ? column.left : width - column.right) - PADDING * em);
      if (beside > CARD_WIDTH * em + 2 * MARGIN) this.edge = MARGIN; // it covers no text there
      host.setAttribute("card", corner);
      yield { start: PADDING * em, end: PADDING * em };
    }
    this.edge = 0;
    host.removeAttribute("card");
    yield* super.looks(em);
  }

  room() {
    const { corner, edge } = this;
    if (!edge) return super.room();
    const { offsetHeight: height, offsetWidth: width } = this.host;
    const from = corner === "left" ? 0 : window.innerWidth - edge - width;
    const room = super.room(height + MARGIN, from, from + width + edge);
    return room && { ...room, [corner]: Math.max(room[corner], edge), lift: room.lift + MARGIN };
  }
}

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  const { make, tell } = /** @type {CustomEvent<PlaceDetail>} */ (event).detail;
  tell(make((notice) => new Card(notice)));
});

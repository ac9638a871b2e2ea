// @ts-check
/*
 * Loaded where a page's templates have marked places for the notice, or words of the newsroom's own: the first that can be
 * used is. They alone decide; where none can be used nothing is shown on this page.
 */

import { doc } from "../browser/native.js";
import { pause } from "../browser/timing.js";
import { asIfShown, isBelow, isSeen, MARKS, OWN_WORDS } from "../host_page/marks.js";
import { addStyle } from "./elements.js";
import { OwnWords } from "./own_words.js";
import STYLE from "./slot.css";
import { AdBox, End, isEmpty, isRoomy, measureBox } from "./slot.js";

const PATIENCE_MS = 3000; // for an ad to come

doc.currentScript?.addEventListener("adnotice:begin", async (event) => {
  const { make, content, tell } = /** @type {CustomEvent<PlaceDetail>} */ (event).detail;
  const patience = pause(content.kind === "hosts" ? 0 : PATIENCE_MS); // there the site's ad script has failed

  /**
   * Puts the notice there; takes it away again where that would move anything, or where it has no room.
   * @param {HTMLElement} mark @param {typeof End} Kind
   */
  const tryIn = (mark, Kind) => {
    const before = mark.offsetHeight;
    const mayGrow = Kind === End && isBelow(mark);
    const notice = make((made) => new Kind(mark, made));
    const { root, title, alone } = notice.parts;
    addStyle(root, STYLE);
    notice.level = Number(mark.dataset.adnoticeHeading) || 0;
    for (const heading of notice.level ? [title, alone] : []) heading.setAttribute("aria-level", String(notice.level));
    notice.begin();
    if (notice.gone.signal.aborted) return null;
    if (mayGrow || mark.offsetHeight <= before) return notice;
    notice.end();
    return null;
  };

  /** @param {HTMLElement} mark */
  const attempt = async (mark) => {
    if (mark.matches(OWN_WORDS)) {
      const mayBe = asIfShown(mark, () => isSeen(mark) && isBelow(mark));
      if (!mayBe) return null;
      const notice = make((made) => new OwnWords(mark, made));
      addStyle(notice.parts.root, STYLE);
      notice.begin();
      return notice;
    }
    if (mark.dataset.adnoticeSlot === "end") return isSeen(mark) ? tryIn(mark, End) : null;
    if (mark.dataset.adnoticeSlot !== "ad") return null;
    await patience;
    return isSeen(mark) && isEmpty(mark) && isRoomy(measureBox(mark)) ? tryIn(mark, AdBox) : null;
  };

  for (const mark of doc.querySelectorAll(MARKS)) {
    // Markup may name a field of its own as what we call: such a mark is passed over.
    const notice = mark instanceof HTMLElement && (await attempt(mark).catch(() => null));
    if (notice) return tell(notice);
  }
  tell(null);
});

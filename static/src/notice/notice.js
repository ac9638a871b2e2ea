// @ts-check
/*
 * The notice: a small region that asks a reader to allow ads on this site. Loaded only when it is to be shown. client.js
 * dispatches "adnotice:begin" on our script element with everything in its detail; nothing is global.
 */

import { doc } from "../browser/native.js";
import { MARKS } from "../host_page/marks.js";
import { Notice, removeOlder } from "./collapsed.js";

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  const { detail } = /** @type {CustomEvent<NoticeDetail>} */ (event);

  /** @param {Content} content */
  const show = async (content) => {
    removeOlder(); // first: one may stand where this one is to
    /** @param {(notice: Notice) => Spot} findSpot */
    const make = (findSpot) => new Notice(detail, content, findSpot);
    const isThanks = content.state === "thanks";
    /** What a part of ours that is loaded for this says; null: it did not come. @param {string} part @returns {Promise<any>} */
    const ask = (part) => new Promise((tell) => detail.bring(part, { content, detail, make, tell }, () => tell(null)));
    if (!isThanks && doc.querySelector(MARKS)) return ask("marked");
    if ((content.delay || content.depth) && !(await ask("delayed"))) return null;
    const notice = await ask(content.shape);
    if (!notice) return null;
    if (isThanks && !(await notice.press("greet"))) {
      notice.stop(); // it leaves nothing where it may not stand
      return null;
    }
    notice.begin();
    return notice;
  };

  if (detail.content) void show(detail.content);
  else detail.bring("preview", { detail, show });
});

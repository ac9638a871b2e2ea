// @ts-check
/*
 * The notice: a small region that asks a reader to allow ads on this site. Loaded only when it is to be shown. client.js
 * dispatches "adnotice:begin" on our script element with everything in its detail; nothing is global.
 */

import { Notice } from "./collapsed.js";
import { NOTICE_ELEMENT } from "./contract.js";
import { MARKS } from "./marks.js";
import { doc } from "./native.js";
import { Floating } from "./place.js";

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  const { detail } = /** @type {CustomEvent<NoticeDetail>} */ (event);

  /** @param {Content} content */
  const show = async (content) => {
    // a site that changes pages without loading may be asked twice: the older notice notices that it is gone
    for (const older of doc.querySelectorAll(NOTICE_ELEMENT)) older.remove();
    /** @param {(notice: Notice) => Spot} findSpot */
    const make = (findSpot) => new Notice(detail, content, findSpot);
    const isThanks = content.state === "thanks";
    if (!isThanks && doc.querySelector(MARKS))
      return new Promise((tell) => detail.bring("marked", { content, make, tell }, () => tell(null)));
    const waits = content.state === "ask" && !content.preview && (content.delay || content.depth);
    if (waits && !(await new Promise((tell) => detail.bring("delayed", { content, tell }, () => tell(false))))) return null;
    const notice = make((notice) => new Floating(notice));
    if (isThanks && !(await notice.press("greet"))) return null;
    notice.begin();
    return notice;
  };

  if (detail.content) void show(detail.content);
  else detail.bring("preview", { detail, show });
});

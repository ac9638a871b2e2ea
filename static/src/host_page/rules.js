// @ts-check
/*
 * How a page stands to asking, as its own markup and scripts say: looked at in the browser, so that copies from a cache say
 * it too. Looked at where a view may be asked, which is when its baits or the ad script have failed.
 */

import { doc, findValue } from "../browser/native.js";
import { isSeen, lookForMarks } from "./marks.js";

const QUIET = "head>meta[name=adnotice][content=quiet]";
const APPEAL = "[data-adnotice-appeal]";

/** Whether the site's own appeal, which it has marked, is on the page: a template may hold one that is not shown. */
export const hasAppeal = () => [...doc.querySelectorAll(APPEAL)].some(isSeen);

const isMarked = () => Boolean(doc.querySelector(QUIET));
const isSupporter = () => Boolean(findValue("adnotice.supporter"));

/** Whether nobody is to be asked on this page, or this reader nowhere. */
export const isQuiet = () => isMarked() || isSupporter();

/** What is reported beside the evidence. */
export const lookAtPage = () => ({
  marked: isMarked(),
  supporter: isSupporter(),
  appeal: hasAppeal(),
  slot: lookForMarks(),
});

/** Whether nothing of ours is to be shown beside what stands there. */
export const isLeftAlone = () => isQuiet() || hasAppeal();

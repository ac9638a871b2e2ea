// @ts-check
/*
 * How a page stands to asking, as its own markup and scripts say: looked at in the browser, so that copies from a cache say
 * it too. Looked at where a view may be asked, which is when its baits or the ad script have failed.
 */

import { isSeen, lookForMarks } from "./marks.js";
import { doc, findValue } from "../browser/native.js";

const QUIET = "head>meta[name=adnotice][content=quiet]";
const APPEAL = "[data-adnotice-appeal]";

/** Whether the site's own appeal, which it has marked, is on the page: a template may hold one that is not shown. */
export const hasAppeal = () => [...doc.querySelectorAll(APPEAL)].some(isSeen);

/** What is reported beside the evidence. */
export const lookAtPage = () => ({
  marked: Boolean(doc.querySelector(QUIET)),
  supporter: Boolean(findValue("adnotice.supporter")),
  appeal: hasAppeal(),
  slot: lookForMarks(),
});

/** Whether nothing of ours is to be shown beside what stands there. */
export const isLeftAlone = () => {
  const { marked, supporter, appeal } = lookAtPage();
  return marked || supporter || appeal;
};

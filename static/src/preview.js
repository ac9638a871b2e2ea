// @ts-check
/*
 * The notice as the operator looks at it: labelled, counting nothing, with a check that rehearses what may be found.
 */

import { NOTICE } from "./contract.js";
import { addStyle, make } from "./elements.js";
import { doc } from "./native.js";
import STYLE from "./preview.css";
import { pause } from "./timing.js";

const REHEARSED = [{ verdict: "blocked" }, null, { verdict: "clear" }];
const CHECK_MS = 600;

doc.currentScript?.addEventListener("adnotice:begin", async (event) => {
  const { detail, show } = /** @type {CustomEvent<PreviewDetail>} */ (event).detail;
  let turn = 0;
  detail.recheck = async () => {
    await pause(CHECK_MS);
    return REHEARSED[turn++ % REHEARSED.length];
  };
  const answer = await fetch(`${detail.base}/${NOTICE}?lang=${encodeURIComponent(doc.documentElement.lang)}`);
  if (!answer.ok) return;
  const content = await answer.json();
  const notice = await show(content);
  if (!notice) return;
  const { root } = notice.parts;
  addStyle(root, STYLE);
  root.append(make("p", { class: "label", role: "status" }, content.text.preview));
});

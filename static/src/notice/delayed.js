// @ts-check
/*
 * Loaded where the operator asks nobody at once: waits until the page has been looked at for a while, and so much of it seen.
 */

import { doc } from "../browser/native.js";
import { makeWatch } from "../browser/watch.js";
import { isQuiet } from "../host_page/rules.js";

/** How much of the page's height has been in the window, in per cent. */
const readDepth = () => ((window.scrollY + window.innerHeight) / doc.documentElement.scrollHeight) * 100;

doc.currentScript?.addEventListener("adnotice:begin", async (event) => {
  const { content, detail, tell } = /** @type {CustomEvent<DelayedDetail>} */ (event).detail;
  for (let page; page !== location.pathname; ) {
    page = location.pathname; // once more for another page of an application
    const watch = makeWatch();
    while (!watch.late(content.delay * 1000)) await watch.pass();
    // a page that scrolls within an element tells of it too, and is as high as the window
    while (Math.ceil(readDepth()) < content.depth) {
      await new Promise((scrolled) => addEventListener("scroll", scrolled, { capture: true, once: true, passive: true }));
    }
  }
  tell(!detail.refused() && !isQuiet());
});

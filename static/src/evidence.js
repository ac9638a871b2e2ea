// @ts-check
/*
 * What else can be seen in a view whose first bait failed; client.js loads this then, and never in any other view.
 *
 * A stylesheet bait with its control, and two boxes outside the window, one of them named as ads are. What became of
 * them goes into the view's report, as far as it is known by then. No verdict rests on it: many blockers hide no
 * elements, or late.
 */

import { ELEMENT_CLASSES, ELEMENT_CONTROL, SILENT, STOPPED, STYLE, STYLE_CONTROL } from "./contract.js";
import { doc } from "./native.js";

/** @typedef {{ style?: string[], style_control?: string[], element?: string }} Seen */
/** @typedef {{ base: string, number: string, tell(seen: Seen): void }} Detail */

const LOOK_MS = 20;
const LOOKS = 50;

const script = doc.currentScript;
script?.addEventListener("adnotice:begin", (event) => {
  const { base, number, tell } = /** @type {CustomEvent<Detail>} */ (event).detail;
  /** @type {Seen} */
  const seen = {};
  tell(seen);

  /**
   * Loads a stylesheet; its witness stands in its one selector, which nothing on the page matches.
   * @param {"style" | "style_control"} family
   * @param {string} folder
   */
  const load = (family, folder) => {
    const witnesses = (seen[family] = [SILENT]);
    const link = doc.createElement("link");
    link.onload = () => {
      try {
        const [rule] = /** @type {any} */ (link.sheet).cssRules;
        witnesses[0] = rule.selectorText.slice(10, 51);
      } catch {
        witnesses[0] = STOPPED; // what came is a blocker's own
      }
      link.remove();
    };
    link.onerror = () => {
      witnesses[0] = STOPPED;
      link.remove();
    };
    link.rel = "stylesheet";
    link.nonce = /** @type {HTMLElement} */ (script).nonce;
    link.href = `${base}/${folder}${number}-0.css`;
    doc.head.append(link);
  };

  /** @param {string} names */
  const makeBox = (names) => {
    const box = doc.createElement("div");
    box.className = names;
    box.style.cssText = "position:absolute;top:-99px;width:9px;height:9px";
    doc.documentElement.append(box);
    return box;
  };

  load("style", STYLE);
  load("style_control", STYLE_CONTROL);
  const boxes = [makeBox(ELEMENT_CLASSES), makeBox(ELEMENT_CONTROL)];
  let looks = 0;
  const look = () => {
    const [shown, there] = boxes.map((box) => box.offsetHeight);
    seen.element = there ? (shown ? "shown" : "hidden") : "";
    if (shown && there && ++looks < LOOKS) setTimeout(look, LOOK_MS);
    else for (const box of boxes) box.remove();
  };
  look();
});

// @ts-check
/*
 * Loaded where a view's first bait failed: rounds of new baits, each with a control. The first script bait that arrives ends
 * them, and so does a control that does not.
 *
 * Beside them a stylesheet bait with its control; what became of these goes into the report as far as it is known by then,
 * and no verdict rests on it.
 */

import { doc } from "../browser/native.js";
import { ROUNDS, SILENT, STOPPED, STYLE, STYLE_CONTROL } from "../contract.js";
import { lookAtPage } from "../host_page/rules.js";
import { makeTurns } from "./turns.js";

const script = doc.currentScript;

/** @param {RoundsDetail} view */
const test = async (view) => {
  const { arrives, controls } = makeTurns(view);

  /**
   * Loads a stylesheet; its witness stands in its one selector, which nothing on the page matches.
   * @param {"style" | "style_control"} family
   * @param {string} folder
   */
  const loadStyle = (family, folder) => {
    const witnesses = (view.tried[family] = [SILENT]);
    const link = doc.createElement("link");
    const end = (/** @type {string} */ witness) => {
      witnesses[0] = witness;
      link.remove();
    };
    link.onload = () => {
      try {
        const [rule] = /** @type {any} */ (link.sheet).cssRules;
        end(rule.selectorText.slice(10, 51));
      } catch {
        end(STOPPED); // what came is a blocker's own
      }
    };
    link.onerror = () => end(STOPPED);
    link.rel = "stylesheet";
    link.nonce = /** @type {HTMLElement} */ (script).nonce;
    link.href = `${view.base}/${folder}${view.number}-0.css`;
    doc.head.append(link);
  };

  loadStyle("style", STYLE);
  loadStyle("style_control", STYLE_CONTROL);
  let clear = false;
  let stopped = true;
  for (let round = 0; round < ROUNDS && stopped && !clear; round++)
    [clear, stopped] = await Promise.all([arrives("script"), controls(round % 3 ? [round] : [0, 1]), arrives("image")]);
  view.tell({ clear, stopped, ...(stopped && lookAtPage()) });
};

script?.addEventListener("adnotice:begin", (event) => {
  const { detail } = /** @type {CustomEvent<RoundsDetail>} */ (event);
  // Whatever the page does to us, the view is told.
  test(detail).catch(() => detail.tell({ clear: false, stopped: false }));
});

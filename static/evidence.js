// @ts-check
/*
 * What else can be seen in a view whose first bait failed; client.js loads this then, and never in any other view.
 *
 * A stylesheet bait with its control, and two boxes outside the window, one of them named as ads are. What became of
 * them goes into the view's report, as far as it is known by then. No verdict rests on it: many blockers hide no
 * elements, or late. The names stand in adnotice/detect/baits.py too.
 */

(() => {
  /**
   * @typedef {{ style?: string[], style_control?: string[], element?: string }} Tried
   * @typedef {{ base: string, number: string, tried: Tried }} Detail
   */

  const LOOK_MS = 20;
  const LOOKS = 50;

  const script = document.currentScript;
  script?.addEventListener("adnotice:begin", (event) => {
    const { base, number, tried } = /** @type {CustomEvent<Detail>} */ (event).detail;

    /**
     * Loads a stylesheet; its witness stands in its one selector, which nothing on the page matches.
     * @param {"style" | "style_control"} family
     * @param {string} folder
     */
    const load = (family, folder) => {
      const witnesses = (tried[family] = ["late"]);
      const link = document.createElement("link");
      link.onload = () => {
        try {
          const [rule] = /** @type {any} */ (link.sheet).cssRules;
          witnesses[0] = rule.selectorText.slice(10, 51);
        } catch {
          witnesses[0] = ""; // what came is a blocker's own
        }
        link.remove();
      };
      link.onerror = () => {
        witnesses[0] = "";
        link.remove();
      };
      link.rel = "stylesheet";
      link.nonce = /** @type {HTMLElement} */ (script).nonce;
      link.href = `${base}/${folder}/${number}-0.css`;
      document.head.append(link);
    };

    /** @param {string} names */
    const makeBox = (names) => {
      const box = document.createElement("div");
      box.className = names;
      box.style.cssText = "position:absolute;top:-99px;width:9px;height:9px";
      document.documentElement.append(box);
      return box;
    };

    load("style", "assets/ads");
    load("style_control", "sheet");
    const boxes = [makeBox("ad-leaderboard dfp-ad mpu-ad"), makeBox("page-part")];
    let looks = 0;
    const look = () => {
      const [shown, seen] = boxes.map((box) => box.offsetHeight);
      tried.element = seen ? (shown ? "shown" : "hidden") : "";
      if (shown && seen && ++looks < LOOKS) setTimeout(look, LOOK_MS);
      else for (const box of boxes) box.remove();
    };
    look();
  });
})();

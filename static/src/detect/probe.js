// @ts-check
/*
 * Loaded where the setting ad_probe is used, when the baits were tried: whether the site's own ad script works on this page.
 * Watches what the page itself loads; loads something only with ad_probe_load, and never before consent.
 */

import { doc, findValue } from "../browser/native.js";
import { makeWatch } from "../browser/watch.js";

const PATIENCE_MS = 15000;
const NO_SCRIPT_MS = 3000;
const SCRIPT_TYPES = /^(|module|(text|application)\/(x-)?(java|ecma)script)$/i;

/** @param {ProbeDetail} detail @returns {Promise<Probed>} */
const judge = async ({ settings, view, clear, bring, makeScript, began, heard, stood }) => {
  const { address, effects, preset, url } = settings;
  const works = () => effects.some((name) => Boolean(findValue(name)));

  /**
   * The ad script, as the browser runs it; one that is held back until consent is not there.
   * @param {EventTarget | null} target
   * @returns {target is HTMLScriptElement}
   */
  const isAdScript = (target) =>
    target instanceof HTMLScriptElement && SCRIPT_TYPES.test(target.type) && target.src.includes(address);

  /** Its event; "stood" where it ended before we could hear it; "" while it loads. */
  const fate = (/** @type {HTMLScriptElement} */ script) => {
    const event = heard.find(({ target }) => target === script);
    if (event) return event.type;
    const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByName(script.src));
    const ended = stood.includes(script) || entries.some(({ responseEnd }) => responseEnd < began);
    return ended && doc.readyState === "complete" ? "stood" : "";
  };

  /** Whether the reader allows ads. */
  const consents = () => new Promise((tell) => bring("consent", { tool: settings.consent, tell }, () => tell(false)));

  /** Waits until the ad script works, or has ended without: then the script itself is what comes back. */
  const follow = async (load = false) => {
    for (const watch = makeWatch(); ; await watch.pass()) {
      if (works()) return "works";
      // Those of the page that are there, and those that were when they ended.
      const scripts = [...doc.scripts, ...heard.map(({ target }) => target)].filter(isAdScript);
      if (scripts.length && scripts.every(fate)) return scripts.find((script) => fate(script) === "error") || scripts[0];
      if (!scripts.length && doc.readyState === "complete") {
        if (!load && watch.late(NO_SCRIPT_MS)) return "absent";
        if (load && !settings.consent && !(await consents())) return "refused";
        if (load) doc.head.append(makeScript(url));
        load = false;
      }
      if (watch.late(PATIENCE_MS)) return "pending";
    }
  };

  if (!clear) {
    const isThere = preset && (await follow()) === "works";
    return isThere ? new Promise((tell) => bring("slots", { preset, tell }, () => tell({}))) : {};
  }
  if (settings.consent && !(await consents())) return { probe: "refused" };
  const found = await follow(settings.load);
  if (typeof found === "string") return { probe: found };
  return new Promise((tell) => bring("second", { url: found.src, address, view, heard, works, tell }, () => tell({ probe: "pending" })));
};

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  const { detail } = /** @type {CustomEvent<ProbeDetail>} */ (event);
  // Whatever the page does to us, the view is told.
  judge(detail).then(detail.tell, () => detail.tell({ probe: "pending" }));
});

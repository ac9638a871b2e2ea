// @ts-check
/*
 * Part of client.js where the setting ad_probe is used: whether the site's own ad script works on this page.
 * Watches what the page itself loads; loads something only with ad_probe_load, and never before consent.
 */

/** @type {MakeProbe} */
(settings, makeScript) => {
  const PATIENCE_MS = 15000;
  const NO_SCRIPT_MS = 3000;
  const LOOK_MS = 50;
  const SPACING_MS = 60;
  const ROUNDS = 4;
  const site = /** @type {any} */ (window);
  let errors = 0;
  let stops = 0;

  /** @param {string} url */
  const names = (url) => url.includes(settings.address);

  document.addEventListener(
    "error",
    ({ target }) => {
      if (target instanceof HTMLScriptElement && names(target.src)) errors++;
    },
    true,
  );
  // What the page's policy stopped before this script ran is told by Chromium only.
  if (site.ReportingObserver) {
    /** @param {any[]} reports */
    const count = (reports) => {
      for (const { body } of reports) if (body.disposition === "enforce" && names(String(body.blockedURL))) stops++;
    };
    new site.ReportingObserver(count, { types: ["csp-violation"], buffered: true }).observe();
  }

  /** @param {number} ms */
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /**
   * The value under a dotted name, or undefined.
   * @param {string} name
   */
  const find = (name) => name.split(".").reduce((value, part) => (value == null ? undefined : value[part]), site);
  const works = () => settings.effects.some((name) => Boolean(find(name)));
  const present = () => [...document.scripts].some((script) => names(script.src));

  /** Loads the ad script as the page would; resolves when that has ended. */
  const load = () =>
    new Promise((resolve) => {
      const script = makeScript(settings.url);
      script.onload = script.onerror = resolve;
      document.head.append(script);
    });

  /** IAB TCF 2: consent to storage, and consent or legitimate interest for ads. */
  const askTcf = () => {
    /** @type {boolean | undefined} */
    let allowed;
    if (typeof site.__tcfapi === "function")
      site.__tcfapi("getTCData", 2, (/** @type {any} */ data, /** @type {boolean} */ success) => {
        if (!success || !data || data.eventStatus === "cmpuishown") return;
        const { consents = {}, legitimateInterests = {} } = data.purpose || {};
        allowed = data.gdprApplies === false || Boolean(consents[1] && (consents[2] || legitimateInterests[2]));
      });
    return allowed;
  };

  /** Google consent mode: the last word on ad_storage in the data layer; denied by default, the reader has yet to say. */
  const askGoogle = () => {
    /** @type {boolean | undefined} */
    let allowed;
    for (const [word, kind, given] of [...(site.dataLayer || [])].map((entry) => Array.from(entry.length ? entry : [])))
      if (word === "consent" && given && given.ad_storage)
        allowed = given.ad_storage === "granted" || (kind === "update" ? false : undefined);
    return allowed;
  };

  /** Whether the site's consent tool allows ads; undefined while it has not said. */
  const consent = async () => {
    if (!settings.consent) return true;
    if (settings.consent === "tcf") return askTcf();
    if (settings.consent === "google") return askGoogle();
    const callback = find(settings.consent);
    return typeof callback === "function" ? callback() : undefined;
  };

  /** @type {Probe["watch"]} */
  const watch = async (controls) => {
    const began = performance.now();
    const late = (/** @type {number} */ ms) => performance.now() - began > ms;
    for (let allowed = await consent(); !allowed; allowed = await consent()) {
      if (allowed === false || late(PATIENCE_MS)) return { probe: "refused" };
      await pause(LOOK_MS);
    }
    for (;;) {
      if (works()) return { probe: "works" };
      const complete = document.readyState === "complete";
      if (errors || (complete && present())) break;
      if (complete && settings.load) {
        await load();
        break;
      }
      if (complete && late(NO_SCRIPT_MS)) return { probe: "absent" };
      if (late(PATIENCE_MS)) return { probe: "pending" };
      await pause(LOOK_MS);
    }
    let failures = 1;
    for (let round = 0; round < ROUNDS; round++) {
      await pause(SPACING_MS);
      if (settings.load && !works()) {
        await load();
        failures++;
      }
      if (works()) return { probe: "works" };
      if (!(await controls(settings.load ? [0, 1, 2] : [0, 1, 2, 3, 4, 5]))) break;
    }
    if (works()) return { probe: "works" };
    return stops ? { probe: "pending" } : { probe: "failed", probe_failures: failures };
  };

  return { stops: names, watch };
};

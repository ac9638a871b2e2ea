// @ts-check
/*
 * adnotice: finds out whether ads are blocked in this view, and tells its own site, nobody else.
 * Stores nothing, reads nothing about the reader or the device. What it does, step by step: docs/detection.md
 */

/**
 * @typedef {{ address: string, url: string, effects: string[], load: boolean, consent: string }} ProbeSettings
 * @typedef {{ gpc: boolean, expose: boolean, consent: boolean, sample: number, probe: ProbeSettings,
 *   referrers?: boolean }} Settings
 * @typedef {{ verdict: string, kind: string | null, ground: string, counted: boolean, quiet: string | null,
 *   notice: object | null }} Found
 * @typedef {{ probe: string, probe_failures?: number }} Probed
 * @typedef {{ stops(uri: string): boolean, watch(controls: (turns: number[]) => Promise<boolean>): Promise<Probed> }} Probe
 * @typedef {{ (settings: ProbeSettings, makeScript: (url: string) => HTMLScriptElement): Probe }} MakeProbe
 * @typedef {{ (changed: () => void): void }} FollowPages
 * @typedef {(found: Found | null) => { verdict: string, kind: string | null }} Conclude
 * @typedef {{ (recheck: () => Promise<Found | null>, consent: (given: boolean) => void, events: boolean): Conclude }} Offer
 * @typedef {{ script: string[], script_control: string[], image: string[], image_control: string[] }} Tried
 */

(() => {
  const own = /** @type {HTMLScriptElement | null} */ (document.currentScript);
  const guard = Symbol.for("adnotice");
  // A page in a frame is no view, and a second run of this script in one document is no second one.
  if (!own || window.top !== window || guard in document) return;
  Object.defineProperty(document, guard, { value: true });

  /** @type {Settings} */
  const settings = /** @type {any} */ ("@settings@");
  // Parts that most sites don't need; the server puts them in where they are.
  const makeProbe = /** @type {MakeProbe | null} */ (/** @type {any} */ ("@probe@"));
  const followPages = /** @type {FollowPages | null} */ (/** @type {any} */ ("@pages@"));
  const offer = /** @type {Offer | null} */ (/** @type {any} */ ("@offer@"));
  const base = own.src.replace(/\/client\.js([?#].*)?$/, "");
  const wish = location.hash.replace("#adnotice=", "");
  const site = /** @type {any} */ (window);
  const reader = /** @type {any} */ (navigator);

  const ROUNDS = 4;
  const ODD = 0xd1b54a32d192ed039e3779b97f4a7c15n;
  const TRIES = 4;

  /** Goes up when the page goes away or consent does: what began before then is dropped. */
  let epoch = 0;
  let refusals = 0;
  let reported = false;
  let views = 0;
  let asked = false;

  /** @param {number} ms */
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

  /**
   * @param {EventTarget} target
   * @param {string} name
   */
  const event = (target, name) => new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));

  // The page's own policy stops things just as a blocker does; only this event tells them apart. No verdict rests on
  // a stylesheet.
  document.addEventListener("securitypolicyviolation", (violation) => {
    const uri = violation.blockedURI;
    const decides = (uri.startsWith(base) && !uri.endsWith("css")) || (probe && probe.stops(uri));
    if (violation.disposition === "enforce" && decides) refusals++;
  });

  /** @type {{ createScriptURL(url: string): any } | null | undefined} */
  let policy;

  /**
   * A script element with the page's nonce. Throws where the page's Trusted Types allow none.
   * @param {string} url
   */
  const makeScript = (url) => {
    if (policy === undefined && site.trustedTypes) {
      policy = null;
      policy = site.trustedTypes.createPolicy("adnotice", { createScriptURL: (/** @type {string} */ given) => given });
    }
    const element = document.createElement("script");
    element.nonce = own.nonce;
    element.src = policy ? policy.createScriptURL(url) : url;
    return element;
  };

  const probe = makeProbe && makeProbe(settings.probe, makeScript);

  /** How long one answer may take: what the page itself took, many times over. */
  const deadline = () => {
    const [page] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
    return Math.min(30000, Math.max(5000, page ? 10 * page.responseStart : 0));
  };

  /**
   * Loads another script of ours and hands it what it works with.
   * @param {string} name
   * @param {object} detail
   */
  const bring = (name, detail) => {
    const script = makeScript(`${base}/${name}.js`);
    script.onload = () => script.dispatchEvent(new CustomEvent("adnotice:begin", { detail }));
    document.head.append(script);
  };

  /**
   * Loads one bait or control: its witness, "" when it was stopped, "late" when nothing came in time.
   * @param {boolean} picture
   * @param {string} url
   * @returns {Promise<string>}
   */
  const load = (picture, url) =>
    new Promise((resolve) => {
      const element = picture ? new Image() : makeScript(url);
      /** @param {string} witness */
      const end = (witness) => {
        clearTimeout(timer);
        element.remove();
        resolve(witness);
      };
      const timer = setTimeout(end, deadline(), "late");
      element.onerror = () => end("");
      element.onload = () =>
        end(element instanceof Image ? element.naturalWidth + "x" + element.naturalHeight : element.dataset.witness || "");
      if (element instanceof Image) element.src = url;
      else document.head.append(element);
    });

  /** The test: one bait; only when it fails, rounds of new baits, each with a control. null: the page went away. */
  const test = async () => {
    const start = epoch;
    const before = refusals;
    const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => (byte + 256).toString(16).slice(1)).join("");
    const number = (BigInt.asUintN(128, BigInt("0x" + id) * ODD) >> 64n).toString(16).padStart(16, "0");
    /** @type {Tried} */
    const tried = { script: [], script_control: [], image: [], image_control: [] };

    /**
     * @param {keyof Tried} family
     * @param {string} folder
     */
    const arrives = async (family, folder) => {
      const picture = family.startsWith("image");
      const witnesses = tried[family];
      const turn = witnesses.push("late") - 1;
      try {
        witnesses[turn] = await load(picture, `${base}/${folder}/${number}-${turn}.${picture ? "gif" : "js"}`);
      } catch {
        refusals++;
        witnesses[turn] = "";
      }
      return witnesses[turn].length > 4;
    };
    const bait = () => arrives("script", "adverts/adserve");
    /** @param {number} turn */
    const control = (turn) => (turn % 2 ? arrives("image_control", "signal") : arrives("script_control", "check"));
    /** @param {number[]} turns */
    const controls = async (turns) => (await Promise.all(turns.map(control))).every(Boolean) && start === epoch;

    let clear = await bait();
    // Under Trusted Types that allow no script, there is no evidence either.
    if (!clear && refusals === before) bring("evidence", { base, number, tried });
    for (let round = 0; round < ROUNDS && !clear; round++) {
      const [script, controlled] = await Promise.all([
        bait(),
        controls(round % 3 ? [round] : [0, 1]),
        arrives("image", "pix/ads/images"),
      ]);
      clear = script;
      if (!controlled) break;
    }
    const probed = clear && probe && (await probe.watch(controls));
    // The event that explains an error may come a task after it.
    if (!clear || probed) await pause(0);
    return start === epoch ? { id, page: location.pathname, ...tried, ...probed, csp: refusals > before } : null;
  };

  /**
   * Posts a report; tries again a few times while the network or the server can't take it.
   * @param {object} report
   * @param {string} [ticket] of the view that is checked again
   * @returns {Promise<Found | null>}
   */
  const post = async (report, ticket) => {
    const said = Object.entries(report).filter(([, value]) => value && value.length !== 0);
    const body = JSON.stringify({ ...Object.fromEntries(said), again: ticket });
    const headers = { "content-type": "application/json" };
    for (let turn = 0, wait = 1000; turn < TRIES; turn++, wait *= 4) {
      if (turn) await pause(wait * (1 + Math.random()));
      try {
        const answer = await fetch(base + "/outcome", { method: "POST", keepalive: true, headers, body });
        if (answer.ok) return JSON.parse((await answer.text()) || /** @type {string} */ (answer.headers.get("x-adnotice")));
        if (answer.status !== 503 && answer.status !== 429) break;
        wait = Math.max(wait, 1000 * Math.min(60, Number(answer.headers.get("retry-after")) || 0));
      } catch {
        // No network, or none just now.
      }
    }
    return null;
  };

  /** @param {string} [ticket] */
  const recheck = async (ticket = "") => {
    const evidence = await test();
    return evidence && post({ ...evidence, lang: document.documentElement.lang }, ticket);
  };

  /** @param {object} content */
  const show = (content) => {
    asked = true;
    bring("notice", { content, base, page: location.pathname, recheck, expose: settings.expose });
  };

  /** The mark that a reader's own act left for this browser session; reads it, forgets it when ads are allowed. */
  const mark = (forget = false) => {
    try {
      if (forget) sessionStorage.removeItem("adnotice");
      return sessionStorage.getItem("adnotice") === "1";
    } catch {
      return false;
    }
  };

  const measure = async () => {
    const evidence = await test();
    if (!evidence || reported) return;
    reported = true;
    const first = !views++ && !document.referrer.startsWith(location.origin + "/");
    const found = await post({
      ...evidence,
      first,
      referrer: first && settings.referrers && document.referrer.split("/")[2],
      asked,
      returning: mark(),
      lang: document.documentElement.lang,
    });
    if (conclude) conclude(found);
    if (wish === "why") console.info("adnotice: " + JSON.stringify({ ...found, ...evidence }, null, 1));
    if (!found) return;
    if (found.verdict === "clear") mark(true);
    if (found.notice) show(found.notice);
  };

  const begin = async () => {
    const start = epoch;
    if (/** @type {any} */ (document).prerendering) await event(document, "prerenderingchange");
    while (document.visibilityState === "hidden") await event(document, "visibilitychange");
    if (start === epoch && !reported) await measure();
  };

  const preview = async () => {
    const answer = await fetch(base + "/notice?lang=" + encodeURIComponent(document.documentElement.lang));
    if (answer.ok) show(await answer.json());
  };

  /** Why nothing is to be measured in this view; "" when it may be. */
  const objection = () => {
    if (settings.gpc && (reader.globalPrivacyControl || reader.doNotTrack === "1")) return "the reader's GPC or DNT";
    if (reader.connection && reader.connection.saveData) return "the reader's Save-Data";
    return Math.random() < settings.sample ? "" : "not in the sample";
  };

  let allowed = !settings.consent || (site.adnotice && site.adnotice.consent === true);
  const why = objection();
  const conclude =
    offer &&
    offer(
      async () => (why || !allowed ? null : await recheck()),
      (given) => {
        if (given === allowed) return;
        allowed = given;
        if (!given) epoch++;
        else if (!why) void begin();
      },
      settings.expose,
    );

  window.addEventListener("pagehide", () => epoch++);
  window.addEventListener("pageshow", (shown) => {
    if (shown.persisted && allowed && !why && !reported) void begin();
  });

  if (followPages && !why)
    followPages(() => {
      epoch++;
      reported = false;
      if (allowed) void begin();
    });

  if (wish === "preview") void preview();
  else if (why) {
    if (conclude) conclude(null);
    if (wish === "why") console.info("adnotice: not measured: " + why);
  } else if (allowed) void begin();
})();

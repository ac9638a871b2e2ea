// @ts-check
/*
 * Whether the site's own ad script works on this page; loaded where the setting ad_probe is used, once the baits arrived.
 * Watches what the page itself loads; loads something only with ad_probe_load, and never before consent.
 */

import { ROUNDS } from "./contract.js";
import { doc, siteValue } from "./native.js";
import { pause } from "./timing.js";

const PATIENCE_MS = 15000;
const NO_SCRIPT_MS = 3000;
const LOOK_MS = 50;
const SPACING_MS = 60;

/**
 * The value under a dotted name, or undefined.
 * @param {string} name
 */
const find = (name) => {
  const [first, ...rest] = name.split(".");
  return rest.reduce((value, part) => (value == null ? undefined : value[part]), siteValue(first));
};

/** IAB TCF 2: consent to storage, and consent or legitimate interest for ads. */
const askTcf = () => {
  const tcf = siteValue("__tcfapi");
  /** @type {boolean | undefined} */
  let allowed;
  if (typeof tcf === "function")
    tcf("getTCData", 2, (/** @type {any} */ data, /** @type {boolean} */ success) => {
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
  const layer = siteValue("dataLayer") || [];
  for (const [word, kind, given] of [...layer].map((entry) => Array.from(entry.length ? entry : [])))
    if (word === "consent" && given && given.ad_storage)
      allowed = given.ad_storage === "granted" || (kind === "update" ? false : undefined);
  return allowed;
};

/**
 * Whether the site's consent tool allows ads; undefined while it has not said.
 * @param {string} [tool]
 */
const askConsent = async (tool) => {
  if (!tool) return true;
  if (tool === "tcf") return askTcf();
  if (tool === "google") return askGoogle();
  const callback = find(tool);
  return typeof callback === "function" ? callback() : undefined;
};

/** @param {ProbeDetail} detail */
const watch = async ({ settings, makeScript, controls, errors }) => {
  /** @param {string} url */
  const names = (url) => url.includes(settings.address);
  let stops = 0;
  // What the page's policy stopped before client.js ran is told by Chromium only.
  const Observer = siteValue("ReportingObserver");
  if (Observer) {
    /** @param {any[]} reports */
    const count = (reports) => {
      for (const { body } of reports) if (body.disposition === "enforce" && names(String(body.blockedURL))) stops++;
    };
    new Observer(count, { types: ["csp-violation"], buffered: true }).observe();
  }
  const works = () => settings.effects.some((name) => Boolean(find(name)));
  const present = () => [...doc.scripts].some((script) => names(script.src));

  /** Loads the ad script as the page would; resolves when that has ended. */
  const load = () =>
    new Promise((resolve) => {
      const script = makeScript(settings.url);
      script.onload = script.onerror = resolve;
      doc.head.append(script);
    });

  const began = performance.now();
  const late = (/** @type {number} */ ms) => performance.now() - began > ms;
  for (let allowed = await askConsent(settings.consent); !allowed; allowed = await askConsent(settings.consent)) {
    if (allowed === false || late(PATIENCE_MS)) return { probe: "refused" };
    await pause(LOOK_MS);
  }
  for (;;) {
    if (works()) return { probe: "works" };
    const complete = doc.readyState === "complete";
    if (errors() || (complete && present())) break;
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

doc.currentScript?.addEventListener("adnotice:begin", async (event) => {
  const { detail } = /** @type {CustomEvent<ProbeDetail>} */ (event);
  detail.tell(await watch(detail));
});

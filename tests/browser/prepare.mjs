// Makes, from the npm packages, what browser tests serve: one bundle of the detectors that adnotice is measured
// beside, AdGuard's annoyance lists as text, and an extension for Chromium with AdGuard's declarative rules.
// @ts-check
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { makeSafariRules } from "./safari_rules.mjs";

const CACHE = new URL("../../.cache/", import.meta.url);
const RULES = new URL("../../node_modules/@adguard/dnr-rulesets/dist/filters/declarative/", import.meta.url);

// As a site would do it that bundles its packages: no file keeps a name that lists know.
const DETECTORS = `
import React from "react";
import { createRoot } from "react-dom/client";
import "blockadblock/blockadblock.js";
import "fuckadblock/fuckadblock.js";
import { detectAnyAdblocker } from "just-detect-adblock";
import adblockDetect from "adblock-detect";
import { AdblockDetector } from "adblock-detector";
import { useDetectAdBlock } from "adblock-detect-react";
import { DetectAdblock } from "@scthakuri/adblock-detector";

const begun = performance.now();
const results = (window.detectorResults = {});
const say = (name) => (blocked) => {
  // Several call back more than once: what they said last is what a site would act on.
  results[name] = { blocked: Boolean(blocked), ms: Math.round(performance.now() - begun) };
};
const attempt = (name, work) => {
  try {
    work(say(name));
  } catch (error) {
    results[name] = { blocked: null, error: String(error) };
  }
};

const loop = (Tool) => (tell) => {
  const tool = new Tool({ checkOnLoad: false, resetOnEnd: true });
  tool.onDetected(() => tell(true)).onNotDetected(() => tell(false));
  tool.check();
};
attempt("blockadblock", loop(window.BlockAdBlock));
attempt("fuckadblock", loop(window.FuckAdBlock));
attempt("just-detect-adblock", (tell) => detectAnyAdblocker().then(tell));
attempt("adblock-detect", (tell) => adblockDetect(tell));
attempt("adblock-detector", (tell) => {
  const detector = new AdblockDetector();
  setTimeout(() => tell(detector.detect()), 500);
});
attempt("adblock-detect-react", (tell) => {
  const Watch = () => {
    const detected = useDetectAdBlock();
    React.useEffect(() => tell(detected), [detected]);
    return null;
  };
  createRoot(document.body.appendChild(document.createElement("div"))).render(React.createElement(Watch));
});
attempt("@scthakuri/adblock-detector", (tell) => DetectAdblock(tell));
`;

async function bundleDetectors() {
  await build({
    stdin: { contents: DETECTORS, resolveDir: new URL("../..", import.meta.url).pathname },
    bundle: true,
    minify: true,
    format: "iife",
    define: { "process.env.NODE_ENV": '"production"', global: "window" },
    outfile: new URL("detectors/app.js", CACHE).pathname,
    logLevel: "warning",
  });
}

/** @param {number} number */
const readRules = (number) => {
  const path = new URL(`ruleset_${number}/ruleset_${number}.json`, RULES);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null;
};

/** AdGuard's filters 18 to 22: cookie notices, popups, app banners, other annoyances, widgets. */
function writeAnnoyances() {
  const texts = [18, 19, 20, 21, 22].map((number) => readRules(number)?.[0]?.metadata?.rawFilterList ?? "");
  writeFileSync(new URL("annoyances.txt", CACHE), texts.join("\n"));
}

/** AdGuard's base filter (which contains EasyList) and its tracking filter, as the rules that Chromium itself applies. */
function writeExtension() {
  const folder = new URL("adguard-rules/", CACHE);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const numbers = [2, 3].filter((number) => existsSync(new URL(`ruleset_${number}/`, RULES)));
  for (const number of numbers) {
    cpSync(new URL(`ruleset_${number}/ruleset_${number}.json`, RULES), new URL(`ruleset_${number}.json`, folder));
  }
  const manifest = {
    manifest_version: 3,
    name: "AdGuard's declarative rules",
    version: "1.0",
    permissions: ["declarativeNetRequest"],
    host_permissions: ["<all_urls>"],
    declarative_net_request: {
      rule_resources: numbers.map((n) => ({ id: `ruleset_${n}`, enabled: true, path: `ruleset_${n}.json` })),
    },
  };
  writeFileSync(new URL("manifest.json", folder), JSON.stringify(manifest));
}

/** AdGuard's base filter for Safari's engine. */
function writeSafariRules() {
  const { rules } = makeSafariRules(readRules(2) ?? []);
  writeFileSync(new URL("safari-rules.json", CACHE), JSON.stringify(rules));
}

mkdirSync(CACHE, { recursive: true });
await bundleDetectors();
writeAnnoyances();
writeExtension();
writeSafariRules();

// Blockers' own engines, over the requests of one page: what stands between a page and the network in their extensions.
// Each takes the texts of filter lists and gives a function that blocks in a page of puppeteer's.
// @ts-check
import { createRequire } from "node:module";

/** What puppeteer calls a request's type, as Adblock Plus' engine calls it. */
const TYPES = new Map([
  ["script", "SCRIPT"],
  ["image", "IMAGE"],
  ["stylesheet", "STYLESHEET"],
  ["xhr", "XMLHTTPREQUEST"],
  ["fetch", "XMLHTTPREQUEST"],
  ["document", "SUBDOCUMENT"],
  ["ping", "PING"],
  ["font", "FONT"],
  ["media", "MEDIA"],
  ["websocket", "WEBSOCKET"],
]);

async function ghostery(texts) {
  const { PuppeteerBlocker } = await import("@ghostery/adblocker-puppeteer");
  const blocker = PuppeteerBlocker.parse(texts, { enableCompression: false });
  return (page) => blocker.enableBlockingInPage(page);
}

/** Requests only: what it hides needs its extension around it. */
async function adblockplus(texts) {
  const require = createRequire(import.meta.url);
  const { CombinedMatcher } = require("adblockpluscore/lib/matcher.js");
  const { Filter, URLFilter } = require("adblockpluscore/lib/filterClasses.js");
  const { contentTypes } = require("adblockpluscore/lib/contentTypes.js");
  const { parseURL } = require("adblockpluscore/lib/url.js");
  const matcher = new CombinedMatcher();
  for (const line of texts.split("\n")) {
    const filter = line.trim() && Filter.fromText(Filter.normalize(line));
    if (filter instanceof URLFilter) matcher.add(filter);
  }
  const stops = (request) => {
    const frame = request.frame();
    if (request.isNavigationRequest() && frame && !frame.parentFrame()) return false;
    const from = frame?.url();
    const type = contentTypes[TYPES.get(request.resourceType()) ?? "OTHER"];
    const asked = parseURL(request.url());
    return matcher.match(asked, type, from ? new URL(from).hostname : "", null, false)?.type === "blocking";
  };
  return async (page) => {
    await page.setRequestInterception(true);
    page.on("request", (request) => (stops(request) ? request.abort("blockedbyclient") : request.continue()));
  };
}

/** @type {Record<string, (texts: string) => Promise<(page: any) => Promise<void>>>} */
export const ENGINES = { ghostery, adblockplus };

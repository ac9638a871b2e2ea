// @ts-check
/*
 * Whether anything of other third parties reached this page: where nothing did, it may be the network that ends at the site.
 */

import { doc } from "../browser/native.js";
import { UNLISTED } from "../contract.js";

/** The host of an address; "" of one that is none, such as a template's `https://%%CDN%%/`. */
const hostOf = (/** @type {string} */ url) => {
  const link = doc.createElement("a");
  link.href = url;
  return link.hostname;
};

/** A host's last two labels: near enough to tell whose it is. */
const ownerOf = (/** @type {string} */ url) => hostOf(url).split(".").slice(-2).join(".");

/** Scripts are what lists stop most, so one that did not come says something only where no list has its host. */
const isUnlisted = (/** @type {string} */ url) =>
  UNLISTED.split(" ").some((host) => ("." + hostOf(url)).endsWith("." + host));

const isSheet = (/** @type {any} */ target) => target instanceof HTMLLinkElement && /\bstylesheet\b/i.test(target.rel);

const isPixel = (/** @type {HTMLImageElement} */ image) => Number(image.getAttribute("width") || 9) < 3;

/**
 * "arrived" where something did, "failed" where nothing was seen to that should have, "" where the page has nothing to tell
 * by. Arrival is shown by a load event, a picture's size, or a first byte that Resource Timing may tell; not by an entry alone,
 * nor by a sheet that is there: both look alike for what was refused.
 * @param {string} address  of the ad script
 * @param {Event[]} heard
 */
export const lookAround = (address, heard) => {
  const known = ["", ownerOf(address), ownerOf(location.href)];
  const isOther = (/** @type {string} */ url) => Boolean(url) && !known.includes(ownerOf(url));
  const addressOf = (/** @type {any} */ target) =>
    target instanceof HTMLScriptElement || target instanceof HTMLImageElement ? target.src : isSheet(target) ? target.href : "";

  const entries = /** @type {PerformanceResourceTiming[]} */ (performance.getEntriesByType("resource"));
  const images = [...doc.images].filter(({ complete, src }) => complete && isOther(src));
  if (
    entries.some(({ name, responseStart }) => responseStart > 0 && isOther(name)) ||
    images.some(({ naturalWidth }) => naturalWidth) ||
    heard.some(({ type, target }) => type === "load" && isOther(addressOf(target)))
  )
    return "arrived";
  const sheets = [...doc.querySelectorAll("link")].filter(isSheet);
  const missed =
    images.some((image) => !isPixel(image)) ||
    sheets.some(({ href }) => isOther(href)) ||
    [...doc.scripts].some(({ src }) => isOther(src) && isUnlisted(src));
  return missed ? "failed" : "";
};

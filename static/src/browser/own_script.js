// @ts-check
/*
 * Our own script element, and what follows from it: where our addresses begin, and scripts with the page's permission.
 */

import { doc, siteValue } from "./native.js";

export const own = /** @type {HTMLScriptElement | null} */ (doc.currentScript);

/** An absolute path, as our tags have it, is read without the browser's URL, which a site's own may stand in front of. */
const src = /** @type {string} */ (own?.getAttribute("src"));
const address = /^\/[^/\\]/.test(src) ? location.origin + src : new URL(src, location.href).href;

/**
 * Where our addresses begin, no slash at the end. A page's <base> has no say: the browser asked for the script before it,
 * or without it.
 */
export const base = `${address.match(/[^?]*(?=\/)/)}`;

/** @type {{ createScriptURL(url: string): any } | null | undefined} */
let policy;

/** @param {string} url */
const createScriptURL = (url) => {
  if ((url.startsWith(base + "/") && !url.includes("..")) || url === SETTINGS.probe?.url) return url;
  throw new Error(url);
};

/**
 * A script element with the page's nonce. Throws where the page's Trusted Types allow none, and for addresses that are
 * neither ours nor the configured ad script's.
 * @param {string} url
 */
export const makeScript = (url) => {
  const types = siteValue("trustedTypes");
  if (policy === undefined && types) {
    policy = null;
    policy = types.createPolicy("adnotice", { createScriptURL });
  }
  const element = doc.createElement("script");
  element.nonce = /** @type {HTMLScriptElement} */ (own).nonce; // nothing runs without it
  element.src = policy ? policy.createScriptURL(url) : createScriptURL(url);
  return element;
};

/**
 * Loads another script of ours and hands it what it works with; `failed` is called where it does not come.
 * @param {string} name
 * @param {object} detail
 */
export const bring = (name, detail, failed = () => {}) => {
  try {
    const script = makeScript(`${base}/${name}.js`);
    script.onload = () => script.dispatchEvent(new CustomEvent("adnotice:begin", { detail }));
    script.onerror = failed;
    doc.head.append(script);
  } catch {
    failed(); // the page's Trusted Types
  }
};

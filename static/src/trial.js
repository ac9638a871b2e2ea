// @ts-check
/*
 * The test of one view: one bait; only when it fails, rounds of new baits, each with a control.
 */

import { IMAGE, IMAGE_CONTROL, LEAST_WITNESS, ODD, ROUNDS, SCRIPT, SCRIPT_CONTROL, SILENT, STOPPED } from "./contract.js";
import { doc } from "./native.js";
import { base, bring, makeScript } from "./own.js";
import { pause } from "./timing.js";

/** @type {Record<"script" | "script_control" | "image" | "image_control", string>} */
const FOLDERS = { script: SCRIPT, script_control: SCRIPT_CONTROL, image: IMAGE, image_control: IMAGE_CONTROL };

/** How long one answer may take: what the page itself took, many times over. */
const deadline = () => {
  const [load] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return Math.min(30000, Math.max(5000, load ? 10 * load.responseStart : 0));
};

/**
 * Loads one bait or control: its witness, STOPPED when it was stopped, SILENT when nothing came in time.
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
    const timer = setTimeout(end, deadline(), SILENT);
    element.onerror = () => end(STOPPED);
    element.onload = () =>
      end(element instanceof Image ? element.naturalWidth + "x" + element.naturalHeight : element.dataset.witness || STOPPED);
    if (element instanceof Image) element.src = url;
    else doc.head.append(element);
  });

/**
 * Runs the test and resolves to the evidence; null when the page went away.
 * @param {() => boolean} isGone
 * @param {() => number} refusals  how often the page's own policy has stopped what decides
 * @param {((controls: (turns: number[]) => Promise<boolean>) => Promise<Probed>) | null} probe
 */
export const test = async (isGone, refusals, probe) => {
  const before = refusals();
  const id = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => (byte + 256).toString(16).slice(1)).join("");
  const number = (BigInt.asUintN(128, BigInt("0x" + id) * ODD) >> 64n).toString(16).padStart(16, "0");
  /** @type {Record<string, string[]>} */
  const tried = { script: [], script_control: [], image: [], image_control: [] };
  let aside = {};
  let thrown = false;

  /** @param {keyof typeof FOLDERS} family */
  const arrives = async (family) => {
    const picture = family.startsWith("image");
    const witnesses = tried[family];
    const turn = witnesses.push(SILENT) - 1;
    try {
      witnesses[turn] = await load(picture, `${base}/${FOLDERS[family]}${number}-${turn}.${picture ? "gif" : "js"}`);
    } catch {
      thrown = true;
      witnesses[turn] = STOPPED;
    }
    return witnesses[turn].length >= LEAST_WITNESS;
  };
  /** @param {number} turn */
  const control = (turn) => arrives(turn % 2 ? "image_control" : "script_control");
  /** @param {number[]} turns */
  const controls = async (turns) => (await Promise.all(turns.map(control))).every(Boolean) && !isGone();

  let clear = await arrives("script");
  if (!clear) bring("evidence", { base, number, tell: (/** @type {object} */ seen) => (aside = seen) });
  for (let round = 0; round < ROUNDS && !clear; round++) {
    const [script, controlled] = await Promise.all([
      arrives("script"),
      controls(round % 3 ? [round] : [0, 1]),
      arrives("image"),
    ]);
    clear = script;
    if (!controlled) break;
  }
  const probed = clear && probe && (await probe(controls));
  // The event that explains an error may come a task after it.
  if (!clear || probed) await pause(0);
  const csp = thrown || refusals() > before;
  return isGone() ? null : { id, page: location.pathname, ...tried, ...aside, ...probed, csp };
};

// @ts-check

import { pause } from "./timing.js";

const TRIES = 4;
const LONGEST = 60; // seconds: a server that asks for more is asked again after that
const BUSY = [429, 503];

/**
 * Posts JSON; tries again, each time later, while the network or the server can't take it. What is posted
 * again says the same, so the server counts it once. Resolves to the server's word, or to null where there was none.
 * @param {string} address
 * @param {string} body
 * @returns {Promise<Response | null>}
 */
export const post = async (address, body) => {
  const options = { method: "POST", keepalive: true, headers: { "content-type": "application/json" }, body };
  for (let turn = 0, wait = 1000; turn < TRIES; turn++, wait *= 4) {
    if (turn) await pause(wait * (1 + Math.random()));
    try {
      const answer = await fetch(address, options);
      if (!BUSY.includes(answer.status)) return answer;
      wait = Math.max(wait, 1000 * Math.min(LONGEST, +(/** @type {any} */ (answer.headers.get("retry-after"))) || 0));
    } catch {
      // No network, or none just now.
    }
  }
  return null;
};

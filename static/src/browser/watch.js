// @ts-check

import { doc } from "./native.js";
import { pause } from "./timing.js";

const LOOK_MS = 50;

/** Counts how long the page was seen since this was made, in looks. */
export const makeWatch = () => {
  let seen = 0;
  let last = performance.now();
  return {
    pass: async () => {
      await pause(LOOK_MS);
      const now = performance.now();
      if (doc.visibilityState === "visible") seen += Math.min(now - last, 1000);
      last = now;
    },
    late: (/** @type {number} */ ms) => seen > ms,
  };
};

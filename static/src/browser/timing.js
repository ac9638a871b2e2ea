// @ts-check

/**
 * Resolves after so many milliseconds.
 * @param {number} ms
 */
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Resolves at the target's next event of this name.
 * @param {EventTarget} target
 * @param {string} name
 */
export const event = (target, name) => new Promise((resolve) => target.addEventListener(name, resolve, { once: true }));

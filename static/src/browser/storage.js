// @ts-check

/**
 * Does something with the browser's storage; undefined where that is switched off: reading `localStorage` throws then, or
 * gives null.
 * @template T
 * @param {() => T} act
 * @returns {T | undefined}
 */
export const attempt = (act) => {
  try {
    return act();
  } catch {
    return undefined;
  }
};

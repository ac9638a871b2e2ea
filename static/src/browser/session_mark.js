// @ts-check
/*
 * The mark that a reader's own act on the notice leaves for this browser session: no id, no time, gone with the window.
 * Where storage is switched off the next page won't say thanks, that is all.
 */

import { attempt } from "./storage.js";

const NAME = "adnotice";

/** The kind of blocking that the reader was asked about; "" where there is no mark. */
export const readMark = () => attempt(() => sessionStorage.getItem(NAME)) || "";
export const setMark = (/** @type {string} */ kind) => attempt(() => sessionStorage.setItem(NAME, kind));
export const removeMark = () => attempt(() => sessionStorage.removeItem(NAME));

// @ts-check
/*
 * The reader's objection, "don't count my views": one flag in the browser's storage, the same for everybody who objects.
 * The cookie beside it is the server's alone (adnotice/objection.py).
 */

import { OBJECTION } from "../contract.js";
import { attempt } from "./storage.js";

export const objects = () => !!attempt(() => localStorage.getItem(OBJECTION));
/** Whether the flag is kept is told by `objects` afterwards. */
export const keepObjection = () => attempt(() => localStorage.setItem(OBJECTION, "1"));
export const dropObjection = () => attempt(() => localStorage.removeItem(OBJECTION));

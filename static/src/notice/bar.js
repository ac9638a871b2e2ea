// @ts-check
/*
 * Loaded where the notice is a bar at the window's bottom.
 */

import { doc } from "../browser/native.js";
import { Bar } from "./place.js";

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  const { make, tell } = /** @type {CustomEvent<PlaceDetail>} */ (event).detail;
  tell(make((notice) => new Bar(notice)));
});

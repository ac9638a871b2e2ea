// @ts-check
/*
 * Where the setting count_navigations is used: tells when a single-page app shows another page.
 */

import { doc, siteValue } from "../browser/native.js";

/** @param {PagesDetail} detail */
const follow = ({ path, changed }) => {
  const look = () => {
    if (location.pathname === path) return;
    path = location.pathname;
    changed();
  };
  look(); // it may have shown another one while this file was on its way
  const navigation = siteValue("navigation");
  if (navigation) {
    navigation.addEventListener("currententrychange", look);
    return;
  }
  window.addEventListener("popstate", look);
  for (const name of /** @type {const} */ (["pushState", "replaceState"])) {
    const original = history[name];
    history[name] = function (...given) {
      original.apply(this, given);
      look();
    };
  }
};

doc.currentScript?.addEventListener("adnotice:begin", (event) => follow(/** @type {CustomEvent<PagesDetail>} */ (event).detail));

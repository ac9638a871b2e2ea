// @ts-check
/*
 * Part of client.js where the setting count_navigations is used: tells when a single-page app shows another page.
 */

/** @type {FollowPages} */
(changed) => {
  let page = location.pathname;
  const look = () => {
    if (location.pathname === page) return;
    page = location.pathname;
    changed();
  };
  const { navigation } = /** @type {any} */ (window);
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

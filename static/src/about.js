// @ts-check
/*
 * The public page's script: keeps the second half of an objection, the flag that client.js reads before it asks for
 * anything, and says "done" only where both halves are kept. Without it the page's forms work too.
 */

import { dropObjection, keepObjection, objects } from "./browser/objection.js";
import { removeMark } from "./browser/session_mark.js";

const section = document.getElementById("objection");

if (section) {
  const hasCookie = section.dataset.cookie === "kept";

  const [pressed] = location.search.split("&"); // a chosen language follows

  const show = () => {
    const states = {
      both: hasCookie && objects(),
      cookie: hasCookie,
      flag: objects(),
      nothing: pressed === "?objected",
      counted: pressed === "?counted",
    };
    const state = Object.entries(states).find(([, holds]) => holds);
    for (const said of section.querySelectorAll("[data-when]")) {
      said.toggleAttribute("hidden", !state || said.getAttribute("data-when") !== state[0]);
    }
    for (const form of section.querySelectorAll("form")) {
      form.hidden = (form.dataset.wish === "withdraw") !== (hasCookie || objects());
    }
  };

  section.addEventListener("submit", ({ target }) => {
    if (target instanceof HTMLFormElement) {
      removeMark();
      (target.dataset.wish === "object" ? keepObjection : dropObjection)();
    }
  });
  if (hasCookie) keepObjection();
  show();
}

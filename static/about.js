// @ts-check
/*
 * The public page's script: keeps the second half of an objection, the flag in this browser's storage that client.js
 * reads before it asks for anything, and says "done" only where both halves are kept. Without it the form works too.
 */
(() => {
  const section = document.getElementById("objection");
  if (!section) return;
  const flag = section.dataset.flag || "";
  const hasCookie = section.dataset.cookie === "kept";
  const MARK = "adnotice"; // the session-only mark of a reader who acted on the notice

  const isFlagged = () => {
    try {
      return localStorage.getItem(flag) === "1";
    } catch {
      return false; // storage is switched off: SecurityError
    }
  };

  /** @param {boolean} objects */
  const setFlag = (objects) => {
    try {
      if (!objects) return localStorage.removeItem(flag);
      localStorage.setItem(flag, "1");
      sessionStorage.removeItem(MARK);
    } catch {
      // told by `show`
    }
  };

  const show = () => {
    const pressed = location.search === "?objected";
    const states = { both: hasCookie && isFlagged(), cookie: hasCookie, flag: isFlagged(), nothing: pressed, counted: location.search === "?counted" };
    const [state] = Object.entries(states).find(([, holds]) => holds) || [""];
    for (const said of section.querySelectorAll("[data-when]")) said.toggleAttribute("hidden", said.getAttribute("data-when") !== state);
    const objects = hasCookie || isFlagged();
    for (const form of section.querySelectorAll("form")) form.hidden = (form.dataset.wish === "withdraw") !== objects;
  };

  section.addEventListener("submit", ({ target }) => {
    if (target instanceof HTMLFormElement) setFlag(target.dataset.wish === "object");
  });
  if (hasCookie) setFlag(true);
  show();
})();

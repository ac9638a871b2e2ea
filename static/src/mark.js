// @ts-check
/*
 * The mark that a reader's own act on the notice leaves for this browser session: no id, no time, gone with the window.
 */

const NAME = "adnotice";

export const readMark = () => {
  try {
    return sessionStorage.getItem(NAME) === "1";
  } catch {
    return false;
  }
};

export const setMark = () => {
  try {
    sessionStorage.setItem(NAME, "1");
  } catch {
    // Storage is switched off: the next page won't say thanks, that is all.
  }
};

export const removeMark = () => {
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // Nothing was kept.
  }
};

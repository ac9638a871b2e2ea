// @ts-check
/*
 * Loaded once the notice stands: looks whether it is seen, so that it is counted as shown and its arrival announced. Where
 * this file does not come an answer still counts as shown.
 */

import { doc } from "../browser/native.js";
import { pause } from "../browser/timing.js";
import { isQuiet } from "../host_page/rules.js";
import { say } from "./say.js";

const LOOK_EVERY = 1000; // ms between looks for what covers the notice
const IN_SIGHT = 0.4; // of it, at least, for it to be seen
const HUSH = 5000; // ms without a key before the arrival is announced

/** Whether more than two fifths of its height are in the window, and nothing lies over these at three points. @param {Notice} notice */
const isUncovered = ({ parts: { host, region }, spot }) => {
  const element = spot.seen || region;
  const { left, top, bottom, width, height } = element.getBoundingClientRect();
  const begin = Math.max(top, 0);
  const end = Math.min(bottom, window.innerHeight);
  return (
    end - begin > IN_SIGHT * height &&
    [1, 2, 3].every((quarter) => {
      const topmost = doc.elementFromPoint(left + (width * quarter) / 4, (begin + end) / 2);
      return topmost === host || element.contains(topmost);
    })
  );
};

/** Says that the notice is there, once the reader has typed nothing for a while. @param {Notice} notice */
const announce = async (notice) => {
  let typed = performance.now();
  const { signal } = notice.gone;
  addEventListener("keydown", () => (typed = performance.now()), { capture: true, signal });
  for (let left; (left = typed + HUSH - performance.now()) > 0; ) await pause(left);
  if (!signal.aborted && notice.greeting) say(notice, notice.greeting, true);
};

/**
 * Whether it is to go: a reader who waits behind a consent tool's dialog may refuse there, and an application may show another
 * page, on which nobody is to be asked. Nobody who is in it loses it.
 * @param {Notice} notice
 */
const isOver = ({ content, detail, isSettled, parts: { host } }) =>
  !content.preview && !isSettled && doc.activeElement !== host && (detail.refused() || isQuiet());

/** What two looks in a row found uncovered has been shown; who sees nothing is told of it at the first. @param {Notice} notice */
const watch = async (notice) => {
  let wasUncovered = false;
  for (; !notice.gone.signal.aborted; await pause(LOOK_EVERY)) {
    if (doc.hidden) continue;
    if (isOver(notice)) return notice.end();
    const isSeen = isUncovered(notice);
    if (isSeen && !notice.wasSeen && notice.spot.floats) void announce(notice);
    notice.wasSeen ||= isSeen;
    if (isSeen && wasUncovered && !notice.isSettled) notice.tell("shown");
    wasUncovered = isSeen;
  }
};

doc.currentScript?.addEventListener("adnotice:begin", (event) => watch(/** @type {CustomEvent<{ notice: Notice }>} */ (event).detail.notice));

// @ts-check
/*
 * Loaded where the page's address ends in #adnotice=why: says on screen what was found in this view, and why its reader is
 * asked or not. For operators, in English; everything that was reported stands in the console.
 */

import { doc } from "../browser/native.js";
import { pause } from "../browser/timing.js";
import { GROUNDS, NOTICE_ELEMENT, QUIETS } from "../contract.js";
import { lookAtPage } from "../host_page/rules.js";

const LOOK_EVERY = 500; // ms
const ELEMENT = "notice-reason";
const STYLE = `:host{all:initial;position:fixed;inset:8px 8px auto auto;z-index:50;max-inline-size:min(26rem,90vw);
padding:12px 16px;border:1px solid;background:#fff;color:#1a1a1c;font:15px/1.4 system-ui,sans-serif;overflow-wrap:anywhere}
p{margin:0 0 6px}p:last-child{margin:0}strong{font-weight:600}button{font:inherit}`;

const BEFORE = /** @type {Record<string, string>} */ ({
  "GPC, DNT": "The browser sends Global Privacy Control or Do Not Track (setting honour_gpc).",
  saveData: "The browser saves data.",
  "not drawn": "The view is not among those that are drawn (setting sample_rate).",
});

/** @param {string} name @param {...string} words */
const say = (name, ...words) => {
  const line = doc.createElement("p");
  const strong = doc.createElement("strong");
  strong.textContent = `${name}: `;
  line.append(strong, words.filter(Boolean).join(" "));
  return line;
};

/** @param {Told} told @returns {HTMLElement[]} */
const explain = ({ why, verdict, kind, ground = "", counted, quiet, notice, id }) => {
  if (why) return [say("Not measured", BEFORE[why] || GROUNDS[why] || why)];
  if (!id) {
    const isOff = doc.querySelector("head>meta[name=adnotice][content=off]");
    return [say("Not measured", isOff ? 'The page is marked: <meta name="adnotice" content="off">.' : "The view ended, or the reader objects.")];
  }
  if (!verdict) return [say("Not told", "The server took no report of this view: see the console, and the access log.")];
  const found = [say("Verdict", kind ? `${verdict} (${kind}).` : `${verdict}.`, GROUNDS[ground]), say("Counted", counted ? "yes." : "no.")];
  if (quiet) return [...found, say("Not asked", `${quiet}. ${QUIETS[quiet]}.`)];
  return [...found, say(notice ? "Asked" : "Not asked", notice ? "the notice is on its way." : "a notice was shown here before.")];
};

/** Says what becomes of a notice that was given: it may have to wait. @param {HTMLElement} line */
const follow = async (line) => {
  for (; line.isConnected; await pause(LOOK_EVERY)) {
    const host = doc.querySelector(NOTICE_ELEMENT);
    const waits = host?.hasAttribute("waiting");
    const cause = lookAtPage().appeal ? "the site’s own appeal is on the page" : "a dialog, a bar or an appeal stands in its place";
    line.lastChild?.replaceWith(!host ? "the notice is not on the page." : waits ? `the notice waits: ${cause}.` : "the notice is shown.");
  }
};

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  const told = /** @type {CustomEvent<Told>} */ (event).detail;
  console.info("adnotice: " + (told.why ? "not measured: " + told.why : JSON.stringify(told, null, 1)));
  for (const older of doc.querySelectorAll(ELEMENT)) older.remove();
  const lines = explain(told);
  const close = doc.createElement("button");
  const host = doc.createElement(ELEMENT);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const root = host.attachShadow({ mode: "open" });
  close.textContent = "Close";
  close.addEventListener("click", () => host.remove());
  host.lang = "en";
  host.dir = "ltr";
  root.append(say("adnotice", "on this page"), ...lines, close);
  doc.body.append(host);
  root.adoptedStyleSheets = [sheet]; // WebKit is late with those of a root that stands nowhere yet
  if (told.notice) void follow(lines[lines.length - 1]);
});

// @ts-check
/*
 * The notice as the operator looks at it: labelled, counting nothing, with a check that rehearses what may be found. It has the
 * size and the keys that it has for readers: the boxes that choose among all that these may meet stand apart from it, in the
 * window's upper corner, and go when it goes.
 */

import { doc } from "../browser/native.js";
import { pause } from "../browser/timing.js";
import { NOTICE } from "../contract.js";
import { MARKS } from "../host_page/marks.js";
import { addStyle, make } from "../notice/elements.js";
import LABEL from "./preview.css";
import BOXES from "./preview_boxes.css";

const ELEMENT = "notice-preview";
const REHEARSED = [{ verdict: "blocked" }, null, { verdict: "clear" }];
const CHECK_MS = 600;

/** What the notice comes up with, and what is pressed then. @type {Record<string, [Content["state"], (keyof Panel)?]>} */
const STATES = { asking: ["ask"], steps: ["ask", "steps"], more: ["ask", "more"], still: ["still"], thanks: ["thanks"] };

/** The paper and the ink of pages. @type {Record<string, [string, string]>} */
const SCHEMES = { light: ["#fff", "#1c1c1a"], dark: ["#161614", "#edebe6"] };
const AS_PAGE = "as the page";

/** Of what can be chosen, what the server answers to. */
const ASKED = ["lang", "kind", "device"];

/** What a table itself has under a name, which may come from an address. @template T @param {Record<string, T>} table @param {string} name */
const pick = (table, name) => (Object.keys(table).includes(name) ? table[name] : undefined);

class Preview {
  /** @param {PreviewDetail} given */
  constructor({ detail, show }) {
    this.detail = detail;
    this.show = show;
    this.turn = 0; // of those that were begun, the last
    this.checked = 0;
    /** @type {Notice | null} */
    this.notice = null;
    /** @type {HTMLElement | null} */
    this.boxes = null;
    /** @type {Record<string, string>} what was chosen, by name; what was not is as this reader meets it */
    this.chosen = { lang: doc.documentElement.lang };
    const { origin, pathname, search } = location;
    const given = new URLSearchParams(origin + pathname === `${detail.base}/dashboard/preview` ? search : "");
    for (const [name, value] of given) this.chosen[name] = value;
    detail.recheck = async () => {
      await pause(CHECK_MS);
      return REHEARSED[this.checked++ % REHEARSED.length] ?? null;
    };
  }

  /** Shows what is chosen, in place of what was shown. @param {HTMLElement} [box]  that has the focus, and keeps it */
  async begin(box) {
    const { chosen, detail } = this;
    const turn = ++this.turn;
    const asked = ASKED.map((name) => `${name}=${encodeURIComponent(chosen[name] ?? "")}`);
    const answer = await fetch(`${detail.base}/${NOTICE}?${asked.join("&")}`);
    if (!answer.ok) return;
    /** @type {PreviewContent} */
    const content = await answer.json();
    if (turn !== this.turn) return; // another choice was made meanwhile
    const [state, act] = pick(STATES, chosen.state ?? "") ?? ["ask"];
    content.state = state;
    if (chosen.shape === "bar" || chosen.shape === "card") content.shape = chosen.shape;
    if (!this.boxes) doc.documentElement.append((this.boxes = this.build(content))); // behind the notice, for the keyboard too
    const older = this.notice;
    this.notice = null; // so that the boxes stay, and keep the focus
    older?.end();
    this.checked = 0;
    const notice = await this.show(content);
    if (turn !== this.turn) return notice?.end();
    this.notice = notice;
    if (!notice) return;
    const { host, root } = notice.parts;
    addStyle(root, LABEL);
    root.append(make("p", { class: "label", role: "status" }, content.text.preview ?? ""));
    const [paper, ink] = pick(SCHEMES, chosen.scheme ?? "") ?? [];
    if (paper && ink) {
      host.style.setProperty("--reader-notice-background", paper);
      host.style.setProperty("--reader-notice-text", ink);
      notice.fitted = "";
      notice.settle();
    }
    notice.gone.signal.addEventListener("abort", () => this.notice === notice && this.boxes?.remove());
    if (act) await notice.press(act);
    if (doc.activeElement === host) box?.focus({ preventScroll: true }); // opened steps have taken it
  }

  /** @param {PreviewContent} content  of the notice as this reader meets it */
  build({ kind, shape, device, lang, choices }) {
    const host = make(ELEMENT, { lang: "en", dir: "ltr" }); // in English for every operator, as the settings are
    const root = host.attachShadow({ mode: "open" });
    const boxes = make(
      "details",
      {},
      make("summary", {}, "Preview"),
      ...(doc.querySelector(MARKS) ? [] : [this.box("shape", ["bar", "card"], shape)]), // else it stands where the page says
      this.box("state", Object.keys(STATES), "asking"),
      this.box("kind", choices.kind, kind),
      this.box("device", choices.device, device),
      this.box("lang", choices.lang, lang, "language"),
      this.box("scheme", [AS_PAGE, ...Object.keys(SCHEMES)], AS_PAGE),
    );
    addStyle(root, BOXES);
    root.append(boxes);
    return host;
  }

  /** @param {string} name @param {string[]} values @param {string} now  where nothing was chosen @param {string} [title] */
  box(name, values, now, title = name) {
    const box = /** @type {HTMLSelectElement} */ (make("select", { name }, ...values.map((value) => make("option", { value }, value))));
    const chosen = this.chosen[name] ?? "";
    box.value = values.includes(chosen) ? chosen : now;
    box.addEventListener("change", () => {
      this.chosen[name] = box.value;
      void this.begin(box);
    });
    return make("label", {}, `${title} `, box);
  }
}

doc.currentScript?.addEventListener("adnotice:begin", (event) => {
  void new Preview(/** @type {CustomEvent<PreviewDetail>} */ (event).detail).begin();
});

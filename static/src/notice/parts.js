// @ts-check
/*
 * What the collapsed notice is made of, and in which order: the order of reading is the order of the tab key.
 */

import { NOTICE_ELEMENT } from "../contract.js";
import { addStyle, make, makeButton, makeLink, setApart } from "./elements.js";
import STYLE from "./notice.css";

/** @param {Content} content @param {Acts} act */
export const build = ({ text, site, lang, dir, links, state, blockers }, act) => {
  const isStill = state === "still";
  const title = make("h2", { class: "title" }, isStill ? text.still_after_reload : text.title);
  const alone = make("h2", { class: "title alone" }, isStill ? text.still_after_reload : text.title_alone);
  const body = make("p", { class: "body" }, text.body);
  const words = make("div", { class: "words" }, make("p", { class: "kicker", "aria-hidden": "true" }, ...setApart(text.region, site)), title, alone, body);

  const opener = { "aria-expanded": "false" };
  const first = links.slice(0, 1).map((link) => makeLink(link, blockers.length ? "link" : "button filled", act.follow));
  const how = blockers.length ? makeButton(text.how, "button filled", act.steps, opener) : first.splice(0)[0];
  const actions = make("div", { class: "actions" }, how, makeButton(text.not_now, "button", act.later));
  const more = makeButton("", "opener", act.more, opener);
  more.append(make("span", {}, text.more));
  const ways = make("div", { class: "ways" }, ...first, more, make("p", { class: "site", "aria-hidden": "true" }, make("bdi", {}, site)));
  const ask = make("div", { class: "ask" }, words, actions, ways);

  const status = make("p", { class: "status quiet", role: "status" });
  const foot = make("div", { class: "foot" }, status);
  const region = make("section", { class: "notice", role: "region", "aria-label": text.region, lang, dir }, ask, foot);
  const host = make(NOTICE_ELEMENT, { waiting: "", dir });
  const root = host.attachShadow({ mode: "open" });
  addStyle(root, STYLE);
  root.append(region);
  return { host, root, region, ask, title, alone, body, how, actions, ways, more, foot, status };
};

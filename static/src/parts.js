// @ts-check
/*
 * What the notice is made of, and in which order: the order of reading is the order of the tab key.
 */

import { ABOUT, NOTICE_ELEMENT } from "./contract.js";
import { doc } from "./native.js";
import STYLE from "./notice.css";

/**
 * An element; strings among its children become text.
 * @param {string} tag
 * @param {Record<string, string>} attributes
 * @param {...(Node | string)} children
 */
export const make = (tag, attributes, ...children) => {
  const element = doc.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/** @param {string} label @param {string} look @param {() => void} act */
export const makeButton = (label, look, act) => {
  const button = make("button", { type: "button", class: look }, label);
  button.addEventListener("click", act);
  return button;
};

/**
 * A sentence with a name set apart, such as the site's: it may be written in another script.
 * @param {string} sentence @param {string} name @param {Record<string, string>} attributes
 */
const setApart = (sentence, name, attributes = {}) => {
  const [before, ...after] = sentence.split(name);
  return name && after.length ? [before, make("bdi", attributes, name), after.join(name)] : [sentence];
};

/** @param {string} label @param {string} panel @param {() => void} act */
const makeOpener = (label, panel, act) => {
  const button = makeButton("", "opener", act);
  button.append(make("span", {}, label));
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", panel);
  return button;
};

/** @param {Content["blockers"][0]} blocker */
const makeSteps = ({ steps, label, label_lang: lang }) =>
  make("ol", {}, ...steps.map((step) => make("li", {}, ...setApart(step, label, { lang }))));

/**
 * How to allow ads: the likely way open, the others below or beside it.
 * @param {Content} content @param {string} base @param {Acts} act
 */
const buildSteps = ({ text, kind, blockers, privacy }, base, act) => {
  const [likely, ...others] = blockers;
  const heading = make("h2", { class: "title", tabindex: "-1" }, text.steps_title);
  const closed = others.map((each) => make("details", { name: "blocker" }, make("summary", {}, make("bdi", {}, each.name)), makeSteps(each)));
  const help = make("p", { class: "help" }, `${kind === "hosts" ? text.steps_hosts : text.steps_help} ${text.steps_lets_in} `);
  help.append(make("a", { href: privacy || `${base}/${ABOUT}` }, text.privacy));
  const ways = make("div", { class: "columns" });
  if (likely) {
    const name = make("h3", { class: "title" }, make("bdi", {}, likely.name));
    ways.append(make("div", { class: "own-way" }, make("p", { class: "kicker" }, text.steps_likely), name, makeSteps(likely), help));
  }
  if (others.length) ways.append(make("div", { class: "others" }, make("h3", { class: "kicker" }, text.steps_others), ...closed));
  const head = make("div", { class: "head" }, heading, makeButton(text.close, "button", act.steps));
  return { heading, steps: make("div", { class: "steps", id: "steps", hidden: "" }, head, ways) };
};

/**
 * @param {Content} content @param {string} base @param {Acts} act
 */
export const build = (content, base, act) => {
  const { text, site, lang, dir, links } = content;
  const asksForSupport = !content.blockers.length;
  /** @param {string} look */
  const makeLinks = (look) =>
    links.map(({ label, address }) => {
      const link = make("a", { class: look, href: address }, label);
      link.addEventListener("click", () => act.follow(label));
      return link;
    });

  const title = make("h2", { class: "title" }, content.state === "still" ? text.still_after_reload : text.title);
  const alone = make("h2", { class: "title alone" }, content.state === "still" ? text.still_after_reload : text.title_alone);
  const body = make("p", { class: "body" }, text.body);
  const words = make("div", { class: "words" }, make("p", { class: "kicker" }, ...setApart(text.region, site)), title, alone, body);

  let how = makeButton(text.how, "button filled", act.steps);
  how.setAttribute("aria-expanded", "false");
  how.setAttribute("aria-controls", "steps");
  if (asksForSupport) [how = how] = makeLinks("button filled");
  const actions = make("div", { class: "actions" }, how, makeButton(text.not_now, "button", act.later));

  const more = makeOpener(text.more, "more", act.more);
  const first = asksForSupport ? [] : makeLinks("link").slice(0, 1);
  const ways = make("div", { class: "ways" }, ...first, more, make("bdi", { class: "site", "aria-hidden": "true" }, site));
  const [again, ...others] = makeLinks("");
  again?.classList.add("again");
  const rest = make(
    "div",
    { class: "rest", id: "more", hidden: "" },
    make("p", { class: "body" }, text.body),
    ...(text.ads_are ? [make("p", { class: "body" }, text.ads_are)] : []),
    make("div", { class: "list" }, ...(again && !asksForSupport ? [again] : []), ...others),
    make(
      "div",
      { class: "list" },
      makeButton(text.supports, "", act.support),
      makeButton(text.never, "", act.never),
      makeButton(text.object, "", act.object),
      make("a", { href: `${base}/${ABOUT}` }, text.about),
    ),
  );
  const ask = make("div", { class: "ask" }, words, actions, ways, rest);

  const { steps, heading } = buildSteps(content, base, act);
  const status = make("p", { class: "status quiet", role: "status" });
  const check = makeButton(text.check, "button filled", act.check);
  const reload = makeButton(text.reload, "button", () => location.reload());
  reload.hidden = true;
  const tools = make("div", { class: "tools", hidden: "" }, check, reload, ...makeLinks("link").slice(0, 1));
  const foot = make("div", { class: "foot" }, status, tools);

  const region = make("section", { class: "notice", role: "region", "aria-label": text.region, lang, dir }, ask, steps, foot);
  const host = make(NOTICE_ELEMENT, { waiting: "", dir });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  const root = host.attachShadow({ mode: "open" });
  root.adoptedStyleSheets = [sheet];
  root.append(region);
  if (content.preview) root.append(make("p", { class: "label", role: "status" }, text.preview));
  return { host, region, ask, words, title, alone, body, how, actions, ways, more, rest, steps, heading, foot, status, tools, check, reload };
};

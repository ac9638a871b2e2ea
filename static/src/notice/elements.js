// @ts-check
/*
 * Elements made without markup: nothing for a Content Security Policy or Trusted Types to refuse.
 */

import { doc } from "../browser/native.js";

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

/** @param {string} label @param {string} look @param {() => void} act @param {Record<string, string>} [attributes] */
export const makeButton = (label, look, act, attributes) => {
  const button = make("button", { type: "button", class: look, ...attributes }, label);
  button.addEventListener("click", act);
  return button;
};

/** @param {Link} link @param {string} look @param {(label: string) => void} act */
export const makeLink = ({ label, address }, look, act) => {
  const link = make("a", { class: look, href: address.startsWith("/") ? location.origin + address : address }, label); // whatever <base> the page has
  link.addEventListener("click", () => act(label));
  return link;
};

/** A style sheet that no policy of the page's stands in the way of. @param {ShadowRoot} root @param {string} text */
export const addStyle = (root, text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
};

/**
 * A sentence with a name set apart, such as the site's: it may be written in another script.
 * @param {string} sentence @param {string} name @param {Record<string, string>} attributes
 */
export const setApart = (sentence, name, attributes = {}) => {
  const [before, ...after] = sentence.split(name);
  return name && after.length ? [before, make("bdi", attributes, name), after.join(name)] : [sentence];
};

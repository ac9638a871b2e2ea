// Turns declarative rules (chrome.declarativeNetRequest) into Safari's content-blocker rules, as the blockers for Safari
// do with the same lists. What Safari's rules can't say is left out, and counted.
// https://developer.apple.com/documentation/safariservices/creating-a-content-blocker
// @ts-check

/** Safari's names for kinds of resources, by Chromium's. */
const TYPES = {
  sub_frame: "document",
  stylesheet: "style-sheet",
  script: "script",
  image: "image",
  font: "font",
  media: "media",
  object: "media",
  xmlhttprequest: "fetch",
  ping: "ping",
  websocket: "websocket",
  other: "other",
};

const ALL = Object.keys(TYPES);
const UNSAID = ["regexFilter", "requestDomains", "excludedRequestDomains", "requestMethods", "responseHeaders"];

/** @param {string} filter */
function makePattern(filter) {
  const anchored = filter.startsWith("||");
  const from = anchored ? "^[^:]+:(//)?([^/]+\\.)?" : filter.startsWith("|") ? "^" : "";
  const to = filter.endsWith("|") ? "$" : "";
  const body = filter.replace(/^\|{1,2}/, "").replace(/\|$/, "").replace(/^\*+|\*+$/g, "");
  const middle = body
    .replace(/[.+?{}()[\]\\|$]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\^$/, "[/:&?]?")
    .replace(/\^/g, "[/:&?=]");
  return from + middle + to || ".*";
}

/** @param {{action: {type: string}, condition: any}} rule */
function convert({ action, condition }) {
  if (!["block", "allow"].includes(action.type) || !condition.urlFilter || UNSAID.some((name) => name in condition)) return null;
  const given = condition.resourceTypes ?? ALL.filter((type) => !(condition.excludedResourceTypes ?? []).includes(type));
  const types = [...new Set(given.map((/** @type {keyof typeof TYPES} */ type) => TYPES[type]).filter(Boolean))];
  const { initiatorDomains: on, excludedInitiatorDomains: off } = condition;
  const pattern = makePattern(condition.urlFilter);
  if (!types.length || (on && off) || !/^[\x20-\x7e]+$/.test(pattern + (on ?? off ?? []).join(""))) return null;
  const trigger = {
    "url-filter": pattern,
    "resource-type": types,
    ...(condition.isUrlFilterCaseSensitive && { "url-filter-is-case-sensitive": true }),
    ...(condition.domainType && { "load-type": [condition.domainType === "thirdParty" ? "third-party" : "first-party"] }),
    ...(on && { "if-domain": on.map((/** @type {string} */ domain) => "*" + domain) }),
    ...(off && { "unless-domain": off.map((/** @type {string} */ domain) => "*" + domain) }),
  };
  return { trigger, action: { type: action.type === "block" ? "block" : "ignore-previous-rules" } };
}

/**
 * Safari obeys the last rule that matches, so exceptions come after what they except.
 * @param {any[]} rules
 */
export function makeSafariRules(rules) {
  const converted = rules.map(convert).filter(Boolean);
  const blocks = converted.filter((rule) => rule?.action.type === "block");
  return { rules: [...blocks, ...converted.filter((rule) => rule?.action.type !== "block")], left: rules.length - converted.length };
}

// What the engines of real blockers, with the lists that packages bring, do to addresses and names.
// stdin: {ublock: directory of the unpacked extension, page, requests: [[url, type]], names: [string]}
// stdout: {engine: {stopped: [rule or null, one a request], hidden: [selectors that name one of the names]}}
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { StaticNetFilteringEngine } from "@gorhill/ubo-core";
import { FiltersEngine, Request as GhosteryRequest } from "@ghostery/adblocker";
import { CosmeticOption, Engine, Request as AdGuardRequest, RequestType } from "@adguard/tsurlfilter";

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const hostname = new URL(asked.page).hostname;

const ADGUARD = { base: 2, tracking: 3, social: 4, cookies: 18, popups: 19, apps: 20, other: 21, widgets: 22 };
const ANNOYANCES = ["cookies", "popups", "apps", "other", "widgets"];

const ublock = (...names) => names.map((name) => fs.readFileSync(path.join(asked.ublock, "assets", name), "utf8"));
const rulesets = path.join(fileURLToPath(import.meta.resolve("@adguard/dnr-rulesets")), "../../filters/declarative");
const adguard = (...names) =>
  names.map((name) => {
    const file = path.join(rulesets, `ruleset_${ADGUARD[name]}`, `ruleset_${ADGUARD[name]}.json`);
    return JSON.parse(fs.readFileSync(file, "utf8"))[0].metadata.rawFilterList;
  });

const easylist = ublock("thirdparties/easylist/easylist.txt", "thirdparties/easylist/easyprivacy.txt");
const uassets = ublock(...["filters", "privacy", "badware", "quick-fixes", "unbreak"].map((name) => `ublock/${name}.min.txt`));

// Selectors that a class or an id alone meets; our pages hold no advertisement inside which others could meet.
const names = new Set(asked.names.flatMap((name) => [`.${name}`, `#${name}`]));
const named = (selector) => names.has(selector.trim().replace(/^(div|section|aside|p|span|button)(?=[.#])/, ""));

async function askUblock(lists) {
  const engine = await StaticNetFilteringEngine.create();
  await engine.useLists(lists.map((raw, number) => ({ name: String(number), raw })));
  const stopped = asked.requests.map(([url, type]) => {
    const found = engine.matchRequest({ originURL: asked.page, url, type });
    return found === 1 ? engine.toLogData().raw : null;
  });
  return { stopped, hidden: [] };
}

function askGhostery(lists) {
  const engine = FiltersEngine.parse(lists.join("\n"), { debug: true });
  const stopped = asked.requests.map(([url, type]) => {
    const found = engine.match(GhosteryRequest.fromRawDetails({ url, type, sourceUrl: asked.page }));
    return found.match ? String(found.filter) : null;
  });
  const { styles } = engine.getCosmeticsFilters({
    url: asked.page, hostname, domain: hostname, classes: asked.names, ids: asked.names, hrefs: [],
    getBaseRules: false, getInjectionRules: false, getExtendedRules: false, getRulesFromHostname: true,
  });
  return { stopped, hidden: styles.split(/,\s*|\{[^}]*\}\s*/).filter(named) };
}

function askAdguard(lists) {
  const engine = Engine.createSync({ filters: lists.map((content, id) => ({ id: id + 1, content })) });
  const types = { script: RequestType.Script, image: RequestType.Image, xhr: RequestType.XmlHttpRequest, stylesheet: RequestType.Stylesheet };
  const stopped = asked.requests.map(([url, type]) => {
    const rule = engine.matchRequest(new AdGuardRequest(url, asked.page, types[type])).getBasicResult();
    return rule && !rule.isAllowlist() ? rule.getPattern() : null;
  });
  const page = new AdGuardRequest(asked.page, asked.page, RequestType.Document);
  const { elementHiding } = engine.getCosmeticResult(page, CosmeticOption.CosmeticOptionAll);
  const hidden = [...elementHiding.generic, ...elementHiding.specific].map((rule) => rule.getContent()).map((selector) => selector.trim()).filter(named);
  return { stopped, hidden };
}

const all = adguard("base", "tracking", "social", ...ANNOYANCES);
const answers = {
  "uBlock Origin, its default lists": await askUblock([...easylist, ...uassets]),
  "Ghostery, EasyList and EasyPrivacy": askGhostery(easylist),
  "Ghostery, all AdGuard lists with annoyances": askGhostery([...easylist, ...all]),
  "AdGuard, Base alone": askAdguard(adguard("base")),
  "AdGuard, all lists with annoyances": askAdguard(all),
};
process.stdout.write(JSON.stringify(answers));

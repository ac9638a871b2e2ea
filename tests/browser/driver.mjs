// Drives the browsers for the Python tests: one JSON line in, one JSON line out, commands may overlap.
//
// Request:  {"id": 1, "do": "open", ...}      Answer: {"id": 1, "value": ...} or {"id": 1, "error": "..."}
// Chromium is driven over CDP, Firefox over WebDriver BiDi, both by puppeteer-core.
// @ts-check
import { createInterface } from "node:readline";
import { readFile } from "node:fs/promises";
import puppeteer from "puppeteer-core";
import { ENGINES } from "./engines.mjs";

const AsyncFunction = /** @type {any} */ (async () => {}).constructor;

/** @type {Map<string, any>} */ const browsers = new Map();
/** @type {Map<string, any>} */ const contexts = new Map();
/** @type {Map<string, {page: any, log: any[], requests: any[], session?: any}>} */ const pages = new Map();
/** @type {Map<string, any>} */ const engines = new Map();
let numbers = 0;
const name = (kind) => `${kind}${++numbers}`;

const pageOf = (id) => {
  const found = pages.get(id);
  if (!found) throw new Error(`no page ${id}`);
  return found.page;
};

function watch(page) {
  const id = name("page");
  const entry = { page, log: [], requests: [] };
  pages.set(id, entry);
  page.on("console", (message) => entry.log.push({ kind: message.type(), text: message.text() }));
  page.on("pageerror", (error) => entry.log.push({ kind: "pageerror", text: String(error) }));
  page.on("request", (request) => entry.requests.push(request.url()));
  page.on("dialog", (dialog) => dialog.dismiss().catch(() => {}));
  return id;
}

const commands = {
  async launch({ browser, executable, args, prefs, profile, extension }) {
    const launched = await puppeteer.launch({
      browser,
      executablePath: executable,
      headless: true,
      args,
      ignoreDefaultArgs: browser === "chrome",
      extraPrefsFirefox: prefs,
      userDataDir: profile,
      acceptInsecureCerts: true,
      defaultViewport: null,
      protocolTimeout: 120_000,
      pipe: browser === "chrome" && Boolean(extension),
      enableExtensions: browser === "chrome" && extension ? [extension] : false,
    });
    const id = name("browser");
    browsers.set(id, launched);
    if (extension && browser === "firefox") await launched.installExtension(extension);
    return { id, version: await launched.version(), pid: launched.process()?.pid };
  },

  async context({ browser, fresh }) {
    const id = name("context");
    const from = browsers.get(browser);
    contexts.set(id, fresh ? await from.createBrowserContext() : from.defaultBrowserContext());
    return id;
  },

  async endContext({ context }) {
    const found = contexts.get(context);
    contexts.delete(context);
    for (const [id, { page }] of pages) if (page.browserContext() === found) pages.delete(id);
    await found.close();
  },

  async page({ context, background, alone }) {
    const type = alone ? "window" : "tab";
    return watch(await contexts.get(context).newPage({ type, background: background ?? false }));
  },

  async closePage({ page }) {
    const found = pageOf(page);
    pages.delete(page);
    await found.close();
  },

  async goto({ page, url, wait, timeout }) {
    const answer = await pageOf(page).goto(url, { waitUntil: wait ?? "load", timeout: timeout ?? 75_000 });
    return answer ? answer.status() : null;
  },

  async reload({ page, wait }) {
    await pageOf(page).reload({ waitUntil: wait ?? "load" });
  },

  async front({ page }) {
    await pageOf(page).bringToFront();
  },

  async url({ page }) {
    return pageOf(page).url();
  },

  /** Runs a function body in the page (or in the frame whose address holds `frame`); the page's CSP does not apply. */
  async run({ page, body, args, frame }) {
    const found = pageOf(page);
    const where = frame ? found.frames().find((each) => each.url().includes(frame)) : found;
    if (!where) throw new Error(`no frame whose address holds ${frame}`);
    return (await where.evaluate(new AsyncFunction("...args", body), ...(args ?? []))) ?? null;
  },

  async before({ page, body }) {
    await pageOf(page).evaluateOnNewDocument(new Function(body));
  },

  async click({ page, x, y }) {
    await pageOf(page).mouse.click(x, y);
  },

  async press({ page, key, modifiers }) {
    const { keyboard } = pageOf(page);
    for (const each of modifiers ?? []) await keyboard.down(each);
    await keyboard.press(key);
    for (const each of modifiers ?? []) await keyboard.up(each);
  },

  async scroll({ page, y }) {
    await pageOf(page).mouse.wheel({ deltaY: y });
  },

  async screenshot({ page, path, whole, clip }) {
    await pageOf(page).screenshot({ path, fullPage: whole ?? false, clip });
  },

  async pdf({ page, path }) {
    await pageOf(page).pdf({ path, preferCSSPageSize: true });
  },

  async viewport({ page, width, height, scale }) {
    await pageOf(page).setViewport({ width, height, deviceScaleFactor: scale ?? 1 });
  },

  async media({ page, type, features }) {
    if (type !== undefined) await pageOf(page).emulateMediaType(type ?? undefined);
    if (features) await pageOf(page).emulateMediaFeatures(features);
  },

  async throttle({ page, cpu, network }) {
    if (cpu) await pageOf(page).emulateCPUThrottling(cpu);
    if (network) await pageOf(page).emulateNetworkConditions(network);
  },

  /** From here to `traced`, the browser writes down what its threads do. */
  async trace({ page }) {
    await pageOf(page).tracing.start({ categories: ["toplevel", "devtools.timeline"] });
  },

  /** What was written down that took any time. */
  async traced({ page }) {
    const { traceEvents } = JSON.parse(Buffer.from(await pageOf(page).tracing.stop()).toString());
    return traceEvents.filter((event) => event.ph === "X" && event.dur > 0);
  },

  async offline({ page, on }) {
    await pageOf(page).setOfflineMode(on);
  },

  async javascript({ page, on }) {
    await pageOf(page).setJavaScriptEnabled(on);
  },

  async headers({ page, headers }) {
    await pageOf(page).setExtraHTTPHeaders(headers);
  },

  async cookies({ context }) {
    return contexts.get(context).cookies();
  },

  async log({ page }) {
    return pages.get(page)?.log ?? [];
  },

  async requests({ page }) {
    return pages.get(page)?.requests ?? [];
  },

  /** A command of the DevTools protocol. One session a page, kept: what it emulates lasts as long as the session. */
  async cdp({ page, method, params }) {
    const entry = pages.get(page);
    if (!entry) throw new Error(`no page ${page}`);
    entry.session ??= await entry.page.createCDPSession();
    return (await entry.session.send(method, params ?? {})) ?? null;
  },

  /** A command of the WebDriver BiDi protocol itself, for what puppeteer has no words for. */
  async bidi({ browser, method, params }) {
    const answer = await browsers.get(browser).connection.send(method, params ?? {});
    return answer.result ?? null;
  },

  /** Blocks in this page with the engine of this name (engines.mjs) and these list texts. */
  async engine({ page, kind, lists }) {
    const key = [kind, ...lists].join("\n");
    if (!engines.has(key)) {
      const texts = await Promise.all(lists.map((path) => readFile(path, "utf8")));
      engines.set(key, await ENGINES[kind](texts.join("\n")));
    }
    await engines.get(key)(pageOf(page));
  },

  async quit({ browser }) {
    const found = browsers.get(browser);
    browsers.delete(browser);
    await found?.close();
  },
};

async function serve(line) {
  const { id, do: what, ...rest } = JSON.parse(line);
  let answer;
  try {
    if (!Object.hasOwn(commands, what)) throw new Error(`unknown command ${what}`);
    answer = { id, value: (await commands[what](rest)) ?? null };
  } catch (error) {
    answer = { id, error: String(error?.message ?? error) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}

const lines = createInterface({ input: process.stdin });
lines.on("line", serve);
// The tests are over, or were killed: no browser outlives them.
lines.on("close", async () => {
  await Promise.allSettled([...browsers.values()].map((each) => each.close()));
  process.exit(0);
});
process.on("unhandledRejection", (error) => process.stderr.write(`unhandled: ${error}\n`));

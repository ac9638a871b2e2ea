// @ts-check
/*
 * The dashboard while it is open: looks again every minute, and where the figures have changed puts the new ones in the
 * place of the old, with what is open left open and the focus where it was. It says nothing to screen readers meanwhile,
 * looks at nothing while nobody sees the page, and stops when told to. Without it the page is whole.
 */

const EVERY = 60_000;
const FIELDS = "input:not([type=hidden]), select";
const BESIDE = [".masthead .status", ".colophon .read"]; // whether counting goes on, and when the figures were read
const STOPS = `a, button, summary, [tabindex], ${FIELDS}`;

const page = document; // a page of our own: no names of readers in it
const pause = page.getElementById("pause");
const said = page.getElementById("pause-said");

let looked = Date.now();
let paused = false;
let timer = 0;

/** @param {Element} main */
const typed = (main) =>
  [...main.querySelectorAll(FIELDS)].some((field) =>
    field instanceof HTMLSelectElement
      ? [...field.options].some((option) => option.selected !== option.defaultSelected)
      : field instanceof HTMLInputElement && (field.value !== field.defaultValue || field.checked !== field.defaultChecked),
  );

/**
 * By what a stop of the tab key is known again.
 * @param {Element} stop
 */
const name = (stop) => stop.id || [stop.localName, stop.getAttribute("href"), stop.getAttribute("aria-label") || stop.textContent].join(" ");

/** @param {Element} main */
const openRows = (main) => [...main.querySelectorAll("details")].filter((row) => row.open).map((row) => row.id);

/** @param {Document} fresh */
const replace = (fresh) => {
  const old = page.querySelector("main");
  const main = fresh.querySelector("main");
  if (!old || !main || typed(old)) return;
  const held = page.activeElement;
  const focused = held && old.contains(held) && held !== old ? name(held) : "";
  const open = openRows(old);
  const scrolled = [...old.querySelectorAll(".scroll")].map((part) => part.scrollLeft);
  for (const row of main.querySelectorAll("details")) row.open = open.includes(row.id);
  old.replaceWith(page.adoptNode(main));
  for (const beside of BESIDE) {
    const now = fresh.querySelector(beside);
    if (now) page.querySelector(beside)?.replaceWith(page.adoptNode(now));
  }
  main.querySelectorAll(".scroll").forEach((part, index) => (part.scrollLeft = scrolled[index] ?? 0));
  const again = focused && [...main.querySelectorAll(STOPS)].find((stop) => name(stop) === focused);
  if (again instanceof HTMLElement) again.focus({ preventScroll: true });
  else if (focused) main.focus({ preventScroll: true });
  prepare();
};

const load = () => {
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  request.responseType = "document";
  request.setRequestHeader("x-adnotice-look", "1");
  request.onload = () => {
    if (request.status === 200 && request.responseXML) replace(request.responseXML);
  };
  request.send();
};

const look = async () => {
  looked = Date.now();
  const main = page.querySelector("main");
  const address = page.body.dataset.state;
  if (!main || !address) return;
  try {
    const answer = await fetch(address + location.search, { redirect: "manual", headers: { "x-adnotice-look": "1" } });
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return stop(said?.dataset.out ?? "");
    if (answer.ok && (await answer.json()).figures !== main.dataset.figures) load();
  } catch {
    // offline, or the server starts anew: the next look may reach it
  }
};

const wait = () => {
  clearTimeout(timer);
  if (paused || page.hidden) return;
  timer = setTimeout(async () => {
    await look();
    wait();
  }, Math.max(0, looked + EVERY - Date.now()));
};

/** @param {string} why */
const stop = (why) => {
  paused = true;
  if (said) said.textContent = why;
  pause?.remove();
};

/** What needs a script is shown once there is one. */
const prepare = () => {
  for (const button of page.querySelectorAll("[data-copy]")) {
    if (!(button instanceof HTMLElement) || !navigator.clipboard) continue;
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard.writeText(button.dataset.copy ?? "");
      button.textContent = button.dataset.done ?? "";
    };
  }
};

if (pause && said) {
  pause.hidden = said.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.textContent = (paused ? pause.dataset.on : pause.dataset.off) ?? "";
    said.textContent = (paused ? said.dataset.off : said.dataset.on) ?? "";
    wait();
  });
  page.addEventListener("visibilitychange", wait);
  wait();
}
prepare();

export {}; // a module: its names are its own

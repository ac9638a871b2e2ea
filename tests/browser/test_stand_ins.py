"""What blockers run in place of ad scripts: no preset's effect is there afterwards, and no slot seems to be filled."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from adnotice.detect.presets import PRESETS
from adnotice.http.static_files import STATIC
from tests.browser.conftest import Readers
from tests.browser.newspaper import ROOT
from tests.browser.profiles import FIREFOX, UBLOCK
from tests.browser.site import Site

ADGUARD = ROOT / "node_modules/@adguard/scriptlets/dist/redirect-files"
BADGER = ROOT / ".cache/privacy-badger/data/surrogates.js"
SHIMS = "chrome/browser/builtin-addons/webcompat/shims/"
EFFECTS = sorted({effect for preset in PRESETS.values() for effect in preset.effects})
RUN = """
  const [code, effects, markup] = args;
  const frame = document.createElement("iframe");
  document.body.append(frame);
  const inside = frame.contentWindow;
  inside.document.body.innerHTML = markup;
  inside.adsbygoogle = [{}];
  inside.googletag = {cmd: [() => {
    const {googletag} = inside;
    const slot = googletag.defineSlot("/1/top", [300, 250], "slot-top");
    if (slot) slot.addService(googletag.pubads());
    googletag.enableServices();
    googletag.display("slot-top");
  }]};
  inside.pbjs = {que: [], cmd: []};
  let error = "";
  inside.addEventListener("error", (event) => (error = String(event.message)));
  const script = inside.document.createElement("script");
  script.textContent = code;
  inside.document.head.append(script);
  await new Promise((go) => setTimeout(go, 400));
  const find = (name) => name.split(".").reduce((value, part) => (value == null ? undefined : value[part]), inside);
  const seem = {
    adsense: () => Boolean(inside.document.querySelector('ins.adsbygoogle[data-ad-status="filled"]')),
    gpt: () => inside.googletag.pubads().getSlots().map((slot) => slot.getResponseInformation())
      .some((told) => Boolean(told && (told.lineItemId || told.creativeId || told.isBackfill))),
    prebid: () => inside.pbjs.getEvents().some((event) => event.eventType === "adRenderSucceeded"),
  };
  const filled = Object.keys(seem).filter((name) => { try { return seem[name](); } catch { return false; } });
  const ran = Object.keys(inside).length > 4 || Boolean(inside.googletag.apiReady) || Boolean(inside.adsbygoogle.loaded)
    || Boolean(inside.apstag);
  frame.remove();
  return {found: effects.filter((name) => Boolean(find(name))), filled, ran, error};
"""
SLOTS = '<div id="slot-top"></div><ins class="adsbygoogle" data-ad-slot="1"></ins>'


def ublock() -> dict[str, str]:
    names = ("amazon_apstag.js", "googlesyndication_adsbygoogle.js", "googletagservices_gpt.js", "prebid-ads.js")
    return {name: (UBLOCK / "web_accessible_resources" / name).read_text() for name in names}


def smartblock() -> dict[str, str]:
    """Firefox's own, from the archive that its installation brings."""
    names = ("adnexus-prebid.js", "apstag.js", "google-publisher-tags.js")
    with zipfile.ZipFile(FIREFOX.resolve().parent / "browser/omni.ja") as archive:
        return {name: archive.read(SHIMS + name).decode() for name in names}


def adguard() -> dict[str, str]:
    names = ("amazon-apstag.js", "googlesyndication-adsbygoogle.js", "googletagservices-gpt.js", "prebid.js")
    return {name: (ADGUARD / name).read_text() for name in names}


def badger() -> dict[str, str]:
    """Privacy Badger's table of stand-ins, run as a table: each entry is a script's text."""
    table = BADGER.read_text()
    run = (
        "for (const code of Object.values(require.scopes.surrogatedb.surrogates)) { try { (0, eval)(code); } catch {} }"
    )
    return {"surrogates.js": f"var require = {{scopes: {{}}}};\n{table}\n{run}"}


SOURCES = {
    "uBlock Origin": (ublock, UBLOCK / "web_accessible_resources"),
    "Firefox's SmartBlock": (smartblock, FIREFOX.resolve().parent / "browser/omni.ja"),
    "AdGuard": (adguard, ADGUARD),
    "Privacy Badger of 2020": (badger, BADGER),
}


@pytest.mark.parametrize("source", SOURCES)
def test_no_preset_takes_a_stand_in_for_the_ad_script(source: str, site: Site, reader: Readers) -> None:
    read, where = SOURCES[source]
    if not where.exists():
        pytest.skip(f"{where.name} is missing: run make browser-setup")
    page = reader("chromium", site).open("/politics/budget")
    for name, code in read().items():
        seen = page.run(RUN, code, EFFECTS, SLOTS)
        assert seen["found"] == [], f"{name} of {source} passes for the ad script"
        assert seen["filled"] == [], f"{name} of {source} passes for an ad"


def test_the_slots_are_asked_as_our_script_asks() -> None:
    """The expressions above are those of static/src/detect/slots.js."""
    source = Path(STATIC / "src" / "detect" / "slots.js").read_text()
    for part in (
        'ins.adsbygoogle[data-ad-status="filled"]',
        "(told.lineItemId || told.creativeId || told.isBackfill)",
        '"adRenderSucceeded"',
    ):
        assert part in source
        assert part in RUN

"""A stand-in for the hosts of the ad business, so that a clean browser really loads ads.

Each script does what a page can see of the real one: it defines the global that the real one defines, and fills the
slots that it finds. None of it is anybody's code.
"""

from __future__ import annotations

FONT_HOST = "fonts.googleapis.com"
"""A third party that no list has, and that lets Resource Timing tell of it."""

# What no blocker's stand-in file knows of.
_MARK = "window.fromTheAdWorld = true;"

_FILL = """
function fill(slot) {
  var picture = document.createElement('img');
  picture.src = 'https://ads.example-network.test/creative/' + (slot.id || 'slot') + '.svg';
  picture.width = 300; picture.height = 250; picture.alt = 'Advertisement';
  slot.appendChild(picture);
  slot.setAttribute('data-filled', 'true');
}
"""

_PREBID = """
  var waiting = (window.pbjs && window.pbjs.que) || [];
  window.pbjs = { libLoaded: true, version: 'v9', que: { push: function (f) { f(); } }, requestBids: function () {} };
  for (var i = 0; i < waiting.length; i++) waiting[i]();
"""

_SCRIPTS = {
    "pagead2.googlesyndication.com/pagead/js/adsbygoogle.js": """
      var waiting = window.adsbygoogle || [];
      var next = 0;
      function push() { var slot = document.querySelectorAll('ins.adsbygoogle')[next++]; if (slot) {
        fill(slot); slot.setAttribute('data-adsbygoogle-status', 'done'); slot.setAttribute('data-ad-status', 'filled'); } }
      window.adsbygoogle = { loaded: true, push: push };
      window.google_ad_modifications = {};
      for (var i = 0; i < waiting.length; i++) push(waiting[i]);
    """,
    "securepubads.g.doubleclick.net/tag/js/gpt.js": """
      var waiting = (window.googletag && window.googletag.cmd) || [];
      window.googletag = { apiReady: true, _loadStarted_: true, pubadsReady: true, cmd: { push: function (f) { f(); } },
        pubads: function () { return { getSlots: function () { return []; }, addEventListener: function () {} }; },
        defineSlot: function () { return { addService: function () {} }; }, enableServices: function () {},
        display: function (id) { fill(document.getElementById(id)); }, getVersion: function () { return '1'; } };
      for (var i = 0; i < waiting.length; i++) waiting[i]();
    """,
    "cdn.jsdelivr.net/npm/prebid.js@latest/dist/not-for-prod/prebid.js": _PREBID,
    "ads.example-network.test/prebid.js": _PREBID,
    "c.amazon-adsystem.com/aax2/apstag.js": """
      window.apstag = { init: function () {}, fetchBids: function () {}, setDisplayBids: function () {},
        renderImp: function (page, bid) {}, _Q: [] };
    """,
    "ads.example-network.test/tag.js": """
      window.exampleNetwork = { ready: true, version: 1 };
      document.querySelectorAll('[data-slot]').forEach(fill);
    """,
}

_CREATIVE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="300" height="250"><rect width="300" height="250" fill="#dde6ee"/>'
    b'<text x="150" y="130" font-size="20" text-anchor="middle" fill="#345">An advertisement</text></svg>'
)


def answer_as_ad_world(host: str, target: str) -> tuple[int, str, bytes]:
    """Status, media type and body of what an ad host answers; 404 for what nobody here serves."""
    if host == FONT_HOST:
        return 200, "text/css", b"@font-face { font-family: Lora; src: local(serif) }"
    path = target.partition("?")[0]
    script = _SCRIPTS.get(host.partition(":")[0] + path)
    if script is not None:
        return 200, "text/javascript; charset=utf-8", f"(function () {{{_MARK}{_FILL}{script}}})();".encode()
    if path.endswith(".js") and any(script_at.startswith(host + "/") for script_at in _SCRIPTS):
        return 200, "text/javascript; charset=utf-8", b"/* another script of this host */\n"
    if host == "ads.example-network.test" and path.startswith("/creative/"):
        return 200, "image/svg+xml", _CREATIVE
    return 404, "text/plain; charset=utf-8", b"nobody here\n"

"""Names that mean harm, for whatever shows names."""

from __future__ import annotations

PAYLOADS = [
    "/<script>alert(1)</script>",
    '/"><img src=x onerror=alert(1)>',
    "/'><svg/onload=alert(1)>",
    "/</table></main><script src=//evil.test></script>",
    "/{{7*7}}{% raw %}",
    "/&lt;script&gt;",
    "/javascript:alert(1)",
    "/<!--",
    "/<title>",
    "/]]><script>",
    "//evil.test/",
    "/\u202egnp.exe",
    "/<a href=javascript:alert(1)>x</a>",
    "/`onmouseover=alert(1)",
    "=cmd|' /C calc'!A0",
]

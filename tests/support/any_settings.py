"""Whatever a setting may be given, for Hypothesis to choose from."""

from __future__ import annotations

from hypothesis import strategies as st

from adnotice.settings import _TYPES

TEXTS = st.text(max_size=30) | st.text(st.characters(categories=["Cc", "Cs", "Zl", "Zp", "Cf"]), max_size=8)
NUMBERS = (
    st.integers()
    | st.floats()
    | st.sampled_from([float("nan"), float("inf"), -float("inf"), 10**400, -(10**4000), 2**63])
)


ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | st.binary(max_size=8) | st.builds(object) | st.just(len),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


SHAPED = st.sampled_from(
    [
        "",
        " ",
        "x" * 100_000,
        "a\nb",
        "\ud800",
        "//evil.test",
        "/..",
        "/a/../b",
        "/a?b",
        "/a#b",
        "/a b",
        "/%2f",
        "\\evil",
        "/",
        "https:///x",
        "https://user:pw@x/",
        "http://[",
        "https://x:99999999/",
        "javascript:alert(1)",
        "0.0.0.0/0",
        "300.1.1.1",
        "sqlite:///:memory:",
        "sqlite://",
        "sqlite:adnotice.db",
        "sqlite:////",
        "sqlite:///file:x?mode=memory",
        "postgresql://[",
        "postgresql://h:port/x",
        "redis://:p/ss@h",
        "redis://h?shards=\u00b2",
        "redis+cluster://a,b:x",
        "Mars/Base",
        "../../etc/passwd",
        "{x}",
        "/{a",
        "/{a:nope}",
        "[z-a]",
        "/[!]",
        "nan",
        "inf",
        "-1",
        "1e400",
    ]
)


VALUES = ANYTHING | SHAPED | st.lists(SHAPED, max_size=2) | st.dictionaries(SHAPED, SHAPED, max_size=2)
NAMES = sorted(_TYPES)

"""Where the tag goes: right after the head begins, or where HTML implies one, wherever the pieces are cut."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adnotice.inject.rewrite.head_scanner import MAX_PROLOGUE_BYTES, Beginnings, Scanner
from adnotice.vocabulary import Refusal
from tests.inject.site import TAG


@pytest.mark.parametrize(
    "marked",
    [
        "<!doctype html><html><head>|<title>x</title>",
        "<!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>\n<HTML LANG=en>\n<HEAD PROFILE='>'>|\n<TITLE>",
        "\ufeff<!doctype html><head>|",
        "\n\n <!-- <head> --> <!doctype html> <!-- --!><head>|<!-- -->",
        "<!--><!doctype html><!---><head>|",
        "<!-- a -- b -->\n<html><!----><head>|",
        "<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'><head>|",
        '<html data-a=\'<head>\' b=">" c="\'" d = x/ e><head/>|',
        '<html a"b>|<body>',
        '<html =">|<body>',
        '<html a==">|"<head>',
        '<html / a=">"/><head\t>|',
        "<!doctype html>|<title>x</title>",
        "<!doctype html>\n|text",
        "<html>\n|<body>",
        "<html>|<header>",
        "<html><!-- x -->|<headline>",
        "<html>|</html>",
        "<!doctype html></p>|<p>",
        "<!doctype html></bro a=b></b>|</br>",
        "<html></headline ><!-- x -->|</head>",
        "<!doctype html></><![CDATA[x]]></!x>|<p>",
        "<!doctypehtml><html><!-- a --><html class=a>|<body>",
        "<!doctype html>|<htmlx>",
        "<!doctype html><html>|</head>",
        "<head>|",
        "<!doctype html>|",
        "<html>\n|",
        "<!doctype html><html ampere><head>|",
        "<html data-amp><head>|",
        "<html a=amp><head>|",
        "<!doctype html>|<frameset cols='*,*'><frame></frameset>",
        "<!doctype html>|< head>",
        "<!doctype html>|\0<head>",
    ],
)
def test_a_document_gets_the_tag_in_its_head(marked: str) -> None:
    before, _, after = marked.partition("|")
    document = (before + after).encode()
    expected = len(before.encode())
    assert place(document) == expected
    for cut in range(len(document) + 1):
        assert place(document[:cut], document[cut:]) == expected, f"cut at {cut}"
    assert place(*(document[at : at + 1] for at in range(len(document)))) == expected


@pytest.mark.parametrize(
    ("document", "refusal"),
    [
        (b"", Refusal.FRAGMENT),
        (b"<p>a</p>", Refusal.FRAGMENT),
        (b"text <html><head>", Refusal.FRAGMENT),
        (b"<body><p>", Refusal.FRAGMENT),
        (b"<title>x</title>", Refusal.FRAGMENT),
        (b"<header>x</header>", Refusal.FRAGMENT),
        (b"</html>", Refusal.FRAGMENT),
        (b"<!-- <html><head> -->", Refusal.FRAGMENT),
        (b"<!-- never closed <html><head>", Refusal.FRAGMENT),
        (b"<!doctype html", Refusal.FRAGMENT),
        (b"<html lang='en><head>", Refusal.FRAGMENT),
        (b" " * MAX_PROLOGUE_BYTES + b"<html><head>", Refusal.FRAGMENT),
        (b"<html amp><head>", Refusal.AMP),
        (b"<!doctype html><html lang=en amp4email ><head>", Refusal.AMP),
        (b"<html AMP=''>", Refusal.AMP),
        ("<!doctype html>\n<html ⚡ lang='en'>".encode(), Refusal.AMP),
        ("<html ⚡4ads>".encode(), Refusal.AMP),
        ("<html>".encode("utf-16"), Refusal.CHARSET),
        ("<html>".encode("utf-16-le"), Refusal.CHARSET),
        ("<html>".encode("utf-16-be"), Refusal.CHARSET),
        ("<html>".encode("utf-32"), Refusal.CHARSET),
        ("<html>".encode("utf-32-be"), Refusal.CHARSET),
    ],
)
def test_what_is_no_page_of_ours_is_refused(document: bytes, refusal: Refusal) -> None:
    assert place(document) is refusal
    assert place(*(document[at : at + 1] for at in range(len(document))), b"") is refusal


def place(*pieces: bytes) -> int | Refusal:
    """The place in the whole, as a page with a length finds it."""
    scanner, before = Scanner(), 0
    for number, piece in enumerate(pieces, 1):
        found = scanner.feed(piece, last=number == len(pieces))
        if isinstance(found, int):
            return before + found
        if found is not None:
            return found
        before += len(piece)
    raise AssertionError("the last piece decides")


PIECES = st.sampled_from(
    [
        "<!doctype html>", "<!DOCTYPE html SYSTEM 'about:legacy-compat'>", "<!doc>", "<!-->", "<!-- x -->", "<!--<head>-->", "<!-- a --!>",
        "<html>", "<HTML lang=en>", "<html a='>' b=\"<head>\">", "<html a=>", "<head>", "<HEAD id=x>", "<head/>", "<header>", "</head>", "</html>", "</br>",
        "<body>", "<body class=x>", "</body>", "<title>a<head></title>", "<meta charset=utf-8>", "<link rel=x>", "<base href='/b/'>", "<script>'<head>'</script>",
        "<style>a>b{}</style>", "<noscript><p></noscript>", "<template><p></template>", "<frameset><frame></frameset>", "<svg><title>", "<table><tr>", "<textarea>", "<p>",
        " ", "\n", "\t\f", "text", "&amp;", "<", "<3", "</", "<!", "<?pi>", "<?xml version='1.0'?>", "<a b=c/>", "\0",
    ]
)  # fmt: skip
DOCUMENTS = st.lists(PIECES, max_size=8).map("".join)


@pytest.mark.slow
@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.endurance)])
@settings(max_examples=600, deadline=None, database=None)
@given(document=DOCUMENTS, first=st.integers(0, 3))
def test_the_place_does_not_depend_on_where_a_document_is_cut(document: str, first: int, step: int) -> None:
    data = document.encode()
    whole = place(data)
    beginnings = Beginnings()
    assert beginnings.find(data) in (whole, None)
    assert beginnings.find(data) in (whole, None), "remembered otherwise than found"
    for cut in range(first % step, len(data) + 1, step):  # all places of each document take a minute
        assert place(data[:cut], data[cut:]) == whole
    assert place(*(data[at : at + 1] for at in range(len(data))), b"") == whole


@pytest.mark.slow
@settings(max_examples=1000, deadline=None, database=None)
@given(DOCUMENTS)
def test_the_browser_sees_the_same_document_and_one_live_script(document: str) -> None:
    data = document.encode()
    found = place(data)
    if isinstance(found, int):
        check_document(data, found)


@pytest.mark.slow
@settings(max_examples=400, deadline=None, database=None)
@given(DOCUMENTS, st.integers(0, 60))
def test_a_late_place_is_as_good(document: str, cut: int) -> None:
    data = document.encode()
    scanner = Scanner()
    if scanner.feed(data[:cut], last=False) is not None or scanner.feed(data[cut:], last=True) != -1:
        return
    found = Scanner.find_late(data[cut:])
    if isinstance(found, int):
        check_document(data, cut + found)


def check_document(data: bytes, found: int) -> None:
    """The document with the tag, without our script, is the document; the script is live exactly once."""
    plain = html5lib.parse(data.decode(), treebuilder="etree", namespaceHTMLElements=False)
    tagged = html5lib.parse(
        (data[:found] + TAG + data[found:]).decode(), treebuilder="etree", namespaceHTMLElements=False
    )
    scripts = [
        (parent, element)
        for parent in tagged.iter()
        for element in parent
        if element.tag == "script" and element.get("src") == "/_adnotice/client.js"
    ]
    assert len(scripts) == 1, "not live exactly once"
    parent, script = scripts[0]
    children = list(parent)
    at = children.index(script)
    if script.tail:
        if at:
            children[at - 1].tail = (children[at - 1].tail or "") + script.tail
        else:
            parent.text = (parent.text or "") + script.tail
    parent.remove(script)
    assert tree_of(tagged) == tree_of(plain)


def tree_of(element: object) -> object:
    """An element as values that can be compared."""
    return (
        str(element.tag), sorted(element.attrib.items()), element.text or "", element.tail or "", [tree_of(each) for each in element]  # type: ignore[attr-defined]
    )  # fmt: skip


@pytest.fixture
def untraced() -> Iterator[None]:
    """Without coverage's tracer, which costs six times what is measured."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize(
    "unit", [b"<", b"<!--", b'<html a="', b"<html a ", b" ", b"<!doctype html><!-- ", b"<!-", b"</"]
)
def test_a_hostile_beginning_costs_less_than_ten_milliseconds(unit: bytes) -> None:
    hostile = unit * (64 * 1024 // len(unit))
    costs = []
    for _ in range(5):
        began = time.thread_time()
        Beginnings().find(hostile)
        costs.append(time.thread_time() - began)
    assert min(costs) < 0.010


@pytest.mark.usefixtures("untraced")
def test_the_same_beginning_is_looked_up_at_a_cost_that_does_not_grow_with_the_page() -> None:
    beginnings = Beginnings()
    small, large = b"<html><head>" + b"x" * 100, b"<html><head>" + b"x" * 10_000_000
    assert beginnings.find(small) == 12
    costs = []
    for page in (small, large):
        tries = []
        for _ in range(50):
            began = time.thread_time()
            for _ in range(20):
                beginnings.find(page)
            tries.append(time.thread_time() - began)
        costs.append(min(tries))
    assert costs[1] < 3 * costs[0] + 1e-5


def test_only_so_many_beginnings_are_remembered() -> None:
    beginnings = Beginnings()
    for number in range(100):
        assert beginnings.find(b"<html n=%d><head>" % number) == len(b"<html n=%d><head>" % number)
    assert len(beginnings._known) == 8

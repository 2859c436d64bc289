"""What the office writes can do nothing on a customer's page (K03)."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.web.rich_text import rich

pytestmark = pytest.mark.feature("K03")

ALLOWED = {"p": set(), "br": set(), "strong": set(), "em": set(), "ul": set(), "ol": {"start"}, "li": set()}


class Read(HTMLParser):
    """The tags and attributes of a text, as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def harmless(text: str) -> None:
    for tag, attributes in Read(text).tags:
        if tag == "a":
            assert set(attributes) <= {"href", "rel"}, text
            scheme = (attributes.get("href") or "").partition(":")[0].lower()
            assert scheme in ("https", "http", "mailto", "tel") or ":" not in (attributes.get("href") or ""), text
        else:
            assert set(attributes) <= ALLOWED[tag], text


@pytest.mark.parametrize(
    "written",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<iframe src=//x>",
        "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](java\nscript:alert(1))",
        "[x](&#106;avascript:alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)",
        "[x](https://a.nl \" onmouseover=alert(1) \")", "<a href=\"javascript:alert(1)\">x</a>",
        "![x](https://a.nl/p.png)", "<style>body{display:none}</style>", "<form action=//x><input></form>",
        "**<b onclick=alert(1)>vet</b>**", "<p style=position:fixed>", "</article></main><h1>Log hier in</h1>",
        "# Kop", "<!--", "<![CDATA[", "\x00<script>", "&lt;script&gt;alert(1)&lt;/script&gt;",
        "[x]: javascript:alert(1)\n[x]",
        "* " * 5000, "[" * 3000, "*" * 3999, "> " * 2000,
    ],
)  # fmt: skip
def test_hostile_words_are_words(written):
    harmless(rich(written))


@given(st.text(max_size=300) | st.text("<>[]()*_&;:/\"'=#!`ajvscript\n -", max_size=300))
def test_nothing_one_can_write_is_more_than_text(written):
    harmless(rich(written))


def test_what_is_meant_is_shown():
    said = rich(
        "Beste klant,\n\n**Let op**: *vanaf* 1 januari:\n\n- een\n- twee\n\n[lees meer](https://zz.example/x?a=1&b=2)"
    )
    assert "<strong>Let op</strong>: <em>vanaf</em> 1 januari:" in said
    assert "<ul>\n<li>een</li>\n<li>twee</li>\n</ul>" in said
    assert 'href="https://zz.example/x?a=1&amp;b=2"' in said
    assert "&lt;b&gt;" in rich("<b>")

"""What the insurer's staff write, as HTML that can do nothing: paragraphs, lists, emphasis and links (K03).

Written as CommonMark with HTML switched off, so that a tag is text; what comes of it is cleaned once more by a list of
what may be in it. The page's own policy (CSP) is the third lock.
"""

from __future__ import annotations

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

LONGEST = 4000
# Nothing that brings a picture, a script, a heading of its own or another look.
_RULES = ["newline", "escape", "entity", "emphasis", "balance_pairs", "link", "list"]
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a"}
_ATTRIBUTES: dict[str, set[str]] = {"*": set(), "a": {"href"}, "ol": {"start"}}
_SCHEMES = {"https", "http", "mailto", "tel"}
_reader = MarkdownIt("zero", {"breaks": True, "html": False, "maxNesting": 20}).enable(_RULES)


def rich(text: str) -> SafeString:
    """The text as HTML, whoever wrote it."""
    cleaned = nh3.clean(_reader.render(text), tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES)
    # By nh3, which is the point of this module.
    return mark_safe(cleaned)  # noqa: S308

"""What the office wrote, in the words of the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from collectief.brands.catalogue import brand
from collectief.inbox.facts import NewsKind, Written
from collectief.inbox.news import NewsView
from collectief.inbox.rules import NewsState
from collectief.segments.catalogue import PROFILES

from ..inbox.words import CATEGORIES
from ..rich_text import rich
from ..templatetags.look import number
from ..words import Shown

KINDS: Mapping[NewsKind, str | Promise] = {
    NewsKind.NEWS: gettext_lazy("Nieuws op het dashboard"),
    NewsKind.MESSAGE: gettext_lazy("Bericht aan organisaties"),
}
STATES: Mapping[NewsState, tuple[str | Promise, str]] = {
    NewsState.PLANNED: (gettext_lazy("Gepland"), "info"),
    NewsState.RUNNING: (gettext_lazy("Loopt"), "success"),
    NewsState.OVER: (gettext_lazy("Voorbij"), "neutral"),
    NewsState.WITHDRAWN: (gettext_lazy("Ingetrokken"), "warning"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """Something written, as it is drawn."""

    view: NewsView
    kind: str
    state: str
    colour: str
    whom: str
    texts: tuple[tuple[str, str, SafeString], ...]


def line(view: NewsView) -> Line:
    """Something written, in words."""
    state, colour = STATES[view.state]
    return Line(
        view, str(KINDS[view.written.kind]), str(state), colour, whom(view.written, view.reached), texts(view.written)
    )


def texts(written: Written) -> tuple[tuple[str, str, SafeString], ...]:
    """Language, title and text, as customers read them."""
    return tuple((language, written.title[language], rich(written.text[language])) for language in ("nl", "en"))


def whom(written: Written, reached: int) -> str:
    """For whom it is."""
    if written.kind == NewsKind.MESSAGE:
        words = ngettext(
            "{count} organisatie, categorie {category}", "{count} organisaties, categorie {category}", reached
        )
        return words.format(count=number(reached), category=CATEGORIES[written.category])
    portals = ", ".join(brand(slug).name for slug in written.brands) or _("alle portalen")
    kinds = ", ".join(PROFILES[slug].called(get_language()).lower() for slug in written.segments)
    return f"{portals} ({kinds})" if kinds else portals


def news_refusal(code: str, params: Mapping[str, Any]) -> str:
    """Why it cannot be told like this."""
    words = {
        "begins_in_the_past": _("De eerste dag ligt in het verleden."),
        "ends_before_it_begins": _("De laatste dag ligt vóór de eerste."),
        "too_far_ahead": _("De laatste dag mag hoogstens een jaar vooruit liggen."),
        "organisation_unknown": _(
            "Deze klantnummers kennen we niet, of hun soort klant heeft geen berichten van deze categorie: {numbers}"
        ),
        "reaches_nobody": _("Geen enkele organisatie zou dit bericht krijgen."),
        "nothing_to_withdraw": _("Dit is al voorbij of ingetrokken."),
    }
    return words.get(code, _("Dit kan niet worden verwerkt.")).format_map(Shown(params))

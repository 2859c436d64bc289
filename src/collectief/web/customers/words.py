"""Customers and contracts in words: kinds, states, and why something cannot be so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from collectief.customers.kinds import until
from collectief.customers.queries import ContractLine, CustomerView, ProposalView
from collectief.customers.rules import CustomerRefused, ProposalKind
from collectief.foundation.dates import dutch
from collectief.foundation.period import ONE_DAY
from collectief.segments.catalogue import profile

from ..terms.words import STATES

PROPOSED = {
    ProposalKind.OPENING: gettext_lazy("Nieuw contract"),
    ProposalKind.ENDING: gettext_lazy("Andere einddatum"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A customer or contract as it is drawn: how it stands today, and the colour of that."""

    view: Any
    state: str
    colour: str
    segment: str = ""
    last_day: date | None = None


def customer(view: CustomerView, today: date) -> Shown:
    """An organisation in words."""
    last = view.end_day - ONE_DAY if view.end_day else None
    state, colour = _stands(None, last, today, _("Klant"))
    return Shown(view, state, colour, profile(view.segment).called(get_language()), last)


def contract(view: ContractLine, today: date) -> Shown:
    """A contract in words."""
    state, colour = _stands(view.period.first_day, view.period.last_day, today, _("Loopt"))
    return Shown(view, state, colour, "", view.period.last_day)


def _stands(first: date | None, last: date | None, today: date, now: str) -> tuple[str, str]:
    if first is not None and first > today:
        return _("Vanaf {day}").format(day=dutch(first)), "info"
    if last is None:
        return now, "success"
    if last < today:
        return _("Beëindigd"), "neutral"
    return _("Tot en met {day}").format(day=dutch(last)), "warning"


def proposal(view: ProposalView) -> dict[str, Any]:
    """What was proposed, and what became of it."""
    state, colour = STATES[view.state]
    return {
        "view": view, "kind": PROPOSED[view.kind], "state": state, "colour": colour, "until": until(view.period),
    }  # fmt: skip


def refusal(refused: CustomerRefused) -> str:
    """Why it cannot be so, and what to do."""
    said = {name: dutch(value) if isinstance(value, date) else value for name, value in refused.params.items()}
    return _refusals()[refused.code].format(**said)


def _refusals() -> dict[str, str]:
    return {
        "segment_unknown": _("Voor deze soort klant is er geen portaal. Kies een andere soort."),
        "number_missing": _("Vul het KvK-nummer in, of het RSIN als er geen KvK-nummer is."),
        "kvk_wrong": _("Een KvK-nummer heeft acht cijfers. Controleer het in het Handelsregister."),
        "rsin_wrong": _("Dit is geen geldig RSIN: het heeft negen cijfers. Controleer het in het Handelsregister."),
        "branch_wrong": _("Een vestigingsnummer heeft twaalf cijfers. Laat het leeg voor het hele bedrijf."),
        "known_already": _(
            "Deze organisatie is al klant: er is er een met dit nummer, deze vestiging en deze soort. Zoek haar op in "
            "de lijst."
        ),
        "manager_known": _("Er is al een accountmanager met het e-mailadres {email}. Zoek die op in de lijst."),
        "contracts_run": _(
            "Na die dag loopt nog een contract: {numbers}. Beëindig eerst de contracten, of kies een latere dag."
        ),
        "contract_waits": _("Over contract {number} wacht al een voorstel op een collega. Laat dat eerst beslissen."),
        "customer_ended": _(
            "De organisatie is klant t/m {last_day}. Maak eerst die einddatum leeg, op de pagina van de organisatie."
        ),
        "too_far": _("De begindatum ligt meer dan een jaar van vandaag. Controleer het jaartal."),
        "number_taken": _("Er is al een contract met nummer {number}. Kies een ander nummer."),
        "contract_over": _(
            "Het contract is voorbij sinds {last_day}: dat blijft zo. Open zo nodig een nieuw contract."
        ),
        "same_end": _("Het contract heeft deze einddatum al."),
        "ends_before_it_begins": _("Het contract begint op {first_day}. Kies een einddatum vanaf die dag."),
        "ends_in_the_past": _("De einddatum is al geweest. Kies vandaag of een latere dag."),
        "people_take_part": _(
            "Na {last_day} nemen nog deelnemers aan dit contract deel: {people}. Laat de organisatie hen eerst "
            "afmelden of overzetten naar een ander contract, of kies een latere einddatum."
        ),
    }

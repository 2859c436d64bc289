"""Contracts to be opened and ended as kinds of cases: what a colleague sees, and what agreeing does (K01, K02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from collectief.cases.rules import TERMS, About, Kind
from collectief.foundation.dates import dutch
from collectief.foundation.period import Period
from collectief.segments.catalogue import profile

from .models import ContractProposal
from .proposing import ENDING, OPENING, ending_decided, opening_decided
from .rules import ProposalKind


def until(period: Period) -> str:
    """The last day of a contract, in words."""
    return dutch(period.last_day) if period.last_day else _("tot opzegging")


def titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Which contract, of whom."""
    found = ContractProposal.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "number", "organisation__name")
    return {str(id_): f"{number}, {name}" for id_, number, name in rows}


def about(insurer_id: int, subject: str) -> About:
    """The contract as it would be; of one that is there, its end of now too."""
    row = ContractProposal.objects.select_related("organisation", "contract").get(insurer_id=insurer_id, id=subject)
    customer = row.organisation
    facts = [
        (_("Organisatie"), f"{customer.name} ({customer.customer_number})"),
        (_("KvK-nummer"), customer.kvk or "–"),
        (_("Soort klant"), profile(customer.segment).called(get_language())),
        (_("Contract"), f"{row.number} – {row.name}"),
        (_("Begindatum"), dutch(row.first_day)),
        (_("Einddatum"), until(Period(row.first_day, row.end_day))),
    ]
    if row.kind == ProposalKind.ENDING and row.contract is not None and row.contract.end_day != row.end_day:
        facts.append((_("Einddatum nu"), until(Period(row.contract.first_day, row.contract.end_day))))
    facts.append((_("Voorgesteld door"), row.proposed_by))
    return About(tuple(facts))


def opening_refusals() -> dict[str, tuple[str, str]]:
    """Why a contract cannot be opened any more."""
    again = _("Weiger dit voorstel, en stel het zo nodig opnieuw voor.")
    return {
        "number_taken": (_("Er is inmiddels een contract met nummer {number}."), again),
        "customer_ended": (_("De organisatie is geen klant meer."), again),
    }


def ending_refusals() -> dict[str, tuple[str, str]]:
    """Why a contract cannot end so any more."""
    again = _("Weiger dit voorstel, en stel het zo nodig opnieuw voor.")
    return {
        "people_take_part": (
            _("Na {last_day} nemen nog deelnemers aan dit contract deel: {people}."),
            _("Laat de organisatie hen eerst afmelden of overzetten naar een ander contract. Keur het daarna goed."),
        ),
        "ends_in_the_past": (_("De einddatum is al voorbij."), again),
        "ends_before_it_begins": (_("Het contract begint pas op {first_day}."), again),
        "contract_over": (_("Het contract is al voorbij, sinds {last_day}."), again),
        "customer_ended": (_("De organisatie is geen klant meer."), again),
        "same_end": (_("Het contract heeft deze einddatum al."), again),
    }


_REFUSING = gettext_lazy("Wie het voorstelde, leest de reden bij de organisatie; er verandert niets.")
KINDS = (
    Kind(
        OPENING, TERMS[OPENING], gettext_lazy("Nieuw contract"), titles, about, opening_decided, opening_refusals,
        approving=gettext_lazy(
            "Het contract is er dan meteen, en de klant ziet het. Producten en kortingen worden daarna apart "
            "voorgesteld."
        ),
        refusing=_REFUSING, four_eyes=True,
    ),
    Kind(
        ENDING, TERMS[ENDING], gettext_lazy("Einde van een contract"), titles, about, ending_decided, ending_refusals,
        approving=gettext_lazy("Het contract loopt dan t/m die dag: daarna kan niemand er meer aan deelnemen."),
        refusing=_REFUSING, four_eyes=True,
    ),
)  # fmt: skip

"""Wishes to leave the portal as a kind of case: what the queue shows of one, and what deciding it means (K01, O16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.access.models import LeaveWish
from collectief.access.queries import members_here
from collectief.access.rules import AccessRefused, Standing, Wish, WishState, judge_leaving
from collectief.cases.rules import TERMS, About, Kind
from collectief.segments.catalogue import profile

from . import forgotten, taking_back
from .leaving import KIND, decided

WISHES = {
    Wish.STOP: gettext_lazy("wil stoppen met het portaal"),
    Wish.ROLE: gettext_lazy("wil geen accounts meer beheren"),
    Wish.ORGANISATION: gettext_lazy("wil dat de hele organisatie stopt met het portaal"),
}


def titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Who, of which organisation."""
    found = LeaveWish.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "membership__account__name", "organisation__name")
    return forgotten.titles(subjects, {str(id_): f"{name}, {organisation}" for id_, name, organisation in rows})


def about(insurer_id: int, subject: str) -> About:
    """Who wants what, and whether it can be granted as the organisation stands now."""
    found = LeaveWish.objects.select_related("organisation", "membership__account")
    wish = found.filter(insurer_id=insurer_id, id=subject).first()
    if wish is None:
        return forgotten.about()
    members = members_here(wish.organisation_id, now=timezone.now())
    facts = (
        (_("Naam"), wish.membership.account.name),
        (_("E-mailadres"), wish.membership.account.email),
        (_("Wens"), str(WISHES[Wish(wish.wish)])),
        (_("Organisatie"), f"{wish.organisation.name} ({wish.organisation.customer_number})"),
        (_("KvK-nummer"), wish.organisation.kvk),
        (_("Actieve accounts daar"), str(sum(one.standing == Standing.ACTIVE for one in members))),
        (_("Aangevraagd op"), f"{timezone.localtime(wish.asked_at):%d-%m-%Y %H:%M}"),
    )
    warnings = []
    if wish.state == WishState.WITHDRAWN:
        warnings.append(_("De klant heeft dit verzoek ingetrokken: goedkeuren kan niet."))
    if wish.state == WishState.OPEN:
        try:
            judge_leaving(profile(wish.organisation.segment), members, wish.membership_id, Wish(wish.wish))
        except AccessRefused as refused:
            warnings.append(refusals()[refused.code][0])
    return About(facts, tuple(warnings))


def refusals() -> dict[str, tuple[str, str]]:
    """Why a wish cannot be granted, and what to do."""
    return {
        "last_manager": (
            _("Dan beheert niemand meer de accounts van deze organisatie."),
            _("Laat de organisatie eerst een ander die rol geven, of laat haar in haar geheel stoppen."),
        ),
        "no_role": (
            _("Zonder het beheer van accounts blijft er geen rol over."),
            _("Bel de aanvrager: stoppen met het portaal kan wel."),
        ),
        "done_already": (
            _("Een collega bij de organisatie heeft dit al gedaan."),
            _("Weiger het verzoek: dan is deze zaak gesloten. Er gaat geen mail uit."),
        ),
    } | taking_back.refusals()


LEAVING = Kind(
    KIND, TERMS[KIND], gettext_lazy("Stoppen met het portaal"), titles, about, decided, refusals,
    approving=gettext_lazy("Wat gevraagd is, gebeurt meteen. De aanvrager krijgt een mail."),
    refusing=gettext_lazy("De aanvrager krijgt een mail met uw reden, precies zoals u die hier schrijft."),
)  # fmt: skip

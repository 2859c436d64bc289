"""S1s that are made by hand as a kind of case: what the queue shows, and what deciding one does (K01, U09)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from collectief.cases.rules import TERMS, About, Kind
from collectief.foundation.dates import BirthDate, dutch
from collectief.foundation.names import PersonName

from .actions import decided
from .countries import name_of
from .letters import grounds
from .models import S1Request
from .queries import KIND
from .rules import Ground


def titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Which form, for which country, and of which customer."""
    found = S1Request.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "form", "country", "organisation__name")
    return {str(id_): f"{form} {_called(country)}, {name}" for id_, form, country, name in rows}


def about(insurer_id: int, subject: str) -> About:
    """Who it is about, where they live and from when; and why it was not sent, where it should have been."""
    row = S1Request.objects.select_related("organisation").filter(insurer_id=insurer_id, id=subject).first()
    if row is None:
        return About(((_("Formulier"), _("Verwijderd: de bewaartermijn is voorbij.")),))
    address = ", ".join(filter(None, (f"{row.street} {row.house_number}", f"{row.postcode} {row.city}".strip())))
    institution = ((_("Zorgverzekeraar in het woonland"), row.institution_name),) if row.institution else ()
    not_sent = _("EESSI nam dit formulier niet aan ({code}). Maak het met de hand, of wijs het af.")
    return About(
        (
            (_("Formulier"), row.form),
            (_("Verzekerde"), str(PersonName(row.initials, row.prefix, row.surname))),
            (_("Geboortedatum"), BirthDate.parse(row.birth_date).dutch if row.birth_date else "–"),
            (_("Relatienummer"), row.relation_number),
            (_("Grond"), grounds()[Ground(row.ground)]),
            (_("Land"), _called(row.country)),
            (_("Woonadres in het thuisland"), address),
            (_("Vanaf"), dutch(row.first_day)),
            (_("Verzekerd t/m"), dutch(row.last_day) if row.last_day else _("geen einddatum bekend")),
            *institution,
            (_("Organisatie"), f"{row.organisation.name} ({row.organisation.customer_number})"),
            (_("Gevraagd door"), row.asked_by),
            (_("Gevraagd op"), f"{timezone.localtime(row.asked_at):%d-%m-%Y %H:%M}"),
        ),
        (not_sent.format(code=row.not_sent),) if row.not_sent else (),
    )


def refusals() -> dict[str, tuple[str, str]]:
    """Reason and remedy by code."""
    return {"s1_over": (_("Over dit formulier is al beslist."), _("U hoeft niets meer te doen."))}


def _called(country: str) -> str:
    return name_of(country, get_language() or "nl")


S1_BY_HAND = Kind(
    KIND, TERMS[KIND], gettext_lazy("S1 maken"), titles, about, decided, refusals,
    approving=gettext_lazy("Het formulier staat dan klaar op de pagina van de deelnemer, en de klant krijgt bericht."),
    refusing=gettext_lazy("De klant krijgt bericht en leest uw reden op de pagina van de deelnemer."),
)  # fmt: skip

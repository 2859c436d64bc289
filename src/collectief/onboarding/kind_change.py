"""Changes to a customer's data as a kind of case: what the queue shows, and what deciding one means (K01, W16)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.cases.rules import TERMS, About, Kind
from collectief.contracts.models import DataChange

from . import forgotten
from .changing import KIND, decided


def titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Of whom, and of which contract."""
    found = DataChange.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "contract__number", "organisation__name")
    return forgotten.titles(subjects, {str(id_): f"{number}, {name}" if number else name for id_, number, name in rows})


def about(insurer_id: int, subject: str) -> About:
    """What should be different, beside what we have now."""
    found = DataChange.objects.select_related("organisation", "contract").filter(insurer_id=insurer_id, id=subject)
    row = found.first()
    if row is None:
        return forgotten.about()
    facts = [
        (_("Gevraagd door"), row.asked_by),
        (_("Organisatie"), f"{row.organisation.name} ({row.organisation.customer_number})"),
        (_("KvK-nummer"), row.organisation.kvk),
    ]
    if row.contract is not None:
        facts.append((_("Contract"), f"{row.contract.number} – {row.contract.name}"))
    facts += [
        (_("Wijziging"), row.text),
        (_("Aangevraagd op"), f"{timezone.localtime(row.asked_at):%d-%m-%Y %H:%M}"),
    ]
    return About(tuple(facts))


def refusals() -> dict[str, tuple[str, str]]:
    """Nothing of its own stops a decision."""
    return {}


CHANGES = Kind(
    KIND, TERMS[KIND], gettext_lazy("Wijziging van gegevens"), titles, about, decided, refusals,
    approving=gettext_lazy("Keur goed als de wijziging is doorgevoerd: de klant leest dat op de pagina Contracten."),
    refusing=gettext_lazy("De klant leest uw reden op de pagina Contracten, precies zoals u die hier schrijft."),
)  # fmt: skip

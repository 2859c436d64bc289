"""Requests to link a contract as a kind of case: what the queue shows of one, and what deciding it means (K01, W17)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.cases.rules import TERMS, About, Kind
from collectief.contracts.models import ContractLink, Organisation
from collectief.contracts.queries import held
from collectief.contracts.rules import LinkState

from . import forgotten, taking_back
from .linking import KIND, decided


def titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Which contract, for whom."""
    found = ContractLink.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "contract_number", "organisation__name")
    return forgotten.titles(subjects, {str(id_): f"{number}, {organisation}" for id_, number, organisation in rows})


def about(insurer_id: int, subject: str) -> About:
    """What was typed, and whose contract it is: whoever asks does not get to know that."""
    row = ContractLink.objects.select_related("organisation").filter(insurer_id=insurer_id, id=subject).first()
    if row is None:
        return forgotten.about()
    found = held(insurer_id, row.customer_number, row.contract_number)
    holder = Organisation.objects.get(id=found.holder.organisation_id) if found else None
    facts = [
        (_("Gevraagd door"), forgotten.gone() if row.forgotten else row.asked_by),
        (_("Voor"), f"{row.organisation.name} ({row.organisation.customer_number})"),
        (_("KvK-nummer"), row.organisation.kvk),
        (_("Klantnummer"), row.customer_number),
        (_("Contractnummer"), row.contract_number),
        (_("Contract"), found.name if found else _("niet bekend")),
        (_("Van"), f"{holder.name} (KvK {holder.kvk})" if holder else _("niet bekend")),
        (_("Aangevraagd op"), f"{timezone.localtime(row.asked_at):%d-%m-%Y %H:%M}"),
    ]
    warnings = []
    if row.state == LinkState.ASKED and found is None:
        warnings.append(_("Geen klant van ons heeft dit klantnummer met dit contractnummer: goedkeuren kan niet."))
    if row.state == LinkState.UNLINKED:
        warnings.append(_("De klant heeft dit verzoek ingetrokken: goedkeuren kan niet."))
    return About(tuple(facts), tuple(warnings))


def refusals() -> dict[str, tuple[str, str]]:
    """Why a request cannot be granted, and what to do."""
    return {
        "contract_unknown": (
            _("Geen klant van ons heeft contract {number} met dit klantnummer."),
            _("Weiger het verzoek, en schrijf erbij dat de nummers niet bij elkaar horen."),
        ),
    } | taking_back.refusals()


LINKS = Kind(
    KIND, TERMS[KIND], gettext_lazy("Koppelen van een contract"), titles, about, decided, refusals,
    approving=gettext_lazy("De klant ziet het contract voortaan bij de eigen contracten."),
    refusing=gettext_lazy("De klant leest uw reden op de pagina Contracten, precies zoals u die hier schrijft."),
)  # fmt: skip

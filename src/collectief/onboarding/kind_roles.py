"""Further roles as a kind of case: what the queue shows of a request, and what deciding it means (K01, U02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.access.queries import members_here
from collectief.access.role_names import ROLE_NAMES
from collectief.access.rules import Standing, will_manage
from collectief.cases.rules import TERMS, About, Kind
from collectief.segments.catalogue import profile
from collectief.segments.profile import Role

from . import forgotten, taking_back
from .asking_roles import KIND, decided
from .models import RoleRequest


def titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Who, of which organisation."""
    found = RoleRequest.objects.filter(insurer_id=insurer_id, id__in=subjects)
    rows = found.values_list("id", "membership__account__name", "organisation__name")
    return forgotten.titles(subjects, {str(id_): f"{name}, {organisation}" for id_, name, organisation in rows})


def about(insurer_id: int, subject: str) -> About:
    """Who asks for what, beside what they have now."""
    found = RoleRequest.objects.select_related("organisation", "membership__account")
    row = found.filter(insurer_id=insurer_id, id=subject).first()
    if row is None:
        return forgotten.about()
    members = members_here(row.organisation_id, now=timezone.now())
    facts = (
        (_("Naam"), row.membership.account.name),
        (_("E-mailadres"), row.membership.account.email),
        (_("Organisatie"), f"{row.organisation.name} ({row.organisation.customer_number})"),
        (_("KvK-nummer"), row.organisation.kvk),
        (_("Heeft nu"), _names(row.membership.roles) or "–"),
        (_("Gevraagde rollen"), _names(row.roles)),
        (_("Actieve accounts daar"), str(sum(one.standing == Standing.ACTIVE for one in members))),
        (_("Aangevraagd op"), f"{timezone.localtime(row.asked_at):%d-%m-%Y %H:%M}"),
    )
    warnings = []
    # Of one that was decided there is nothing to watch out for any more.
    if not row.decision:
        if any(will_manage(profile(row.organisation.segment), one) for one in members):
            warnings.append(_("Bij deze organisatie beheert intussen iemand accounts: die kan de rollen ook geven."))
        if not row.membership.is_active:
            warnings.append(refusals()["no_access_now"][0])
    return About(facts, tuple(warnings))


def _names(roles: Sequence[str]) -> str:
    return ", ".join(str(ROLE_NAMES[Role(role)]) for role in roles)


def refusals() -> dict[str, tuple[str, str]]:
    """Why roles cannot be given, and what to do."""
    return {
        "no_access_now": (
            _("De aanvrager heeft geen toegang meer."),
            _("Weiger het verzoek: dan is deze zaak gesloten."),
        ),
    } | taking_back.refusals()


ROLE_REQUESTS = Kind(
    KIND, TERMS[KIND], gettext_lazy("Verzoek om een rol"), titles, about, decided, refusals,
    approving=gettext_lazy("De aanvrager heeft de rollen meteen, naast die er al waren, en krijgt een mail."),
    refusing=gettext_lazy("De aanvrager krijgt een mail met uw reden, precies zoals u die hier schrijft."),
)  # fmt: skip

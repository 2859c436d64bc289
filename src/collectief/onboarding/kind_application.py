"""Applications as a kind of case: what the queue shows of one, and what deciding it means (K01, G01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from collectief.access.models import Account, Membership
from collectief.access.role_names import ROLE_NAMES
from collectief.brands.catalogue import brand as brand_of
from collectief.cases.rules import TERMS, About, Kind
from collectief.contracts.models import Organisation
from collectief.segments.catalogue import profile
from collectief.segments.profile import Role

from . import forgotten
from .actions import KIND, customer, decided, managed
from .models import AccountApplication


def titles(insurer_id: int, subjects: Sequence[str]) -> Mapping[str, str]:
    """Who, for which organisation."""
    found = AccountApplication.objects.filter(id__in=subjects).values_list("id", "name", "organisation")
    known = {str(id_): f"{name}, {organisation}" for id_, name, organisation in found}
    return forgotten.titles(subjects, known)


def about(insurer_id: int, subject: str) -> About:
    """What was filled in, beside what we know of that organisation and address."""
    application = AccountApplication.objects.filter(id=subject).first()
    if application is None:
        return forgotten.about()
    organisation = customer(application, insurer_id)
    applied_at = f"{timezone.localtime(application.applied_at):%d-%m-%Y %H:%M}"
    facts = (
        (_("Naam"), application.name),
        (_("E-mailadres"), application.email),
        (_("Telefoonnummer"), application.phone),
        (_("Organisatie"), application.organisation),
        (_("KvK-nummer"), application.kvk),
        (_("Bij ons bekend als"), organisation.name if organisation else _("niet bekend")),
        (_("Gevraagde rollen"), ", ".join(str(ROLE_NAMES[Role(role)]) for role in application.roles)),
        (_("Portaal"), f"{brand_of(application.brand).name} ({profile(application.segment).called(get_language())})"),
        (_("Aangevraagd op"), applied_at),
    )
    # Of one that was decided there is nothing to watch out for any more.
    watch = () if application.decision else tuple(_warnings(insurer_id, application, organisation))
    return About(facts, watch)


def _warnings(insurer_id: int, application: AccountApplication, organisation: Organisation | None) -> Iterator[str]:
    segment = profile(application.segment)
    if organisation is None:
        said = (
            _("Wij hebben nog geen klant van deze soort met KvK-nummer {kvk}: goedkeuren maakt de organisatie klant.")
            if segment.applying_makes_customer
            else _("Wij hebben geen klant van deze soort met KvK-nummer {kvk}: goedkeuren kan niet.")
        )
        yield said.format(kvk=application.kvk)
    elif segment.first_only and managed(organisation, segment, now=timezone.now()):
        yield _("Bij deze organisatie beheert al iemand de accounts: goedkeuren kan niet.")
    account = Account.objects.filter(insurer_id=insurer_id, email__iexact=application.email).first()
    if account is None:
        return
    places = Membership.objects.filter(account=account)
    if organisation is not None and places.filter(organisation=organisation).exists():
        yield _("Met dit e-mailadres heeft al iemand een plaats bij deze organisatie: goedkeuren kan niet.")
    else:
        yield _("Dit e-mailadres hoort al bij een account: {name}. Dat account krijgt er deze organisatie bij.").format(
            name=account.name
        )


def refusals() -> dict[str, tuple[str, str]]:
    """Why an application cannot be granted, and what to do."""
    return {
        "organisation_unknown": (
            _("Wij hebben geen klant van deze soort met KvK-nummer {kvk}."),
            _("Bel de aanvrager om het nummer te controleren. Klopt het, weiger de aanvraag dan met deze reden."),
        ),
        "organisation_ended": (
            _("Deze organisatie is geen klant meer."),
            _("Weiger de aanvraag, of maak eerst de einddatum van de organisatie leeg."),
        ),
        "managed_already": (
            _("Bij deze organisatie beheert al iemand de accounts."),
            _("Weiger de aanvraag, en schrijf erbij dat die collega toegang geeft."),
        ),
        "already_here": (
            _("Met dit e-mailadres heeft al iemand een plaats bij deze organisatie."),
            _("Weiger de aanvraag, en schrijf erbij dat de accountbeheerder van de organisatie verder kan helpen."),
        ),
    }


APPLICATIONS = Kind(
    KIND, TERMS[KIND], gettext_lazy("Aanvraag van een account"), titles, about, decided, refusals,
    approving=gettext_lazy("De aanvrager krijgt per mail een uitnodiging, die 14 dagen geldig is."),
    refusing=gettext_lazy("De aanvrager krijgt een mail met uw reden, precies zoals u die hier schrijft."),
)  # fmt: skip

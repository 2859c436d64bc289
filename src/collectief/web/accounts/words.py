"""What rules of access say by code, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectief.access.rules import Standing
from collectief.brands.catalogue import Brand

from ..words import Shown

# How a colleague stands, and the colour of its label.
STANDINGS = {
    Standing.ACTIVE: (gettext_lazy("Actief"), "success"),
    Standing.INVITED: (gettext_lazy("Uitgenodigd"), "info"),
    Standing.EXPIRED: (gettext_lazy("Uitnodiging verlopen"), "warning"),
    Standing.REVOKED: (gettext_lazy("Uitnodiging ingetrokken"), "neutral"),
    Standing.INACTIVE: (gettext_lazy("Gedeactiveerd"), "neutral"),
}


def access_refusal(code: str, params: Mapping[str, str], brand: Brand | None) -> tuple[str, str]:
    """Why something about access cannot be done, and what to do. A test sees to it that every code has words."""
    reason, remedy = refusals()[code]
    given = Shown({"desk": brand.support_phone if brand else "", **params})
    return reason.format_map(given), remedy.format_map(given)


def refusals() -> dict[str, tuple[str, str]]:
    """Reason and remedy by code."""
    anew = _("Vraag de accountbeheerder die u heeft uitgenodigd om een nieuwe uitnodiging, of bel {desk}.")
    return {
        "free_mail": (
            _("{domain} is geen adres van een organisatie."),
            _("Vul het zakelijke adres van uw collega in: wie daar weggaat, verliest dan ook de toegang."),
        ),
        "shared_mailbox": (
            _("{box} is een adres dat meer mensen lezen."),
            _("Vul het eigen adres van uw collega in: een account is persoonlijk."),
        ),
        "already_here": (
            _("Met dit e-mailadres heeft al iemand een plaats bij uw organisatie."),
            _("Zoek deze collega op in het overzicht."),
        ),
        "no_role": (_("Zonder rol kan uw collega niets doen."), _("Kies ten minste één rol.")),
        "role_not_yours": (
            _("Deze rol kunt u niet geven of afnemen."),
            _("Vraag een collega die dat wel kan."),
        ),
        "yourself": (
            _("Uw eigen account kunt u hier niet wijzigen."),
            _("Vraag een andere accountbeheerder van uw organisatie, of bel ons."),
        ),
        "last_manager": (
            _("Dan is er niemand meer die accounts beheert."),
            _("Geef eerst een andere collega de rol accountbeheer."),
        ),
        "just_sent": (
            _("De uitnodiging is net verstuurd."),
            _("Wacht een paar minuten, en laat uw collega ook bij ongewenste mail kijken."),
        ),
        "already_in": (_("Uw collega heeft de uitnodiging al gebruikt."), _("Een nieuwe is niet nodig.")),
        "invitation_unknown": (
            _("Deze uitnodiging is niet geldig."),
            _("Gebruik de link in de laatste mail.") + " " + anew,
        ),
        "invitation_over": (_("Deze uitnodiging is gebruikt, ingetrokken of verlopen."), anew),
    }

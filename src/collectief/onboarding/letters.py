"""The letters to whoever applied."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from collectief.brands.catalogue import brand as brand_of
from collectief.brands.wording import worded
from collectief.foundation.dates import dutch
from collectief.gateways.mail.port import Letter

from .models import AccountApplication

__all__ = ["Letter", "received", "refused"]


def received(application: AccountApplication, due: date) -> Letter:
    """That it came in, and when there will be an answer."""
    brand = brand_of(application.brand)
    with override(application.language), worded(brand, application.language):
        return _letter(
            application, "received", _("Uw aanvraag voor {portal}").format(portal=brand.name),
            _("We hebben uw aanvraag voor een account ontvangen. U krijgt uiterlijk op {day} antwoord.").format(
                day=dutch(due)
            ),
            _("Heeft u geen account aangevraagd? Bel dan {phone}.").format(phone=brand.support_phone),
        )  # fmt: skip


def refused(application: AccountApplication) -> Letter:
    """Why there will be no account."""
    brand = brand_of(application.brand)
    with override(application.language), worded(brand, application.language):
        return _letter(
            application, "refused", _("Uw aanvraag voor {portal}").format(portal=brand.name),
            _("We kunnen uw aanvraag voor een account niet toewijzen. De reden: {reason}").format(
                reason=application.reason
            ),
            _("Heeft u vragen? Bel dan {phone}.").format(phone=brand.support_phone),
        )  # fmt: skip


def _letter(application: AccountApplication, what: str, subject: str, *paragraphs: str) -> Letter:
    brand = brand_of(application.brand)
    text = "\n\n".join([_("Beste {name},").format(name=application.name), *paragraphs, brand.name])
    return Letter(f"application/{application.id}/{what}", application.email, subject, f"{text}\n", brand.sender)

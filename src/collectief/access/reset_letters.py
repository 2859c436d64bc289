"""What whoever it is about reads of the reset of a second factor: by mail and SMS, each with a link that stops it."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from collectief.brands.catalogue import brand as brand_of
from collectief.brands.wording import worded
from collectief.gateways.mail.port import Letter
from collectief.gateways.sms.port import ShortMessage

from .letters import address
from .models import FactorReset
from .reset_rules import OPEN, Why
from .stopping import stop_token

STOP_PATH = "/inloggen/stoppen/"


def letter(reset: FactorReset, stage: str, to: str) -> Letter:
    """The letter of a stage; needs the account with it."""
    brand = brand_of(reset.brand)
    with override(reset.language), worded(brand, reset.language):
        lines = [
            _("Beste {name},").format(name=reset.account.name),
            _told(reset, stage),
            *_what_to_do(reset),
            brand.name,
        ]
        subject = _("Tweede stap van het inloggen bij {portal}").format(portal=brand.name)
    return Letter(
        key=f"reset/{uuid4()}", to=to, sender=brand.sender, subject=subject, text="\n\n".join(lines) + "\n"
    )  # fmt: skip


def message(reset: FactorReset, stage: str, number: str) -> ShortMessage:
    """The short message of a stage."""
    brand = brand_of(reset.brand)
    with override(reset.language), worded(brand, reset.language):
        text = " ".join([f"{brand.name}:", _told(reset, stage), *_what_to_do(reset)])
    return ShortMessage(key=f"reset-{reset.id}-{stage}", to=number, sender=brand.name, text=text)


def _told(reset: FactorReset, stage: str) -> str:
    brand = brand_of(reset.brand)
    if stage == "asked":
        said = _(
            "Bij onze helpdesk is gevraagd om alles los te koppelen waarmee de tweede stap van uw inloggen gaat (app,"
            " sms, passkey). Een tweede medewerker beoordeelt dat nog."
        )
    elif stage == "approved":
        said = _("De tweede stap van uw inloggen wordt op {moment} losgekoppeld. Uw wachtwoord blijft zoals het is.")
    elif stage == "refused":
        said = _("De tweede stap van uw inloggen wordt niet losgekoppeld: onze helpdesk heeft dat geweigerd.")
    elif stage == "done":
        said = _(
            "De tweede stap van uw inloggen is losgekoppeld en u bent overal uitgelogd. Log in met uw wachtwoord en"
            " stel meteen een nieuwe tweede stap in."
        )
    else:
        said = _STOPPED[reset.ended_why]() if reset.ended_why in _STOPPED else _by_somebody()
    moment = timezone.localtime(reset.due_at).strftime("%d-%m-%Y %H:%M") if reset.due_at else ""
    return said.format(moment=moment, portal=brand.name)


def _by_somebody() -> str:
    return _("De tweede stap van uw inloggen wordt niet losgekoppeld: het is gestopt.")


_STOPPED: dict[str, Callable[[], str]] = {
    Why.SIGNED_IN: lambda: _(
        "De tweede stap van uw inloggen wordt niet losgekoppeld: er is zojuist mee ingelogd, dus u kunt nog inloggen."
    ),
    Why.ADDRESS_CHANGED: lambda: _(
        "De tweede stap van uw inloggen wordt niet losgekoppeld: uw e-mailadres is intussen gewijzigd."
    ),
    Why.PASSWORD_CHANGED: lambda: _(
        "De tweede stap van uw inloggen wordt niet losgekoppeld: uw wachtwoord is intussen gewijzigd."
    ),
    Why.TOO_LATE: lambda: _(
        "De tweede stap van uw inloggen wordt niet losgekoppeld: er is niet op tijd over beslist. Bel ons als het nog"
        " nodig is."
    ),
}


def _what_to_do(reset: FactorReset) -> list[str]:
    brand = brand_of(reset.brand)
    if reset.state in OPEN:
        return [
            _("Heeft u hier niet om gevraagd? Stop het dan met deze link:"),
            address(brand, f"{STOP_PATH}{stop_token(reset)}/"),
            _("Of bel {phone}.").format(phone=brand.support_phone),
        ]
    return [_("Klopt dit niet? Bel dan meteen {phone}.").format(phone=brand.support_phone)]

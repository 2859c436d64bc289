"""The letters of access: short, in the language and the words of the portal, naming nobody but whom they are for."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from collectief.brands.brand import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.brands.wording import worded
from collectief.foundation.dates import dutch
from collectief.gateways.mail.client import mail_at
from collectief.gateways.mail.port import Letter
from collectief.gateways.sms.client import sms_at
from collectief.gateways.sms.port import ShortMessage

from . import mailed_links
from .invitations import link_token
from .models import Account, Invitation, MailedLink, SentCode
from .telephone import code_of


def post(letter: Letter) -> None:
    """Hand a letter over. Raises MailUnavailable, AddressRefused."""
    mail_at(settings.MAIL_URL).send(letter)


def invitation(invited: Invitation) -> Letter:
    """The letter with the link; needs membership, account and organisation with it."""
    brand = brand_of(invited.brand)
    token = link_token(invited)
    with override(invited.language), worded(brand, invited.language):
        return Letter(
            key=f"invitation/{token}",
            to=invited.membership.account.email,
            sender=brand.sender,
            subject=_("Uitnodiging voor {portal}").format(portal=brand.name),
            text="\n\n".join(
                [
                    _("Beste {name},").format(name=invited.name),
                    _("Namens {organisation} heeft {by} u toegang gegeven tot {portal}.").format(
                        by=invited.invited_by, portal=brand.name, organisation=invited.organisation.name
                    ),
                    _("Open deze link om uw account te activeren. De link is geldig tot en met {day}.").format(
                        day=dutch(invited.expires_at.date())
                    ),
                    address(brand, f"/uitnodiging/{token}/"),
                    _("Verwacht u deze uitnodiging niet? Doe dan niets, of bel {phone}.").format(
                        phone=brand.support_phone
                    ),
                    brand.name,
                ]
            )
            + "\n",
        )


def send(message: ShortMessage) -> None:
    """Hand a short message over. Raises SmsUnavailable, NumberRefused."""
    sms_at(settings.SMS_URL, settings.SMS_TOKEN).send(message)


def code(brand: Brand, sent: SentCode, language: str) -> ShortMessage:
    """The message with the code; its last line lets a telephone offer it on the page it is for, and on no other."""
    digits = code_of(sent)
    with override(language), worded(brand, language):
        until = timezone.localtime(sent.expires_at).strftime("%H:%M")
        said = _("Code voor {portal}: {code}. Geldig tot {time}. Geef de code aan niemand, ook niet aan ons.")
        text = said.format(portal=brand.name, code=digits, time=until)
    return ShortMessage(
        key=f"code-{sent.id}", to=sent.number, sender=brand.name, text=f"{text}\n\n@{brand.hosts[0]} #{digits}"
    )


def number_notice(brand: Brand, number: str, key: str, language: str) -> ShortMessage:
    """The message to a number that codes no longer go to."""
    with override(language), worded(brand, language):
        said = _("Codes voor {portal} gaan voortaan naar een ander nummer. Was u dit niet? Bel {phone}.")
        text = said.format(portal=brand.name, phone=brand.support_phone)
    return ShortMessage(key=f"number-{key[:24]}", to=number, sender=brand.name, text=text)


def notice(brand: Brand, to: str, name: str, kind: str, language: str) -> Letter:
    """The letter that tells what was changed; it holds no link, so that nobody learns to click in one like it."""
    with override(language), worded(brand, language):
        lines = [
            _("Beste {name},").format(name=name),
            _CHANGES[kind](),
            _("Was u dit niet? Bel dan meteen {phone}.").format(phone=brand.support_phone),
            brand.name,
        ]
        subject = _("Uw manier van inloggen bij {portal} is gewijzigd").format(portal=brand.name)
    return Letter(key=f"notice/{uuid4()}", to=to, sender=brand.sender, subject=subject, text="\n\n".join(lines) + "\n")


def mandate_notice(brand: Brand, mandate_id: int, account: Account, language: str) -> Letter:
    """The letter that a mandate was revoked; it does not say whose, which a stranger has no business with (law 5)."""
    with override(language), worded(brand, language):
        lines = [
            _("Beste {name},").format(name=account.name),
            _("Een machtiging waarmee u in {portal} namens een andere organisatie kon werken, is ingetrokken.").format(
                portal=brand.name
            ),
            _("Wat onder de machtiging nog liep, gaat niet door. Vragen? Bel {phone}.").format(
                phone=brand.support_phone
            ),
            brand.name,
        ]
        subject = _("Een machtiging in {portal} is ingetrokken").format(portal=brand.name)
    return Letter(
        key=f"mandate/{mandate_id}/{account.id}", to=account.email, sender=brand.sender, subject=subject,
        text="\n\n".join(lines) + "\n",
    )  # fmt: skip


def mailed_link(link: MailedLink) -> Letter:
    """The letter with a link to choose a password or to confirm an address; needs the account with it."""
    brand, token = brand_of(link.brand), mailed_links.link_token(link)
    with override(link.language), worded(brand, link.language):
        if link.purpose == mailed_links.PASSWORD:
            subject = _("Nieuw wachtwoord voor {portal}").format(portal=brand.name)
            why = _("Open deze link om een nieuw wachtwoord te kiezen. De link is een uur geldig.")
            path, otherwise = "wachtwoord-vergeten", _("Heeft u hier niet om gevraagd? Dan hoeft u niets te doen.")
        else:
            subject = _("Bevestig uw e-mailadres voor {portal}").format(portal=brand.name)
            why = _("Open deze link om dit e-mailadres te bevestigen. De link is een uur geldig.")
            path, otherwise = "e-mailadres", _("Heeft u hier niet om gevraagd? Dan hoeft u niets te doen.")
        lines = [
            _("Beste {name},").format(name=link.account.name), why, address(brand, f"/inloggen/{path}/{token}/"),
            otherwise, brand.name,
        ]  # fmt: skip
    return Letter(
        key=f"link/{token}", to=link.address or link.account.email, sender=brand.sender, subject=subject,
        text="\n\n".join(lines) + "\n",
    )  # fmt: skip


_CHANGES = {
    "password_changed": lambda: _("Uw wachtwoord is gewijzigd. Op andere plekken bent u uitgelogd."),
    "password_reset": lambda: _("Met een link uit een mail is een nieuw wachtwoord gekozen. U bent overal uitgelogd."),
    "address_changed": lambda: _("U logt voortaan in met een ander e-mailadres."),
    "app_linked": lambda: _("Er is een authenticator-app gekoppeld."),
    "telephone_linked": lambda: _("Er is een mobiel nummer bevestigd waar codes naartoe gaan."),
    "passkey_made": lambda: _("Er is een passkey gemaakt."),
    "factor_removed": lambda: _("Er is een app, nummer of passkey verwijderd."),
    "new_codes": lambda: _("Er zijn nieuwe herstelcodes gemaakt; de oude werken niet meer."),
    "recovered": lambda: _("Er is een herstelcode gebruikt: wat gekoppeld was, is losgekoppeld."),
    "factors_reset": lambda: _("De helpdesk heeft alles losgekoppeld waarmee de tweede stap van het inloggen ging."),
    "identity_linked": lambda: _("Er is een eHerkenningsmiddel gekoppeld."),
}


def address(brand: Brand, path: str) -> str:
    """Where a page of a portal is, as a letter writes it: never taken from a request, which can say anything."""
    return settings.PORTAL_ADDRESS.format(host=brand.hosts[0]) + path

"""The letters of access: short, in the language and the words of the portal, naming nobody but whom they are for."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from collectief.brands.brand import Brand
from collectief.brands.catalogue import brand as brand_of
from collectief.brands.wording import worded
from collectief.foundation.dates import dutch
from collectief.gateways.mail.client import mail_at
from collectief.gateways.mail.port import Letter

from .invitations import link_token
from .models import Invitation


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


def address(brand: Brand, path: str) -> str:
    """Where a page of a portal is, as a letter writes it: never taken from a request, which can say anything."""
    return settings.PORTAL_ADDRESS.format(host=brand.hosts[0]) + path

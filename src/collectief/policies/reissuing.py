"""An insurance card that was not delivered, made anew with the address of now (U11, K08)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from collectief.contracts.models import Organisation
from collectief.documents.actions import Made
from collectief.post.rules import PostRefused
from collectief.scope.database import office
from collectief.segments.catalogue import profile

from .addressing import portal_of
from .cards import counts_on
from .issuing import card_letters, holder
from .models import InsuranceCard


def card_anew(insurer_id: int, organisation_id: int, document_id: int, now: datetime) -> Made | None:
    """The letter with the card that stood on this letter, which it stands on from now; None where it is no card.

    The card keeps its number and its last day. Raises PostRefused when it is not valid any more, when whoever it is of
    is not insured, when there is no address to send it to, or when it cannot be set. Must run inside `working_for`.
    """
    card = InsuranceCard.objects.filter(organisation_id=organisation_id, document_id=document_id).first()
    if card is None:
        return None
    today = timezone.localdate(now)
    if card.expires_on < today:
        raise PostRefused("card_over")
    with office(insurer_id):
        customer = Organisation.objects.select_related("insurer").get(insurer_id=insurer_id, id=organisation_id)
    brand, to = portal_of(customer), profile(customer.segment).cards_to
    if brand is None or to is None:
        raise PostRefused("no_cards_here")
    someone = holder(customer, to, card.participant_id, counts_on(card.year, today))
    if someone is None:
        raise PostRefused("not_insured_now")
    if not someone.address:
        raise PostRefused("no_address_now")
    made = card_letters(customer, brand, to, [(someone, card.number)], card.year, now)[card.participant_id]
    if made is None:
        raise PostRefused("not_set")
    InsuranceCard.objects.filter(id=card.id).update(document_id=made.id)
    return made

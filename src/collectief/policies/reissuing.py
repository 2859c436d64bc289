"""A card or a schedule that was not delivered, made anew with the address of now (U11, G06, K08)."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from collectief.brands.brand import Brand
from collectief.contracts.models import Organisation
from collectief.documents.actions import Made
from collectief.post.rules import PostRefused
from collectief.scope.database import office
from collectief.segments.catalogue import profile

from . import posting
from .addressing import portal_of
from .cards import counts_on
from .issuing import card_letters, holder
from .models import InsuranceCard, PostedSchedule
from .posting import Problem

_REFUSED = {
    Problem.NO_ADDRESS: "no_address_now", Problem.NO_PREMIUM: "no_premium_now", Problem.NOT_SET: "not_set",
}  # fmt: skip


def made_anew(insurer_id: int, organisation_id: int, document_id: int, now: datetime) -> Made | None:
    """The letter with the card that stood on this letter, or the schedule that it was; None where it is neither.

    A card keeps its number and its last day. Raises PostRefused when a card is not valid any more, when whoever it is
    of is not insured, when there is no address to send it to, or when it cannot be set. Must run inside `working_for`.
    """
    own = {"organisation_id": organisation_id, "document_id": document_id}
    card = InsuranceCard.objects.filter(**own).first()
    posted = PostedSchedule.objects.filter(**own).first() if card is None else None
    if card is None and posted is None:
        return None
    with office(insurer_id):
        customer = Organisation.objects.select_related("insurer").get(insurer_id=insurer_id, id=organisation_id)
    brand = portal_of(customer)
    if brand is None:
        raise PostRefused("no_portal")
    return _card(customer, brand, card, now) if card else _schedule(customer, brand, posted, now)


def _card(customer: Organisation, brand: Brand, card: InsuranceCard, now: datetime) -> Made:
    today, to = timezone.localdate(now), profile(customer.segment).cards_to
    if card.expires_on < today:
        raise PostRefused("card_over")
    if to is None:
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


def _schedule(customer: Organisation, brand: Brand, posted: PostedSchedule | None, now: datetime) -> Made:
    assert posted is not None
    made = posting.made_anew(customer, brand, posted.participation_id, now)
    if made is None:
        raise PostRefused("not_insured_now")
    if isinstance(made, Problem):
        raise PostRefused(_REFUSED[made])
    return made

"""Mail that says that a message is there, and nothing else: no name and no content (X08, law 5).

Two steps, each of which can be killed anywhere: whom new messages concern is noted as mails to go, and mails that are
due are handed over. A mail is struck off once the server has taken it; killed in between, it goes again as the same
mail, which a reader shows once. While the server is away it stays, and what comes meanwhile is in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from collectief.access import letters
from collectief.access.acting import mandataries, scopes_on_behalf
from collectief.access.models import Account
from collectief.access.queries import door, members_here, scopes_at
from collectief.access.rules import Standing
from collectief.audit import actions as audit
from collectief.brands.brand import Brand
from collectief.brands.catalogue import all_brands
from collectief.brands.catalogue import brand as brand_of
from collectief.brands.wording import worded
from collectief.contracts.models import Organisation
from collectief.gateways.mail.port import AddressRefused, Letter, MailUnavailable
from collectief.scope.database import housekeeping, office, opened, signing_in
from collectief.scope.scope import Scope
from collectief.segments.catalogue import profile
from collectief.segments.profile import MessageCategory

from .models import Announcement, MailPreference
from .queries import unread
from .rules import TRY_AGAIN, UNLESS_CHOSEN, Arrived, MailChoice, concerns, due_at

# After so many mails in a row that the server would not take it is taken to be away.
_PATIENCE = 3
_AT_A_TIME = 500


def choice_of(scope: Scope) -> MailChoice:
    """When the scope's account wants mail about messages at its portal."""
    with signing_in():
        own = MailPreference.objects.filter(account_id=scope.account_id, brand=scope.brand)
        return MailChoice(own.values_list("choice", flat=True).first() or UNLESS_CHOSEN)


@transaction.atomic
def choose(scope: Scope, choice: MailChoice, *, language: str) -> None:
    """From now on mail goes like this, in this language. What was to go already goes as it was."""
    with signing_in():
        MailPreference.objects.update_or_create(
            account_id=scope.account_id, brand=scope.brand, defaults={"choice": choice, "language": language}
        )
    with opened(scope):
        audit.record(scope, "account.choose_mail", detail={"choice": str(choice)})


_WAITING = "SELECT DISTINCT organisation_id FROM message WHERE NOT announced AND at <= %s"
_TAKE = """
WITH taken AS (UPDATE message SET announced = true WHERE organisation_id = %s AND NOT announced AND at <= %s
               RETURNING category, contracts, account_id, seen_by_sender, only_for)
SELECT DISTINCT category, contracts, account_id, seen_by_sender, only_for FROM taken
"""
# A mail that is to go already goes when it was to, and is about this too.
_NOTE = """
INSERT INTO announcement (account_id, brand, due_at) VALUES (%s, %s, %s)
    ON CONFLICT (account_id, brand) DO UPDATE SET version = announcement.version + 1,
       due_at = least(announcement.due_at, excluded.due_at)
"""


def announce(now: datetime) -> None:
    """Note which mails are to go about what came since the last time."""
    with housekeeping(), connection.cursor() as cursor:
        cursor.execute(_WAITING, [now])
        organisations = [id_ for (id_,) in cursor.fetchall()]
    for organisation_id in organisations:
        _announce_at(organisation_id, now)


@transaction.atomic
def _announce_at(organisation_id: int, now: datetime) -> None:
    """The messages of one organisation: noted and looked at in one transaction, so none is told of twice or not."""
    with housekeeping(), connection.cursor() as cursor:
        cursor.execute(_TAKE, [organisation_id, now])
        arrived = [
            Arrived(MessageCategory(category), None if contracts is None else frozenset(contracts), *whom)
            for category, contracts, *whom in cursor.fetchall()
        ]
    places = _places(organisation_id, arrived, now)
    with housekeeping(), connection.cursor() as cursor:
        chosen = _chosen({place.account_id for place in places})
        for place in places:
            for brand, choice in _portals(place, chosen):
                due = due_at(choice, timezone.localtime(now))
                if due is not None:
                    cursor.execute(_NOTE, [place.account_id, brand, due])


@dataclass(frozen=True, slots=True)
class _Place:
    """An account to which messages are news, and the portals where it can read them."""

    account_id: int
    brands: tuple[str, ...]


def _places(organisation_id: int, arrived: Sequence[Arrived], now: datetime) -> list[_Place]:
    with office():
        rows = Organisation.objects.filter(id=organisation_id).values_list("segment", "insurer__slug")
        [(segment, insurer)] = rows
        members = [one for one in members_here(organisation_id, now=now) if one.standing == Standing.ACTIVE]
    served = [brand for brand in all_brands() if brand.insurer == insurer and segment in brand.segments]
    acting = mandataries(organisation_id, profile(segment), today=timezone.localdate(now))
    whom = [
        *((one.account_id, one.roles, one.contracts, segment) for one in members),
        *((one.account_id, one.roles, one.contracts, one.segment) for one in acting),
    ]
    found = []
    for account_id, roles, contracts, home in whom:
        brands = tuple(
            brand.slug
            for brand in served
            # Whoever acts for others comes in as somebody of their own organisation.
            if home in brand.segments
            and _concerned(arrived, account_id, door(brand, segment).profile.messages_for(roles), contracts)
        )
        if brands:
            found.append(_Place(account_id, brands))
    return found


def _concerned(
    arrived: Iterable[Arrived],
    account_id: int,
    readable: Collection[MessageCategory],
    contracts: frozenset[int] | None,
) -> bool:
    return any(concerns(message, account_id, readable, contracts) for message in arrived)


def _chosen(accounts: Collection[int]) -> dict[tuple[int, str], MailChoice]:
    rows = MailPreference.objects.filter(account_id__in=accounts).values_list("account_id", "brand", "choice")
    return {(account_id, brand): MailChoice(choice) for account_id, brand, choice in rows}


def _portals(place: _Place, chosen: dict[tuple[int, str], MailChoice]) -> list[tuple[str, MailChoice]]:
    """Where a choice was made; where none was, the first portal as nobody chose otherwise."""
    made = [(brand, chosen[place.account_id, brand]) for brand in place.brands if (place.account_id, brand) in chosen]
    return made or [(place.brands[0], UNLESS_CHOSEN)]


def send_due(now: datetime) -> None:
    """Hand over the mails that are due; while the server is away they stay."""
    refused = 0
    with housekeeping():
        due = list(Announcement.objects.filter(due_at__lte=now).order_by("due_at", "id")[:_AT_A_TIME])
    for one in due:
        try:
            _send(one, now)
            refused = 0
        except MailUnavailable:
            # Others first: it may be this mailbox alone.
            with housekeeping():
                Announcement.objects.filter(id=one.id).update(due_at=now + TRY_AGAIN)
            refused += 1
            if refused == _PATIENCE:
                return


def _send(one: Announcement, now: datetime) -> None:
    """Hand over one mail, with no transaction open meanwhile. Raises MailUnavailable."""
    brand = brand_of(one.brand)
    letter = _letter(one, brand, now)
    if letter is not None:
        # An address that does not exist gets no mail, ever.
        with suppress(AddressRefused):
            letters.post(letter)
    with housekeeping():
        gone, _counted = Announcement.objects.filter(id=one.id, version=one.version).delete()
        if not gone:
            # What came meanwhile goes when its reader wants it.
            choice = _chosen([one.account_id]).get((one.account_id, one.brand), UNLESS_CHOSEN)
            due = due_at(choice, timezone.localtime(now))
            left = Announcement.objects.filter(id=one.id)
            left.update(due_at=due) if due else left.delete()


def _letter(one: Announcement, brand: Brand, now: datetime) -> Letter | None:
    """What there is to say; None for who has read everything by now, wants no mail any more or may not come in."""
    own = _unread(scopes_at(brand, one.account_id, channel="job"), now)
    today = timezone.localdate(now)
    others = _unread(scopes_on_behalf(brand, one.account_id, channel="job", today=today), now)
    with signing_in():
        account = Account.objects.filter(id=one.account_id, is_active=True).first()
        wish = MailPreference.objects.filter(account_id=one.account_id, brand=one.brand).first()
    if not own + others or account is None or (wish is not None and wish.choice == MailChoice.NEVER):
        return None
    return announcement(
        brand, account.email, wish.language if wish else "nl", key=f"{one.id}/{one.version}", count=own + others,
        on_behalf=others > 0,
    )  # fmt: skip


def _unread(scopes: Iterable[Scope], now: datetime) -> int:
    """How many messages are new in these scopes together."""
    count = 0
    for scope in scopes:
        with opened(scope):
            count += unread(scope, now=now)
    return count


def announcement(brand: Brand, to: str, language: str, *, key: str, count: int, on_behalf: bool = False) -> Letter:
    """The mail: that something is there and where, and how to have it otherwise.

    `on_behalf`: some of it is of organisations that one acts for.
    """
    with override(language), worded(brand, language):
        one = count == 1
        said = _("Werkt u namens een andere organisatie? Kies die na het inloggen: er staat ook iets voor haar klaar.")
        lines = [
            _("Er staat een bericht klaar in {portal}.") if one else _("Er staan berichten klaar in {portal}."),
            _("Log in om te lezen:"),
            letters.address(brand, "/berichten/"),
            *([said] if on_behalf else []),
            _("Hoe vaak u deze mail krijgt, kiest u in het portaal bij Mijn account."),
            brand.name,
        ]
        subject = (_("Er staat een bericht klaar") if one else _("Er staan berichten klaar")) + f" – {brand.name}"
    text = "\n\n".join(lines).format(portal=brand.name) + "\n"
    return Letter(key=f"announcement/{key}", to=to, sender=brand.sender, subject=subject, text=text)

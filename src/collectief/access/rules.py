"""Who may have access, and who may give it: judged in plain Python (U30, W05, O07, O16)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Container, Iterable
from copy import replace
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from collectief.contracts.rules import is_kvk
from collectief.segments.profile import Permission, Role, SegmentProfile

# The contracts somebody may work in; None is every contract of the organisation, also those to come (G13).
type Reach = frozenset[int] | None

INVITATION_DAYS = 14
# An invitation is not sent again more often than this, whoever asks.
RESEND_AFTER = timedelta(minutes=2)

# ASVS 5.0, 6.2: length is what counts, no composition rules, no known passwords (docs/adr/0014 says why). How short one
# may be is the brand's to say.
PASSWORD_LONGEST = 128
# A word of one's own name this long may not stand in one's password.
_OWN_WORD = 4

# Mailboxes that anybody can have: not an address of an organisation (W01, privacy law as the manual puts it).
FREE_MAIL = frozenset(
    {
        "gmail", "googlemail", "outlook", "hotmail", "live", "msn", "yahoo", "ymail", "icloud", "me", "aol", "gmx",
        "proton", "protonmail", "tutanota", "zoho", "mail", "kpnmail", "kpnplanet", "planet", "ziggo", "xs4all",
        "hetnet", "home", "upcmail", "casema", "chello", "telfort", "tele2", "solcon", "zeelandnet", "caiway", "online",
        "quicknet", "wxs", "versatel",
    }
)  # fmt: skip
# Names of mailboxes that more than one person reads.
SHARED_BOXES = frozenset(
    {
        "info", "administratie", "admin", "receptie", "hr", "hrm", "pz", "personeelszaken", "salarisadministratie",
        "salaris", "payroll", "finance", "financien", "boekhouding", "facturen", "factuur", "crediteuren", "debiteuren",
        "secretariaat", "kantoor", "office", "contact", "mail", "post", "postbus", "algemeen", "support", "helpdesk",
        "service", "klantenservice", "sales", "verkoop", "inkoop", "planning", "noreply", "team", "afdeling",
        "directie",
        "zorg", "verzekeringen",
    }
)  # fmt: skip
_WORD = re.compile(r"[^a-z]+")


class Standing(StrEnum):
    """How a colleague stands."""

    INVITED = "invited"
    EXPIRED = "expired"
    REVOKED = "revoked"
    ACTIVE = "active"
    INACTIVE = "inactive"


class AccessRefused(ValueError):
    """It may not be done; `code` is turned into words by the locale."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody with a place in an organisation, as judging needs it."""

    id: int
    account_id: int
    roles: frozenset[Role]
    standing: Standing
    contracts: Reach = None


def standing_of(
    *, active: bool, invited: bool, accepted: bool, revoked: bool, expires_at: datetime | None, now: datetime
) -> Standing:
    """How somebody stands. Who never had an invitation was let in otherwise, by the insurer."""
    if revoked and not accepted:
        return Standing.REVOKED
    if not active:
        return Standing.INACTIVE
    if not invited or accepted:
        return Standing.ACTIVE
    return Standing.INVITED if expires_at is not None and now < expires_at else Standing.EXPIRED


def judge_address(email: str) -> None:
    """Whether an address can be somebody's own at an organisation (W01). Raises AccessRefused with the reason."""
    box, _, domain = email.lower().rpartition("@")
    labels = domain.split(".")
    if len(labels) >= 2 and labels[-2] in FREE_MAIL:
        raise AccessRefused("free_mail", domain=domain)
    words = [word for word in _WORD.split(box) if word]
    if words and all(word in SHARED_BOXES for word in words):
        raise AccessRefused("shared_mailbox", box=box)


def judge_roles(profile: SegmentProfile, mine: frozenset[Role], before: Iterable[Role], after: Iterable[Role]) -> None:
    """Whether somebody with the roles `mine` may turn a colleague's roles from one into the other.

    Only what one may give can be given, and only that can be taken. Raises AccessRefused.
    """
    wanted = frozenset(after)
    if not wanted:
        raise AccessRefused("no_role")
    if (frozenset(before) ^ wanted) - profile.grantable(mine):
        raise AccessRefused("role_not_yours")


def judge_giving(profile: SegmentProfile, mine: frozenset[Role], theirs: Iterable[Role]) -> None:
    """Whether somebody with the roles `mine` may close and open the door to who has these. Raises AccessRefused."""
    if frozenset(theirs) - profile.grantable(mine):
        raise AccessRefused("role_not_yours")


def within(mine: Reach, theirs: Reach) -> bool:
    """Whether somebody who works in the contracts `theirs` works nowhere that I do not."""
    return mine is None or (theirs is not None and theirs <= mine)


def judge_contracts(mine: Reach, known: Collection[int], wanted: Reach) -> None:
    """Whether somebody who works in `mine` may give a colleague the contracts `wanted`; `known` there are.

    Raises AccessRefused.
    """
    if wanted is not None and not wanted:
        raise AccessRefused("no_contract")
    if not within(mine, wanted) or (wanted is not None and wanted - frozenset(known)):
        raise AccessRefused("contract_not_yours")


def mandatable(profile: SegmentProfile, roles: Iterable[Role]) -> frozenset[Role]:
    """Of these roles the ones that a mandate can hold: none that manages accounts, and so gives mandates on (X07)."""
    return frozenset(role for role in roles if Permission.MANAGE_ACCOUNTS not in profile.roles.get(role, frozenset()))


def judge_mandate(
    profile: SegmentProfile, mine: frozenset[Role], roles: Iterable[Role], *, own_kvk: str, kvk: str, first_day: date,
    end_day: date | None, today: date,
) -> None:  # fmt: skip
    """Whether somebody with the roles `mine` may let the company with this number act in these. Raises AccessRefused.

    Contracts are judged as a colleague's are. Nothing depends on whether that company is known.
    """
    wanted = frozenset(roles)
    if not wanted:
        raise AccessRefused("no_role")
    if wanted - mandatable(profile, profile.grantable(mine)):
        raise AccessRefused("role_not_yours")
    if not is_kvk(kvk):
        raise AccessRefused("no_kvk")
    if kvk == own_kvk:
        raise AccessRefused("own_company")
    if first_day < today:
        raise AccessRefused("mandate_began")
    if end_day is not None and end_day <= first_day:
        raise AccessRefused("mandate_ends_first")


def mandated(profile: SegmentProfile, mandate: Iterable[Role], person: Iterable[Role]) -> frozenset[Role]:
    """The roles that somebody has under a mandate: of the principal's segment, and of both."""
    return mandatable(profile, frozenset(mandate) & frozenset(person) & frozenset(profile.roles))


def judge_colleague(me: int, colleague: Member) -> None:
    """Nobody changes their own place here: the last manager cannot lock everyone out by accident (O16)."""
    if colleague.account_id == me:
        raise AccessRefused("yourself")


def judge_managed(profile: SegmentProfile, members: Collection[Member]) -> None:
    """Whether, with these members, somebody can still manage everyone who has access. Raises AccessRefused.

    Who works in some contracts does not manage who works in others.
    """
    if not any(manages(profile, member) and member.contracts is None for member in members):
        raise AccessRefused("last_manager")


def manages(profile: SegmentProfile, member: Member) -> bool:
    """Whether this member can manage accounts now; an invitation is no manager yet."""
    return member.standing == Standing.ACTIVE and Permission.MANAGE_ACCOUNTS in profile.permissions(member.roles)


def will_manage(profile: SegmentProfile, member: Member) -> bool:
    """Whether this member manages accounts, or does so once they use the invitation they have."""
    invited = replace(member, standing=Standing.ACTIVE) if member.standing == Standing.INVITED else member
    return manages(profile, invited)


def judge_resend(sent_at: datetime | None, now: datetime) -> None:
    """Not more often than once in two minutes: a mailbox is not ours to fill. Raises AccessRefused."""
    if sent_at is not None and now - sent_at < RESEND_AFTER:
        raise AccessRefused("just_sent")


def normalized(password: str) -> str:
    """The same password however a keyboard composes its letters."""
    return unicodedata.normalize("NFC", password)


def judge_password(password: str, *, shortest: int, name: str, email: str, common: Container[str]) -> None:
    """Whether a password is hard enough to guess (O04). Raises AccessRefused with the reason.

    `common` holds passwords that are tried first, in lower case; one with digits or signs behind it is as common.
    """
    if len(password) < shortest:
        raise AccessRefused("password_short", shortest=str(shortest))
    if len(password) > PASSWORD_LONGEST:
        raise AccessRefused("password_long", longest=str(PASSWORD_LONGEST))
    lower = password.lower()
    if lower in common or lower.rstrip("0123456789!?.@#$% ") in common or len(set(lower)) < _OWN_WORD:
        raise AccessRefused("password_common")
    own = re.split(r"[\W_]+", f"{name} {email.partition('@')[0]}".lower())
    if any(len(word) >= _OWN_WORD and word in lower for word in own):
        raise AccessRefused("password_personal")


class Wish(StrEnum):
    """What somebody who leaves wants (O16)."""

    STOP = "stop"
    # Stay as a user, and manage accounts no longer.
    ROLE = "role"
    # The whole organisation leaves the portal.
    ORGANISATION = "organisation"


class WishState(StrEnum):
    """How a wish to leave stands."""

    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Route(StrEnum):
    """Who carries a wish to leave out."""

    MANAGERS = "managers"
    INSURER = "insurer"


def wishes(profile: SegmentProfile, members: Collection[Member], me: int) -> dict[Wish, Route]:
    """What the member `me` may wish, and by whom it is done (O16).

    A user leaves through whoever manages accounts there; somebody who manages them, and the last one, through the
    insurer. Who is alone can only leave with the whole organisation.
    """
    mine = next(one for one in members if one.id == me)
    others = [one for one in members if one.id != me and one.standing == Standing.ACTIVE]
    managed = any(manages(profile, one) for one in others)
    if not manages(profile, mine):
        if managed:
            return {Wish.STOP: Route.MANAGERS}
        return {Wish.STOP: Route.INSURER} if others else {Wish.ORGANISATION: Route.INSURER}
    found = {Wish.STOP: Route.INSURER} if others else {}
    if others and without_managing(profile, mine.roles):
        found[Wish.ROLE] = Route.INSURER
    return found | {Wish.ORGANISATION: Route.INSURER}


def without_managing(profile: SegmentProfile, roles: frozenset[Role]) -> frozenset[Role]:
    """The roles that are left when nobody is managed with them any more."""
    return frozenset(role for role in roles if Permission.MANAGE_ACCOUNTS not in profile.roles.get(role, frozenset()))


def judge_leaving(profile: SegmentProfile, members: Collection[Member], me: int, wish: Wish) -> list[Member]:
    """Everyone as they stand once a wish is granted. Raises AccessRefused: last_manager, no_role.

    Nobody goes whom the organisation needs to manage its accounts, unless it leaves itself; where nobody managed them
    before, nothing is lost.
    """
    after = [_gone(profile, one, wish) if wish == Wish.ORGANISATION or one.id == me else one for one in members]
    if wish == Wish.ROLE and not next(one for one in after if one.id == me).roles:
        raise AccessRefused("no_role")
    if wish != Wish.ORGANISATION and any(manages(profile, one) for one in members):
        judge_managed(profile, after)
    return after


def _gone(profile: SegmentProfile, member: Member, wish: Wish) -> Member:
    if wish == Wish.ROLE:
        return replace(member, roles=without_managing(profile, member.roles))
    invited = member.standing in (Standing.INVITED, Standing.EXPIRED, Standing.REVOKED)
    return replace(member, standing=Standing.REVOKED if invited else Standing.INACTIVE)

"""The permission matrix of docs/reference, found again by walking: every role, every address, own ids and others'."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.utils import timezone

from collectief.access.models import Membership
from collectief.access.queries import scope_again
from collectief.brands.catalogue import brand as brand_of
from collectief.bulk.models import Batch
from collectief.cases.models import Case
from collectief.contracts.models import Organisation
from collectief.deductible.models import DeductibleUse
from collectief.enrolment.models import Participation
from collectief.inbox import actions as inbox
from collectief.inbox.facts import About, Tiding
from collectief.inbox.models import Message
from collectief.mutations.models import Mutation
from collectief.participants import register as register_module
from collectief.scope.database import housekeeping, office, opened
from collectief.scope.scope import Scope
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, MessageCategory, Permission, SegmentProfile
from tests.bulk_world import Register, demo_file, planned
from tests.customers_world import manager_of
from tests.exports_world import exported
from tests.help_world import asked, equip
from tests.letters_world import has_letters, kept, on_paper
from tests.office_world import applied, import_of, insurer_id, news_of, product_of, run_of
from tests.s1_world import issued, s1_of
from tests.terms_world import offer, product
from tests.web.addresses import IDS, addresses
from tests.web.visiting import client_of, crowd, left, linked, text_of, waiting
from tests.world import Agency, agency, mandated_to, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U02")]

NOBODYS = 2_000_000_000


def _case(brand: str) -> int:
    """An application for an account that waits at the insurer of a portal."""
    applied(agency(name="Vraagt aan", brand=brand), portal=brand)
    with office(insurer_id(brand_of(brand).insurer)):
        return Case.objects.latest("id").id


def _ids(whose: Agency, tmp_path, start: int, *, insurer_at: str = "mijnzz") -> dict[str, int]:
    """Something of every kind that has a number; a case of the insurer at another portal is another's."""
    case = _case(insurer_at)
    mandates = {"mandate_id": _given(whose), "received_id": _received(whose)}
    customer = agency(name="Klant", brand=insurer_at)
    others = {
        "organisation_id": customer.organisation.id, "group_contract_id": customer.contracts[0].id,
        "consignment_id": on_paper(agency(name="Krijgt post", brand=insurer_at)),
        "link_id": linked(whose), "product_id": product_of(brand_of(insurer_at).insurer),
        "news_id": news_of(brand_of(insurer_at).insurer), "run_id": run_of(brand_of(insurer_at).insurer),
        "import_id": import_of(brand_of(insurer_at).insurer), "s1_id": s1_of(insurer_at),
        "manager_id": manager_of(slug=brand_of(insurer_at).insurer),
        "contract_id": whose.contracts[0].id if whose.contracts else NOBODYS,
    }  # fmt: skip
    with opened(whose.scope):
        membership = Membership.objects.exclude(account_id=whose.scope.account_id).get().id
        account = Membership.objects.exclude(account_id=whose.scope.account_id).get().account_id
    reset = NOBODYS
    if _helps(whose.scope.profile):
        equip(account)
        desk = member_of(whose.organisation, roles=["help_desk"], brand=whose.scope.brand)
        reset = asked(
            desk, scope_again(account, whose.organisation.id, whose.scope.brand, channel="form"), timezone.now()
        )
    if not whose.scope.profile.shows_people:
        numbers = {"membership_id": membership, "case_id": case, "account_id": account, "reset_id": reset}
        return dict.fromkeys(IDS, NOBODYS) | numbers | mandates | others
    letters = whose.scope.profile.allows(Capability.INSURANCE_LETTERS)
    if letters:
        offer(whose, product(whose, f"B{whose.organisation.id}"))
    [participant] = crowd(whose, 1, start=start)
    if whose.scope.profile.allows(Capability.DEDUCTIBLE_USE):
        _uses(whose, participant)
    if letters:
        # Of whom both letters can be had: insured today, and until a day that is known.
        left(whose, [participant], timezone.localdate())
    if whose.scope.profile.allows(Capability.REQUEST_S1):
        issued(whose.scope, participant)
    waiting(whose, start=start + 500_000)
    batch = NOBODYS
    if whose.scope.profile.allows(Capability.BULK_UPLOAD):
        batch = planned(whose.scope, demo_file(tmp_path, whose.contracts[0].number, rows=1)).id
    others |= exported(whose.scope)
    with opened(whose.scope):
        others["message_id"] = _told(whose.scope)
        others["document_id"] = kept(whose.scope, participant) if has_letters(whose.scope) else NOBODYS
        mutation = Mutation.objects.get(state="processed", kind="enrol")
        stay = Participation.objects.get(participant_id=participant).id
    numbers = (participant, stay, mutation.id, batch, membership, case, account, reset)
    return dict(zip(IDS[:8], numbers, strict=True)) | mandates | others


def _uses(whose: Agency, participant: int) -> None:
    """Something is known of what they used of this year's deductible."""
    today = timezone.localdate()
    with housekeeping():
        DeductibleUse.objects.create(
            insurer_id=whose.scope.insurer_id, organisation=whose.organisation, participant_id=participant,
            year=today.year, deductible=38500, used=100, as_of=today,
        )  # fmt: skip


def _told(scope: Scope) -> int:
    """A message for every role that has any; where there are none, a number that no message has."""
    if not scope.profile.message_categories:
        return NOBODYS
    inbox.write(scope, [Tiding(MessageCategory.FROM_INSURER, "news", About.NEWS, NOBODYS, [])], at=timezone.now())
    return Message.objects.get(code="news").id


def _given(whose: Agency) -> int:
    """A mandate to a number that nobody has; where none can be given, a number that no mandate has."""
    if not whose.scope.profile.allows(Capability.GIVE_MANDATES):
        return NOBODYS
    return mandated_to(whose.organisation, "99999999")


def _received(whose: Agency) -> int:
    """A mandate of another customer of the same insurer."""
    with office():
        other = Organisation.objects.create(
            insurer=whose.organisation.insurer, name="Opdrachtgever", kvk="99999998", segment="staffing_agency",
            branch=str(whose.organisation.id),
        )  # fmt: skip
    return mandated_to(other, whose.organisation.kvk)


def _helps(profile: SegmentProfile) -> bool:
    """Whether anyone here helps the insurer's users: then what is not theirs is another insurer's."""
    return any(Permission.HELP_USERS in held for held in profile.roles.values())


def _organisation(profile: SegmentProfile, name: str, *, elsewhere: bool = False) -> Agency:
    made = agency(name=name, segment=profile.slug, brand="kantoor-izz" if elsewhere and _helps(profile) else "")
    member_of(made.organisation, roles=[], name="Collega", brand=made.scope.brand)
    return made


@pytest.mark.timeout(600)
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.slug)
def test_every_role_finds_at_every_address_what_the_profile_says(profile, monkeypatch, tmp_path):
    monkeypatch.setattr(register_module, "current_register", Register)
    ours, theirs = _organisation(profile, "Ons"), _organisation(profile, "Anders", elsewhere=True)
    whose = {
        "ours": _ids(ours, tmp_path, 903_000_000),
        "theirs": _ids(theirs, tmp_path, 904_000_000, insurer_at="voorbeeld"),
    }
    whose["nobody's"] = dict.fromkeys(IDS, NOBODYS)
    cells = 0
    # What several roles may is what each of them may (tests/rules/test_access.py).
    every = list(profile.roles)
    for roles in [[], *([role] for role in every), every]:
        client = client_of(scope := member_of(ours.organisation, roles=roles))
        with opened(ours.scope):
            # What somebody sent goes back to them alone (U19).
            Batch.objects.filter(id=whose["ours"]["batch_id"]).update(account_id=scope.account_id)
        for kind, ids in whose.items():
            # What somebody has made by itself is theirs alone (X11).
            own = exported(scope) if kind == "ours" else {}
            for address in addresses(ids | own):
                if address.permission is None or (kind != "ours" and not address.about):
                    continue
                for method in ("get", "post"):
                    with transaction.atomic():
                        response = getattr(client, method)(address.path)
                        text_of(response)
                        # What a cell does is undone: the next begins from the same.
                        transaction.set_rollback(True)
                    cells += 1
                    said, where = response.status_code, (roles, method, address.path, kind)
                    if not scope.may(address.permission, address.capability):
                        assert said == 403, where
                    elif kind == "ours" and str(NOBODYS) not in address.path:
                        assert said in (200, 204, 302, 400, 405, 409, 422), (said, where)
                    else:
                        assert said in (404, 405), (said, where)
    assert cells >= 400 * (2 + len(every)), cells

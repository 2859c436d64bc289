"""The permission matrix of docs/reference, found again by walking: every role, every address, own ids and others'."""

from __future__ import annotations

from itertools import combinations

import pytest
from django.db import transaction
from django.urls import resolve

from collectief.access.models import Membership
from collectief.enrolment.models import Participation
from collectief.mutations.models import Mutation
from collectief.participants import register as register_module
from collectief.scope.database import opened
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability
from tests.bulk_world import Register, demo_file, planned
from tests.web.addresses import IDS, addresses
from tests.web.visiting import client_of, crowd, linked, text_of, waiting
from tests.world import Agency, agency, member_of

pytestmark = [pytest.mark.django_db, pytest.mark.feature("U02")]

NOBODYS = 2_000_000_000


def _ids(whose: Agency, tmp_path, start: int) -> dict[str, int]:
    """Something of every kind that has a number."""
    with opened(whose.scope):
        membership = Membership.objects.exclude(account_id=whose.scope.account_id).get().id
    if not whose.scope.profile.shows_people:
        return dict.fromkeys(IDS, NOBODYS) | {"membership_id": membership, "link_id": linked(whose)}
    [participant] = crowd(whose, 1, start=start)
    waiting(whose, start=start + 500_000)
    batch = 0
    if whose.scope.profile.allows(Capability.BULK_UPLOAD):
        batch = planned(whose.scope, demo_file(tmp_path, whose.contracts[0].number, rows=1)).id
    with opened(whose.scope):
        mutation = Mutation.objects.get(state="processed")
        stay = Participation.objects.get(participant_id=participant).id
    return dict(zip(IDS, (participant, stay, mutation.id, batch, membership, linked(whose)), strict=True))


def _organisation(slug: str, name: str) -> Agency:
    made = agency(name=name, segment=slug)
    member_of(made.organisation, roles=[], name="Collega")
    return made


@pytest.mark.timeout(600)
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.slug)
def test_every_role_finds_at_every_address_what_the_profile_says(profile, monkeypatch, tmp_path):
    monkeypatch.setattr(register_module, "current_register", Register)
    ours, theirs = _organisation(profile.slug, "Ons"), _organisation(profile.slug, "Anders")
    whose = {"ours": _ids(ours, tmp_path, 903_000_000), "theirs": _ids(theirs, tmp_path, 904_000_000)}
    whose["nobody's"] = dict.fromkeys(IDS, NOBODYS)
    cells = 0
    for count in range(len(profile.roles) + 1):
        for roles in combinations(profile.roles, count):
            scope = member_of(ours.organisation, roles=list(roles))
            client = client_of(scope)
            for kind, ids in whose.items():
                for address in addresses(ids):
                    if address.permission is None or (kind != "ours" and not address.about):
                        continue
                    view = resolve(address.path).func
                    for method in ("get", "post"):
                        with transaction.atomic():
                            response = getattr(client, method)(address.path)
                            text_of(response)
                            # What a cell does is undone: the next begins from the same.
                            transaction.set_rollback(True)
                        cells += 1
                        said, where = response.status_code, (roles, method, address.path, kind)
                        if not scope.may(view.permission, view.capability):
                            assert said == 403, where
                        elif kind == "ours" and (ids["batch_id"] or "uploads" not in address.path):
                            assert said in (200, 204, 302, 400, 405, 409, 422), (said, where)
                        else:
                            assert said in (404, 405), (said, where)
    assert cells >= 100 * 2 ** len(profile.roles), cells

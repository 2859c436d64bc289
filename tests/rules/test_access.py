"""Who may have access and who may give it, without a database (U30, W01, W05, O07, O16)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.access import rules
from collectief.access.rules import AccessRefused, Member, Standing
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Permission, Role

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
roles = st.frozensets(st.sampled_from(list(Role)))
profiles = st.sampled_from(list(PROFILES.values()))


@pytest.mark.feature("W01")
@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("jan.jansen@gmail.com", "free_mail"),
        ("jan@Hotmail.NL", "free_mail"),
        ("jan@outlook.com", "free_mail"),
        ("j.jansen@ziggo.nl", "free_mail"),
        ("info@debrug.example", "shared_mailbox"),
        ("HR@debrug.example", "shared_mailbox"),
        ("salaris-administratie@debrug.example", "shared_mailbox"),
        ("info2@debrug.example", "shared_mailbox"),
        ("jan@debrug.example", None),
        ("jan.info@debrug.example", None),
        ("infante@debrug.example", None),
        ("jan@mail.debrug.example", None),
        ("jan@gmailing.example", None),
    ],
)
def test_an_address_is_somebodys_own_at_an_organisation(email, code):
    if code is None:
        rules.judge_address(email)
        return
    with pytest.raises(AccessRefused) as refused:
        rules.judge_address(email)
    assert refused.value.code == code


contracts = st.frozensets(st.integers(1, 4), max_size=4)
reaches = st.none() | contracts


@pytest.mark.feature("G13")
@given(mine=st.none() | st.frozensets(st.integers(1, 4), min_size=1), known=contracts, wanted=reaches)
def test_nobody_gives_a_contract_that_is_not_theirs_to_give(mine, known, wanted):
    good = mine is None if wanted is None else bool(wanted) and wanted <= known and (mine is None or wanted <= mine)
    if good:
        rules.judge_contracts(mine, known, wanted)
        return
    code = "no_contract" if wanted == frozenset() else "contract_not_yours"
    with pytest.raises(AccessRefused, match=code):
        rules.judge_contracts(mine, known, wanted)


@pytest.mark.feature("G13")
def test_somebody_who_works_in_some_contracts_does_not_manage_everyone():
    profile = PROFILES["staffing_agency"]
    some = Member(1, 1, frozenset({Role.ACCOUNT_MANAGER}), Standing.ACTIVE, frozenset({1, 2}))
    with pytest.raises(AccessRefused, match="last_manager"):
        rules.judge_managed(profile, [some])
    rules.judge_managed(profile, [some, Member(2, 2, frozenset({Role.ACCOUNT_MANAGER}), Standing.ACTIVE)])


@pytest.mark.feature("U30")
@given(profile=profiles, mine=roles, before=roles, after=roles)
def test_only_what_one_may_give_is_given_or_taken(profile, mine, before, after):
    if after and before ^ after <= profile.grantable(mine):
        rules.judge_roles(profile, mine, before, after)
        return
    with pytest.raises(AccessRefused, match="role_not_yours" if after else "no_role"):
        rules.judge_roles(profile, mine, before, after)


@pytest.mark.feature("U30")
@given(profile=profiles, mine=roles)
def test_who_manages_nobody_gives_nothing(profile, mine):
    manages = Permission.MANAGE_ACCOUNTS in profile.permissions(mine)
    assert bool(profile.grantable(mine)) == manages


@pytest.mark.feature("O16")
@given(
    profile=profiles,
    members=st.lists(st.builds(Member, st.integers(1), st.integers(1), roles, st.sampled_from(list(Standing)))),
)
def test_somebody_must_be_left_who_manages(profile, members):
    left = [
        one
        for one in members
        if one.standing == Standing.ACTIVE and Permission.MANAGE_ACCOUNTS in profile.permissions(one.roles)
    ]
    if left:
        rules.judge_managed(profile, members)
    else:
        with pytest.raises(AccessRefused, match="last_manager"):
            rules.judge_managed(profile, members)


@pytest.mark.feature("O02")
@pytest.mark.parametrize(
    ("more", "standing"),
    [
        ({}, Standing.INVITED),
        ({"expires_at": NOW}, Standing.EXPIRED),
        ({"revoked": True}, Standing.REVOKED),
        ({"accepted": True}, Standing.ACTIVE),
        ({"accepted": True, "expires_at": NOW - timedelta(days=1)}, Standing.ACTIVE),
        ({"accepted": True, "revoked": True}, Standing.ACTIVE),
        ({"active": False}, Standing.INACTIVE),
        ({"invited": False, "expires_at": None}, Standing.ACTIVE),
    ],
)
def test_how_somebody_stands(more, standing):
    given_ = {
        "active": True, "invited": True, "accepted": False, "revoked": False, "expires_at": NOW + timedelta(seconds=1),
        "now": NOW,
    }  # fmt: skip
    assert rules.standing_of(**(given_ | more)) == standing


@pytest.mark.feature("U02")
@pytest.mark.parametrize("profile", PROFILES.values(), ids=lambda profile: profile.slug)
def test_what_several_roles_may_is_what_each_of_them_may(profile):
    for count in range(len(profile.roles) + 1):
        for roles in combinations(profile.roles, count):
            each = [profile.permissions(frozenset({role})) for role in roles]
            assert profile.permissions(frozenset(roles)) == frozenset().union(*each), roles

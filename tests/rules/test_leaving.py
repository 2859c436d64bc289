"""Who may leave and by whom it is done, without a database (O16)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.access.rules import AccessRefused, Member, Route, Standing, Wish, judge_leaving, manages, wishes
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Role

pytestmark = pytest.mark.feature("O16")

PROFILE = PROFILES["representative"]
MANAGER, USER, BOTH = {Role.USER_MANAGER}, {Role.REPRESENTATIVE}, {Role.USER_MANAGER, Role.REPRESENTATIVE}
STOP, ROLE, ALL = Wish.STOP, Wish.ROLE, Wish.ORGANISATION


def members(*roles, standing=Standing.ACTIVE):
    """Somebody for each set of roles; the first is who leaves, the others stand as said."""
    return [
        Member(number, number, frozenset(some), Standing.ACTIVE if number == 1 else standing)
        for number, some in enumerate(roles, start=1)
    ]


@pytest.mark.parametrize(
    ("those", "offered"),
    [
        (members(USER, MANAGER), {STOP: Route.MANAGERS}),
        (members(USER, USER), {STOP: Route.INSURER}),
        (members(USER), {ALL: Route.INSURER}),
        (members(USER, MANAGER, standing=Standing.INVITED), {ALL: Route.INSURER}),
        (members(USER, MANAGER, standing=Standing.INACTIVE), {ALL: Route.INSURER}),
        (members(MANAGER), {ALL: Route.INSURER}),
        (members(BOTH, USER, standing=Standing.INVITED), {ALL: Route.INSURER}),
        (members(MANAGER, USER), {STOP: Route.INSURER, ALL: Route.INSURER}),
        (members(BOTH, USER), {STOP: Route.INSURER, ROLE: Route.INSURER, ALL: Route.INSURER}),
        (members(BOTH, MANAGER), {STOP: Route.INSURER, ROLE: Route.INSURER, ALL: Route.INSURER}),
    ],
)
def test_what_can_be_wished_and_who_does_it(those, offered):
    assert wishes(PROFILE, those, 1) == offered


@pytest.mark.parametrize(
    ("those", "wish", "code"),
    [
        (members(BOTH, MANAGER), STOP, None),
        (members(BOTH, MANAGER), ROLE, None),
        (members(BOTH, USER), STOP, "last_manager"),
        (members(BOTH, USER), ROLE, "last_manager"),
        (members(BOTH, MANAGER, standing=Standing.INVITED), STOP, "last_manager"),
        (members(BOTH, MANAGER, standing=Standing.INACTIVE), ROLE, "last_manager"),
        (members(BOTH, USER), ALL, None),
        (members(MANAGER, MANAGER), ROLE, "no_role"),
        (members(USER, USER), STOP, None),
    ],
)
def test_nobody_goes_whom_the_organisation_needs(those, wish, code):
    if code is None:
        after = judge_leaving(PROFILE, those, 1, wish)
        assert not manages(PROFILE, after[0])
        return
    with pytest.raises(AccessRefused, match=code):
        judge_leaving(PROFILE, those, 1, wish)


def test_the_whole_organisation_leaves_nobody_in_and_nobody_on_the_way():
    those = members(BOTH, USER) + [
        Member(number, number, frozenset(USER), standing) for number, standing in enumerate(Standing, start=3)
    ]
    after = judge_leaving(PROFILE, those, 1, ALL)
    assert {one.standing for one in after} == {Standing.INACTIVE, Standing.REVOKED}
    assert [one.roles for one in after] == [one.roles for one in those]


_member = st.builds(
    lambda number, roles, standing: (number, roles, standing), st.integers(2, 6),
    st.frozensets(st.sampled_from([Role.USER_MANAGER, Role.REPRESENTATIVE])), st.sampled_from(list(Standing)),
)  # fmt: skip


@given(
    mine=st.frozensets(st.sampled_from([Role.USER_MANAGER, Role.REPRESENTATIVE]), min_size=1),
    rest=st.lists(_member, max_size=5, unique_by=lambda one: one[0]), wish=st.sampled_from([STOP, ROLE]),
)  # fmt: skip
def test_whoever_leaves_alone_changes_nobody_else_and_leaves_a_manager(mine, rest, wish):
    those = [Member(1, 1, mine, Standing.ACTIVE), *(Member(n, n, roles, standing) for n, roles, standing in rest)]
    try:
        after = judge_leaving(PROFILE, those, 1, wish)
    except AccessRefused:
        return
    assert after[1:] == those[1:]
    if any(manages(PROFILE, one) for one in those):
        assert any(manages(PROFILE, one) for one in after)

"""Taking on a role and giving it back: nested, the same twice, and when something goes wrong (DESIGN, Scope)."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from collectief.scope.database import housekeeping, office, opened, signing_in
from tests.world import agency

pytestmark = pytest.mark.django_db


def standing() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('role'), coalesce(current_setting('c.org', true), '')")
        return cursor.fetchone()


def test_each_gives_back_what_was_before():
    ours, theirs = agency(), agency(name="Otto")
    own, other = str(ours.organisation.id), str(theirs.organisation.id)
    with signing_in():
        assert standing() == ("c_signin", "")
        with opened(ours.scope):
            assert standing() == ("c_organisation", own)
            with opened(theirs.scope):
                assert standing() == ("c_organisation", other)
            with housekeeping():
                assert standing() == ("c_worker", "")
            assert standing() == ("c_organisation", own)
        assert standing() == ("c_signin", "")
    assert standing() == ("none", "")


def test_the_same_again_asks_the_database_nothing(django_assert_num_queries):
    scope = agency().scope
    with opened(scope), django_assert_num_queries(1):
        with opened(scope), opened(scope):
            assert standing()[0] == "c_organisation"


def test_what_goes_wrong_leaves_the_role_of_before():
    scope = agency().scope
    with office():
        with pytest.raises(RuntimeError), transaction.atomic(), opened(scope):
            raise RuntimeError
        assert standing() == ("c_staff", "")
        with opened(scope):
            assert standing() == ("c_organisation", str(scope.organisation_id))
        assert standing() == ("c_staff", "")

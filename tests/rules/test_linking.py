"""When a contract is linked at once, without a database (W17)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.contracts.rules import MOST_ASKED, Holder, LinkAnswer, judge_link

pytestmark = pytest.mark.feature("W17")

OWN = Holder(1, "90000011", "employer")
BRANCH = Holder(2, "90000011", "employer")
FOREIGN = Holder(3, "90000014", "employer")
OTHER_KIND = Holder(4, "90000011", "staffing_agency")


@pytest.mark.parametrize(
    ("holder", "linked", "asked", "waiting", "answer"),
    [
        (OWN, False, False, 0, LinkAnswer.OWN),
        (BRANCH, False, False, 0, LinkAnswer.AT_ONCE),
        (BRANCH, False, False, MOST_ASKED, LinkAnswer.AT_ONCE),
        (BRANCH, True, False, 0, LinkAnswer.LINKED_ALREADY),
        (FOREIGN, False, False, 0, LinkAnswer.ASK),
        (FOREIGN, False, True, 1, LinkAnswer.ASKED_ALREADY),
        (FOREIGN, False, False, MOST_ASKED, LinkAnswer.TOO_MANY),
        (FOREIGN, True, False, 0, LinkAnswer.LINKED_ALREADY),
        (OTHER_KIND, False, False, 0, LinkAnswer.ASK),
        (None, False, False, 0, LinkAnswer.ASK),
        (None, False, True, 1, LinkAnswer.ASKED_ALREADY),
        (None, False, False, MOST_ASKED, LinkAnswer.TOO_MANY),
    ],
)
def test_only_what_is_of_the_same_company_is_linked_at_once(holder, linked, asked, waiting, answer):
    assert judge_link(OWN, holder, linked=linked, asked=asked, waiting=waiting) == answer


@given(
    kvk=st.text("0123456789", min_size=8, max_size=8).filter(lambda kvk: kvk != OWN.kvk),
    segment=st.sampled_from(["employer", "staffing_agency"]),
    linked=st.booleans(), asked=st.booleans(), waiting=st.integers(0, 30),
)  # fmt: skip
def test_another_companys_contract_is_answered_as_one_that_nobody_has(kvk, segment, linked, asked, waiting):
    stands = {"linked": linked, "asked": asked, "waiting": waiting}
    assert judge_link(OWN, Holder(9, kvk, segment), **stands) == judge_link(OWN, None, **stands)


def test_two_without_a_kvk_number_are_no_company_together():
    own, other = Holder(1, "", "employer"), Holder(2, "", "employer")
    assert judge_link(own, other, linked=False, asked=False, waiting=0) == LinkAnswer.ASK

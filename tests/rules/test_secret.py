"""Which secrets are the database's (ADR 26)."""

from __future__ import annotations

import pytest

from collectief.scope.secret import Known, Standing, WrongSecret, judge, mark_of

FIRST, SECOND, THIRD = "the first", "the second", "the third"


def known(*secrets: str, dropped: int = 0) -> list[Known]:
    """What the database knows, the present one first; of the ones before, the oldest `dropped` count no longer."""
    made = [Known(number, mark_of(one), number <= dropped) for number, one in enumerate(secrets, 1)]
    return made[::-1]


@pytest.mark.parametrize(
    ("there", "present", "former", "expected"),
    [
        (known(FIRST), FIRST, "", Standing(1, False)),
        (known(FIRST), FIRST, "whatever", Standing(1, False)),
        (known(FIRST, SECOND), SECOND, FIRST, Standing(2, True)),
        (known(FIRST, SECOND, dropped=1), SECOND, "", Standing(2, False)),
        (known(FIRST, SECOND, dropped=1), SECOND, FIRST, Standing(2, False)),
        (known(FIRST, SECOND, THIRD, dropped=1), THIRD, SECOND, Standing(3, True)),
    ],
)
def test_the_secrets_of_the_database_are_taken(there, present, former, expected):
    assert judge(there, present, former) == expected


@pytest.mark.parametrize(
    ("there", "present", "former", "said"),
    [
        ([], FIRST, "", "migrate"),
        (known(FIRST), SECOND, "", "keys renew"),
        (known(FIRST), SECOND, FIRST, "keys renew"),
        (known(FIRST, SECOND), FIRST, SECOND, "number 2"),
        (known(FIRST, SECOND), SECOND, "", "keys drop"),
        (known(FIRST, SECOND), SECOND, THIRD, "keys drop"),
        (known(FIRST, SECOND, THIRD, dropped=1), THIRD, FIRST, "number 2"),
    ],
)
def test_others_are_refused_with_what_to_do(there, present, former, said):
    with pytest.raises(WrongSecret, match=said) as refused:
        judge(there, present, former)
    assert not any(one in str(refused.value) for one in (FIRST, SECOND, THIRD))


def test_no_mark_tells_anything_of_another():
    assert len({mark_of(one) for one in (FIRST, SECOND, THIRD)}) == 3
    assert {len(mark_of(one)) for one in (FIRST, "x" * 100)} == {32}

"""Canonical bytes of the trail: the same for ever, and never the same for two events (K06, law 8)."""

from __future__ import annotations

import json
from copy import replace
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectief.audit.facts import GENESIS, Event, Problem, Seal, Walk, epoch
from collectief.audit.rules import Digest, check, event_line, from_json, seal_hash

pytestmark = pytest.mark.feature("K06")

EVENT = Event(
    12, 900, 1, None, "1764000000.000001", "participants.see", "success", 7, "Anna de Boër", ["administrative"],
    'De "Brug"', "administration_of_group_insurance", "mijnzz/form", [1, 2], {"mutation": [5], "batch": [3]},
    {"b": None, "a": True},
)  # fmt: skip
SEAL = Seal(1, 1, 1, 0, 901, 1, "", GENESIS, "", "1764000001.500000")


def test_an_outsider_finds_these_bytes():
    """Written out as in docs/audit.md: a change here breaks every chain that was ever sealed."""
    assert event_line(EVENT) == (
        b'[1,12,900,1,null,"1764000000.000001","participants.see","success",7,"Anna de Bo\\u00ebr",["administrative"],'
        b'"De \\"Brug\\"","administration_of_group_insurance","mijnzz/form",[1,2],{"batch":[3],"mutation":[5]},'
        b'{"a":true,"b":null}]\n'
    )
    digest = Digest()
    digest.add(EVENT)
    assert digest.hexadecimal == "5def32c3f7131534d259f5fe1dcbae4626039496adffeb47e62a5e3e220b8731"
    assert (
        seal_hash(replace(SEAL, events_hash=digest.hexadecimal))
        == "e6051ef4b202dbe4bf4509b3258ec13b556ac609b9553e87f047e0102b739370"
    )


def test_a_version_there_is_not():
    with pytest.raises(ValueError):
        event_line(EVENT, 2)


_TEXT = st.text(max_size=6)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2),
    max_leaves=4,
)
_EVENTS = st.builds(
    Event, id=st.integers(1, 3), clock=st.integers(1, 3), insurer_id=st.integers(1, 2),
    organisation_id=st.none() | st.integers(1, 2), at=st.sampled_from(["1.000000", "1.000001"]), action=_TEXT,
    outcome=_TEXT, account_id=st.none() | st.integers(1, 2), account=_TEXT, roles=st.lists(_TEXT, max_size=2),
    responsible=_TEXT, purpose=_TEXT, access_point=_TEXT, participant_ids=st.lists(st.integers(1, 3), max_size=3),
    object_ids=st.dictionaries(_TEXT, st.lists(st.integers(1, 3), max_size=2), max_size=2), detail=_JSON,
)  # fmt: skip


@given(_EVENTS, _EVENTS)
def test_two_events_have_the_same_bytes_only_when_they_are_the_same(one, other):
    # As JSON, in which true is not 1.
    same = json.dumps([getattr(one, f.name) for f in fields(Event)], sort_keys=True) == json.dumps(
        [getattr(other, f.name) for f in fields(Event)], sort_keys=True
    )
    assert (event_line(one) == event_line(other)) is same


@pytest.mark.parametrize("pair", [("1", "1.0"), ("1.0", "1.00"), ("1.0", '"1.0"'), ("[1]", "[[1]]"), ("{}", "[]")])
def test_what_looks_alike_in_json_is_not(pair):
    one, other = (event_line(replace(EVENT, detail=from_json(text))) for text in pair)
    assert one != other


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)), st.integers(-12, 12))
def test_a_moment_is_the_same_in_every_zone(at, hours):
    aware = at.replace(tzinfo=UTC)
    assert epoch(aware) == epoch(aware.astimezone(timezone(timedelta(hours=hours))))
    whole, parts = epoch(aware).split(".")
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=int(whole), microseconds=int(parts)) == aware


def _chain(count: int) -> tuple[list[Seal], list[Event]]:
    """A chain of seals with one event each."""
    seals: list[Seal] = []
    events = [replace(EVENT, id=number, clock=number * 10) for number in range(1, count + 1)]
    previous = GENESIS
    for number, event in enumerate(events, 1):
        digest = Digest()
        digest.add(event)
        seal = replace(
            SEAL, number=number, from_clock=seals[-1].to_clock if seals else 0, to_clock=event.clock + 5,
            events_hash=digest.hexadecimal, previous=previous,
        )  # fmt: skip
        seals.append(replace(seal, head=seal_hash(seal)))
        previous = seals[-1].head
    return seals, events


def _problems(seals, events, kept=None):
    walk = Walk()
    return [(one.problem, one.seal) for one in check(seals, events, kept or {}, walk)], walk


def test_whole_and_what_is_not_sealed_yet():
    seals, events = _chain(3)
    found, walk = _problems(seals, [*events, replace(EVENT, id=9, clock=99)], {3: seals[2].head})
    assert (found, walk.seals, walk.events, walk.unsealed, walk.head) == ([], 3, 3, 1, seals[2].head)


def test_each_finding_is_told_once_and_the_rest_of_the_chain_still_counts():
    seals, events = _chain(5)
    assert _problems(seals, [*events[:1], *events[2:]])[0] == [(Problem.EVENTS_MISSING, 2)]
    assert _problems(seals, [events[0], replace(events[1], account="B"), *events[2:]])[0] == [
        (Problem.EVENTS_CHANGED, 2)
    ]
    assert _problems([*seals[:1], *seals[3:]], events)[0] == [(Problem.SEALS_MISSING, 2)]
    assert _problems([seals[0], replace(seals[1], count=7), *seals[2:]], events)[0] == [
        (Problem.SEAL_CHANGED, 2), (Problem.EVENTS_MISSING, 2),
    ]  # fmt: skip
    assert _problems(seals[:3], events[:3], {5: seals[4].head})[0] == [(Problem.TAIL_CUT, 4)]
    # The one that somebody kept is the very one that is gone.
    assert _problems(seals[:4], events[:4], {5: seals[4].head})[0] == [(Problem.TAIL_CUT, 5)]
    assert _problems(seals, events, {5: seals[4].head})[0] == []
    assert _problems(seals, events, {4: "0" * 64})[0] == [(Problem.CHAIN_REWRITTEN, 4)]


@pytest.mark.parametrize("away", [-2, 2])
def test_a_seal_that_does_not_begin_where_the_one_before_ended_breaks_the_chain(away):
    """Sealed anew with good hashes: what is written into the time in between, or over it, would stand under no seal."""
    seals, events = _chain(2)
    moved = replace(seals[1], from_clock=seals[0].to_clock + away)
    moved = replace(moved, head=seal_hash(moved))
    assert _problems([seals[0], moved], events)[0] == [(Problem.CHAIN_BROKEN, 2)]

"""What the insurer tells: for whom, from when until when, withdrawn, and nobody else's (K03)."""

from __future__ import annotations

from copy import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.utils import timezone

from collectief.audit.models import AuditEvent
from collectief.inbox import actions, jobs, news, queries
from collectief.inbox.delivering import deliver
from collectief.inbox.facts import About, NewsKind, Tiding, Written
from collectief.inbox.models import Message, News
from collectief.inbox.queries import Asked
from collectief.inbox.rules import NEWS_KEPT, NewsRefused, NewsState, kept_until
from collectief.scope.database import housekeeping, office, opened
from collectief.scope.scope import NotAllowed, Scope
from collectief.segments.profile import MessageCategory
from tests.office_world import clerk
from tests.world import Human, agency, enrolled, member_of, valid_bsns

pytestmark = [pytest.mark.django_db, pytest.mark.feature("K03")]


@pytest.fixture
def sanne(ours) -> Scope:
    return clerk()


def words(moment, **more: object) -> Written:
    """News from today for two weeks."""
    said = {
        "kind": NewsKind.NEWS, "title": {"nl": "Nieuw nummer", "en": "New number"},
        "text": {"nl": "Bel **071**.", "en": "Call **071**."}, "first_day": moment.today,
        "last_day": moment.today + timedelta(days=14),
    }  # fmt: skip
    return Written(**(said | more))


def read(scope: Scope, day) -> list[str]:
    with opened(scope):
        return [one.title["nl"] for one in news.news_for(scope, today=day)]


def inbox(scope: Scope, now) -> list[str]:
    with opened(scope):
        return [view.code for view in queries.messages(scope, Asked(), now=now)[0]]


def test_news_stands_from_its_first_day_to_its_last(ours, sanne, moment):
    first, last = moment.today + timedelta(days=3), moment.today + timedelta(days=5)
    news.publish(sanne, words(moment, first_day=first, last_day=last), now=moment.now)
    seen = {days: read(ours.scope, moment.today + timedelta(days=days)) for days in (0, 2, 3, 5, 6)}
    assert seen == {0: [], 2: [], 3: ["Nieuw nummer"], 5: ["Nieuw nummer"], 6: []}


def test_for_portals_and_kinds_of_customer(ours, sanne, moment):
    town = agency(segment="municipality", name="Leiden")
    elsewhere = agency(name="Elders", brand="voorbeeld")
    news.publish(sanne, words(moment, segments=("municipality",)), now=moment.now)
    assert (read(ours.scope, moment.today), read(town.scope, moment.today)) == ([], ["Nieuw nummer"])
    news.publish(sanne, words(moment, brands=("mijnzz",), title={"nl": "Portaal", "en": "Portal"}), now=moment.now)
    assert read(ours.scope, moment.today) == ["Portaal"]
    assert read(replace(ours.scope, brand="other"), moment.today) == []
    # Another insurer's customers read nothing of it, whatever is asked.
    assert read(elsewhere.scope, moment.today) == []
    with opened(elsewhere.scope):
        assert not News.objects.values("id").exists()


def test_who_wrote_it_is_not_for_customers(ours, sanne, moment):
    news.publish(sanne, words(moment), now=moment.now)
    with opened(ours.scope), pytest.raises(ProgrammingError), transaction.atomic():
        list(News.objects.values_list("written_by"))


def test_a_message_to_one_organisation_is_its_own(ours, sanne, moment):
    otto = agency(name="Otto")
    told = words(moment, kind=NewsKind.MESSAGE, numbers=(_number(ours),))
    made = news.publish(sanne, told, now=moment.now)
    assert (inbox(ours.scope, moment.now), inbox(otto.scope, moment.now)) == (["news"], [])
    with opened(otto.scope):
        assert not Message.objects.exists()
    assert news.one_written(sanne, made, today=moment.today).reached == 1


def _number(ours) -> str:
    with office():
        ours.organisation.refresh_from_db()
        return ours.organisation.customer_number


def test_a_message_to_some_kinds_or_to_all(ours, sanne, moment):
    town, otto = agency(segment="municipality", name="Leiden"), agency(name="Otto")
    employer = agency(segment="employer", name="De Linde", roles=["user"])
    everyone = news.publish(sanne, words(moment, kind=NewsKind.MESSAGE), now=moment.now)
    news.publish(sanne, words(moment, kind=NewsKind.MESSAGE, segments=("municipality",)), now=moment.now)
    assert [len(inbox(one.scope, moment.now)) for one in (ours, otto, town)] == [1, 1, 2]
    # An employer has no messages here.
    assert inbox(employer.scope, moment.now) == []
    assert news.one_written(sanne, everyone, today=moment.today).reached == 3


def test_money_goes_to_who_sees_invoices(ours, sanne, moment):
    femke = member_of(ours.organisation, roles=["financial"], name="Femke")
    told = words(moment, kind=NewsKind.MESSAGE, category=MessageCategory.FINANCIAL)
    news.publish(sanne, told, now=moment.now)
    assert (inbox(femke, moment.now), inbox(ours.scope, moment.now)) == (["news"], [])


def test_a_planned_message_comes_on_its_day_and_goes_after_its_last(ours, sanne, moment):
    first, last = moment.today + timedelta(days=3), moment.today + timedelta(days=5)
    news.publish(sanne, words(moment, kind=NewsKind.MESSAGE, first_day=first, last_day=last), now=moment.now)
    assert inbox(ours.scope, moment.now + timedelta(days=2)) == []
    assert inbox(ours.scope, moment.now + timedelta(days=3)) == ["news"]
    with opened(ours.scope):
        assert Message.objects.get().keep_until == last


@pytest.mark.feature("U29")
def test_each_is_told_its_own_by_what_its_kind_of_customer_has(ours, moment):
    town = agency(name="Duinstad", segment="municipality")
    both = [(one.organisation.id, one.organisation.segment) for one in (ours, town)]
    s1 = Tiding(MessageCategory.S1, "s1", About.NEWS, 1, contracts=None)
    flow = Tiding(MessageCategory.FLOW, "flow", About.NEWS, 2, contracts=[7, 8], facts={"month": "2025-05"})
    with housekeeping():
        deliver(ours.scope.insurer_id, [(s1, both), (flow, both[1:]), (flow, [])], at=moment.now)
    until = kept_until(ours.scope.profile, moment.today)
    for customer, told in (
        (ours, [("s1", None, {}, until)]),
        (town, [("flow", [7, 8], {"month": "2025-05"}, kept_until(town.scope.profile, moment.today))]),
    ):
        with opened(customer.scope):
            assert list(Message.objects.values_list("code", "contracts", "facts", "keep_until")) == told


def test_withdrawn_nobody_reads_it(ours, sanne, moment):
    shown = news.publish(sanne, words(moment), now=moment.now)
    told = news.publish(sanne, words(moment, kind=NewsKind.MESSAGE), now=moment.now)
    with opened(ours.scope):
        actions.mark_all_read(ours.scope, Asked(), now=moment.now)
    for one in (shown, told):
        news.withdraw(sanne, one, now=moment.now)
        with pytest.raises(NewsRefused, match="nothing_to_withdraw"):
            _again(sanne, one, moment)
    assert read(ours.scope, moment.today) == inbox(ours.scope, moment.now) == []
    states = {view.id: view.state for view in news.written_news(sanne, today=moment.today)[0]}
    assert states == dict.fromkeys((shown, told), NewsState.WITHDRAWN)


def _again(sanne: Scope, news_id: int, moment) -> None:
    with transaction.atomic():
        news.withdraw(sanne, news_id, now=moment.now)


def test_the_office_takes_back_its_own_and_touches_no_other_message(ours, sanne, moment):
    enrolled(ours, Human(valid_bsns(1)[0]), moment)
    news.publish(sanne, words(moment, kind=NewsKind.MESSAGE), now=moment.now)
    with office(sanne.insurer_id), connection.cursor() as cursor:
        cursor.execute("DELETE FROM message")
        assert cursor.rowcount == 1
    assert inbox(ours.scope, moment.now) == ["enrol.processed"]
    with office(sanne.insurer_id), pytest.raises(ProgrammingError), transaction.atomic():
        list(Message.objects.values_list("facts"))


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"first_day": -1}, "begins_in_the_past"), ({"first_day": 5, "last_day": 4}, "ends_before_it_begins"),
        ({"last_day": 400}, "too_far_ahead"),
        ({"kind": NewsKind.MESSAGE, "numbers": ("123456789",)}, "organisation_unknown"),
        ({"kind": NewsKind.MESSAGE, "segments": ("employer",)}, "reaches_nobody"),
    ],
)  # fmt: skip
def test_what_cannot_be(ours, sanne, moment, more, code):
    days = {name: moment.today + timedelta(days=value) for name, value in more.items() if name.endswith("_day")}
    with pytest.raises(NewsRefused, match=code), transaction.atomic():
        news.publish(sanne, words(moment, **(more | days)), now=moment.now)
    assert news.written_news(sanne, today=moment.today) == ([], 0)


@pytest.mark.feature("U02")
def test_only_who_may(ours, moment):
    helper = clerk(roles=["help_desk"])
    for scope in (helper, ours.scope):
        for verb in (
            lambda scope=scope: news.publish(scope, words(moment), now=moment.now),
            lambda scope=scope: news.withdraw(scope, 1, now=moment.now),
            lambda scope=scope: news.written_news(scope, today=moment.today),
            lambda scope=scope: news.reached_by(scope, words(moment)),
        ):
            with pytest.raises(NotAllowed):
                verb()


@pytest.mark.feature("K06")
def test_who_told_what_is_in_the_offices_trail(ours, sanne, moment):
    made = news.publish(sanne, words(moment, kind=NewsKind.MESSAGE), now=moment.now)
    news.withdraw(sanne, made, now=moment.now)
    with opened(sanne):
        rows = AuditEvent.objects.filter(action__startswith="news.").order_by("id")
        found = [(one.action, one.object_ids, one.detail) for one in rows]
    assert found == [
        ("news.publish", {"news": [made]}, {"kind": "message", "organisations": 1}),
        ("news.withdraw", {"news": [made]}, {"kind": "message"}),
    ]


def test_after_its_term_it_is_gone(ours, sanne, moment, monkeypatch):
    made = news.publish(sanne, words(moment), now=moment.now)
    last = moment.today + timedelta(days=14) + NEWS_KEPT
    for day, there in ((last, True), (last + timedelta(days=1), False)):
        monkeypatch.setattr(timezone, "localdate", lambda *_, day=day: day)
        jobs.forget(0)
        monkeypatch.undo()
        with office(sanne.insurer_id):
            assert News.objects.filter(id=made).exists() == there

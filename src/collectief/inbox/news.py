"""What the insurer tells its customers: news on dashboards, messages to organisations (K03)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from collectief.audit import actions as audit
from collectief.contracts.models import Organisation
from collectief.scope.database import office, opened
from collectief.scope.scope import Scope
from collectief.segments.catalogue import PROFILES
from collectief.segments.profile import Capability, MessageCategory, Permission

from .delivering import deliver
from .facts import About, NewsKind, Tiding, Written
from .models import News
from .rules import NEWS_KEPT, NewsRefused, NewsState, judge_news, news_state

_MOST_NAMED = 5
# What is read for a dashboard: a list that is longer is no news.
_MOST_NEWS = 5


class NoNews(LookupError):
    """The insurer wrote nothing with that number."""


@dataclass(frozen=True, slots=True)
class NewsItem:
    """News as a customer reads it."""

    title: Mapping[str, str]
    text: Mapping[str, str]
    since: date


@dataclass(frozen=True, slots=True)
class NewsView:
    """Something written, as the office sees it."""

    id: int
    written: Written
    state: NewsState
    reached: int
    written_by: str
    written_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None

    @property
    def may_withdraw(self) -> bool:
        return self.state in (NewsState.PLANNED, NewsState.RUNNING)


def segments_with(category: MessageCategory) -> tuple[str, ...]:
    """The kinds of customer that have messages of this category."""
    return tuple(
        slug
        for slug, profile in PROFILES.items()
        if profile.allows(Capability.MESSAGES) and category in profile.message_categories
    )


def reached_by(scope: Scope, written: Written) -> list[tuple[int, str]]:
    """The organisations that a message would go to, by number and segment. Raises NotAllowed, NewsRefused."""
    scope.require(Permission.WRITE_NEWS)
    segments = [one for one in segments_with(written.category) if not written.segments or one in written.segments]
    with office(scope.insurer_id):
        found = Organisation.objects.filter(insurer_id=scope.insurer_id, segment__in=segments)
        if written.numbers:
            found = found.filter(customer_number__in=written.numbers)
        rows = list(found.order_by("id").values_list("id", "segment", "customer_number"))
    unknown = sorted(set(written.numbers) - {number for *_, number in rows})
    if unknown:
        raise NewsRefused("organisation_unknown", numbers=", ".join(unknown[:_MOST_NAMED]))
    if not rows:
        raise NewsRefused("reaches_nobody")
    return [(id_, segment) for id_, segment, _ in rows]


@transaction.atomic
def publish(scope: Scope, written: Written, *, now: datetime) -> int:
    """Tell it, now or from its first day on; its number. Raises NotAllowed, NewsRefused."""
    scope.require(Permission.WRITE_NEWS)
    judge_news(written, today=timezone.localdate(now))
    reached = reached_by(scope, written) if written.kind == NewsKind.MESSAGE else []
    with office(scope.insurer_id):
        made = News.objects.create(
            insurer_id=scope.insurer_id, kind=written.kind, title=dict(written.title), text=dict(written.text),
            first_day=written.first_day, last_day=written.last_day, keep_until=written.last_day + NEWS_KEPT,
            brands=list(written.brands), segments=list(written.segments),
            category=written.category if reached else "", reached=len(reached), written_by=scope.account,
            written_by_id=scope.account_id, written_at=now,
        )  # fmt: skip
        if reached:
            _deliver(scope, made.id, written, reached, now)
    _record(scope, "news.publish", made.id, {"kind": str(written.kind), "organisations": len(reached)})
    return made.id


def _deliver(scope: Scope, news_id: int, written: Written, reached: list[tuple[int, str]], now: datetime) -> None:
    """A message for each of these organisations; nobody sees it before its first day, nor after its last."""
    begins = timezone.make_aware(datetime.combine(written.first_day, time.min))
    facts = {"title": dict(written.title), "text": dict(written.text)}
    told = Tiding(written.category, "news", About.NEWS, news_id, contracts=(), facts=facts)
    deliver(scope.insurer_id, [(told, reached)], at=max(now, begins), until=written.last_day)


@transaction.atomic
def withdraw(scope: Scope, news_id: int, *, now: datetime) -> None:
    """From now on nobody reads it any more. Raises NotAllowed, NoNews, NewsRefused when there is nothing to end."""
    scope.require(Permission.WRITE_NEWS)
    with office(scope.insurer_id):
        found = News.objects.select_for_update().filter(insurer_id=scope.insurer_id, id=news_id).first()
        if found is None:
            raise NoNews(news_id)
        if not _view(found, timezone.localdate(now)).may_withdraw:
            raise NewsRefused("nothing_to_withdraw")
        found.withdrawn_by, found.withdrawn_at = scope.account, now
        found.save(update_fields=["withdrawn_by", "withdrawn_at"])
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM message WHERE about = 'news' AND about_id = %s", [news_id])
    _record(scope, "news.withdraw", news_id, {"kind": found.kind})


def written_news(scope: Scope, *, today: date, page: int = 1, size: int = 25) -> tuple[list[NewsView], int]:
    """What was written, the latest to begin first, and how many there are. Raises NotAllowed."""
    scope.require(Permission.WRITE_NEWS)
    with office(scope.insurer_id):
        found = News.objects.filter(insurer_id=scope.insurer_id).order_by("-first_day", "-id")
        return [_view(one, today) for one in found[(page - 1) * size : page * size]], found.count()


def one_written(scope: Scope, news_id: int, *, today: date) -> NewsView:
    """One of them. Raises NotAllowed, NoNews."""
    scope.require(Permission.WRITE_NEWS)
    with office(scope.insurer_id):
        found = News.objects.filter(insurer_id=scope.insurer_id, id=news_id).first()
    if found is None:
        raise NoNews(news_id)
    return _view(found, today)


_FOR_ME = """
SELECT title #>> '{}', text #>> '{}', first_day FROM news
 WHERE insurer_id = %s AND kind = %s AND withdrawn_at IS NULL AND first_day <= %s AND last_day >= %s
   AND (cardinality(brands) = 0 OR %s = ANY (brands)) AND (cardinality(segments) = 0 OR %s = ANY (segments))
 ORDER BY first_day DESC, id DESC LIMIT %s
"""


def news_for(scope: Scope, *, today: date) -> list[NewsItem]:
    """What stands on the scope's dashboard today, the latest first. Must run inside `opened`."""
    with connection.cursor() as cursor:
        cursor.execute(
            _FOR_ME,
            [scope.insurer_id, NewsKind.NEWS, today, today, scope.brand, scope.profile.slug, _MOST_NEWS],
        )
        return [NewsItem(orjson.loads(title), orjson.loads(text), since) for title, text, since in cursor.fetchall()]


def _view(row: News, today: date) -> NewsView:
    written = Written(
        NewsKind(row.kind), row.title, row.text, row.first_day, row.last_day, tuple(row.brands), tuple(row.segments),
        category=MessageCategory(row.category or MessageCategory.FROM_INSURER),
    )  # fmt: skip
    state = news_state(row.first_day, row.last_day, withdrawn=row.withdrawn_at is not None, today=today)
    return NewsView(
        row.id, written, state, row.reached, row.written_by, row.written_at, row.withdrawn_by, row.withdrawn_at
    )


def _record(scope: Scope, action: str, news_id: int, detail: dict[str, Any]) -> None:
    with opened(scope):
        audit.record(scope, action, objects={"news": [news_id]}, detail=detail)

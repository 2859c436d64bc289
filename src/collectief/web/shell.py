"""What stands around every page: brand, organisation, roles, menu, session timer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from collectief.access.role_names import ROLE_NAMES
from collectief.access.sessions import seconds_left
from collectief.brands.brand import Texts
from collectief.brands.catalogue import Brand, Desk
from collectief.inbox.queries import unread
from collectief.inbox.rules import MOST_COUNTED
from collectief.scope.scope import Scope, UnderMandate
from collectief.segments.profile import Capability, Permission, Role

from .menu import MenuItem, menu


@dataclass(frozen=True, slots=True)
class SessionTimes:
    """After how many seconds without use the session warns and ends; how many it has left, and which are the last."""

    idle_seconds: int
    warning_seconds: int
    seconds_left: int
    last_seconds: int


@dataclass(frozen=True, slots=True)
class Shell:
    """Everything base.html needs."""

    brand: Brand | None
    language: str
    scope: Scope | None = None
    roles: list[str] = field(default_factory=list)
    menu: list[MenuItem] = field(default_factory=list)
    session: SessionTimes | None = None

    @property
    def welcome(self) -> str:
        return self._said(self.brand.welcome) if self.brand else ""

    @property
    def privacy(self) -> str:
        return self._said(self.brand.privacy) if self.brand else ""

    @property
    def terms(self) -> str:
        return self._said(self.brand.terms) if self.brand else ""

    @property
    def desks(self) -> list[tuple[str, Desk]]:
        """Where one can ask what, titles in the language of the page."""
        return [(self._said(desk.title), desk) for desk in self.brand.desks] if self.brand else []

    def _said(self, texts: Texts) -> str:
        return texts[self.language]

    @property
    def organisation(self) -> str | None:
        return self.scope.organisation if self.scope else None

    @property
    def mandate(self) -> UnderMandate | None:
        return self.scope.mandate if self.scope else None

    @property
    def represents(self) -> bool:
        """Whether one can choose in whose name to work."""
        return self.scope is not None and self.scope.represents

    @property
    def asks(self) -> bool:
        """Whether questions are asked in the portal (G14); elsewhere by mail."""
        return self.scope is not None and self.scope.may(Permission.SEE_DASHBOARD, Capability.ASK_QUESTIONS)

    @property
    def account(self) -> str | None:
        return self.scope.account if self.scope else None


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template context processor. Asks the database nothing, but how many messages are new once the menu is drawn."""
    brand: Brand | None = getattr(request, "brand", None)
    scope: Scope | None = getattr(request, "scope", None)
    language = get_language() or settings.LANGUAGE_CODE
    if scope is None:
        return {"shell": Shell(brand, language)}
    return {
        "shell": Shell(
            brand,
            language,
            scope,
            roles=[str(ROLE_NAMES[role]) for role in Role if role in scope.roles],
            menu=menu(scope, request.path, lambda: _new_messages(scope)),
            session=SessionTimes(
                settings.SESSION_IDLE_SECONDS,
                settings.SESSION_WARNING_SECONDS,
                seconds_left(request.session, now=timezone.now()),
                settings.SESSION_LAST_SECONDS,
            ),
        )
    }


def _new_messages(scope: Scope) -> str:
    """How many messages are new, in few letters; empty for none."""
    count = unread(scope, now=timezone.now())
    return f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count or "")

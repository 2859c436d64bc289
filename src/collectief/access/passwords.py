"""Own passwords: judged, hashed and compared by Django, with argon2id (W02, O04)."""

from __future__ import annotations

import logging
import secrets
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator

from collectief.brands.catalogue import Brand
from collectief.gateways.breaches.client import breaches_at
from collectief.gateways.breaches.port import BreachesUnavailable

from . import rules

_log = logging.getLogger(__name__)


def judge(brand: Brand, password: str, *, name: str, email: str) -> None:
    """Raises AccessRefused for a password that is too easy to guess, shorter than this portal takes, or breached."""
    typed = rules.normalized(password)
    rules.judge_password(typed, shortest=brand.password_shortest, name=name, email=email, common=_common())
    if _breached(typed):
        raise rules.AccessRefused("password_breached")


def _breached(password: str) -> bool:
    """Whether the operator's list of breached passwords has it; no list, or none that answers, stops nobody."""
    if not settings.BREACHED_PASSWORDS_URL:
        return False
    try:
        return breaches_at(settings.BREACHED_PASSWORDS_URL).holds(password)
    except BreachesUnavailable as problem:
        _log.warning("the list of breached passwords does not answer: %s", problem)
        return False


def hashed(password: str) -> str:
    """What is kept of it."""
    return make_password(rules.normalized(password))


def same(password: str, encoded: str | None) -> bool:
    """Whether it is the password that was kept; told in the same time when there is none."""
    nobodys = _nobodys()
    right = check_password(rules.normalized(password[: rules.PASSWORD_LONGEST]), encoded or nobodys)
    return right and encoded is not None


@cache
def _nobodys() -> str:
    return make_password(secrets.token_urlsafe())


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords)

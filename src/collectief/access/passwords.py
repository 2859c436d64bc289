"""Own passwords: judged, hashed and compared by Django, with argon2id (W02, O04)."""

from __future__ import annotations

import secrets
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import CommonPasswordValidator

from collectief.brands.catalogue import Brand

from . import rules


def judge(brand: Brand, password: str, *, name: str, email: str) -> None:
    """Raises AccessRefused for a password that is too easy to guess, or shorter than this portal takes."""
    rules.judge_password(
        rules.normalized(password), shortest=brand.password_shortest, name=name, email=email, common=_common()
    )


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

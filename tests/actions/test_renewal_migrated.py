"""An installation of before learns its secret by migrating, and what devices keep stands with the passkey (ADR 26)."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import connections

from collectief.access.models import Passkey
from collectief.scope.database import signing_in
from collectief.scope.secret import WrongSecret, mark_of
from tests.passkey_world import Device
from tests.renewal_world import NEXT
from tests.web.password_world import half_way, is_in, made, makes_passkey, uses_passkey
from tests.world import Human, enrolled, valid_bsns

NOTE = import_module("collectief.participants.migrations.0007_key_number")
HANDLES = import_module("collectief.access.migrations.0014_renewal")


def _unknown() -> SimpleNamespace:
    """As it was before: the database knows of no secret."""
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("DELETE FROM sealing_key")
    return SimpleNamespace(connection=owner)


def test_the_first_secret_is_noted_when_nobody_is_there(keys):
    NOTE.note(None, _unknown())
    assert keys.answer("SELECT array_agg(number) FROM sealing_key") == [1]
    assert bytes(keys.answer("SELECT mark FROM sealing_key")) == mark_of(keys.first)


def test_another_secret_than_people_are_sealed_under_is_refused(keys, ours, moment, settings):
    enrolled(ours, Human(valid_bsns(1)[0]), moment)
    before = _unknown()
    settings.SECRET_KEY = NEXT
    with pytest.raises(WrongSecret, match="sealed under"):
        NOTE.note(None, before)
    settings.SECRET_KEY = keys.first
    NOTE.note(None, before)
    assert bytes(keys.answer("SELECT mark FROM sealing_key")) == mark_of(keys.first)


def test_a_passkey_of_before_signs_in_by_what_its_device_keeps(keys):
    clara, device = made(), Device()
    makes_passkey(half_way(clara), device, "/inloggen/koppelen/passkey/")
    with keys.server.superuser(keys.database) as line:
        line.execute("UPDATE passkey SET handle = ''")
    browser = clara.browser()
    uses_passkey(browser, device, "/inloggen/passkey/")
    assert not is_in(browser)
    HANDLES.keep_handles(None, SimpleNamespace(connection=connections["owner"]))
    with signing_in():
        assert bytes(Passkey.objects.get().handle) == device.handle
    uses_passkey(browser, device, "/inloggen/passkey/")
    assert is_in(browser)
    assert keys.answer("SELECT relforcerowsecurity FROM pg_class WHERE relname = 'passkey'")

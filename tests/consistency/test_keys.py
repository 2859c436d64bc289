"""Nothing that is sealed or indexed is forgotten when the secret is renewed (ASVS 11.2.2, ADR 26)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.db import connection

from collectief.config.keys import steps

# Columns of bytes that a renewal leaves as they are, and why it may.
LEFT = {
    "batch_chunk.outcome_told": "under the upload's own key, which is sealed anew",
    "batch_chunk.plan_told": "under the upload's own key, which is sealed anew",
    "document.facts": "a keyed digest of what a letter of today says: asked for again, another is made",
    "document_file.sealed": "under the letter's own key, which is sealed anew",
    "factor_reset.nonce": "chance; its link is checked under the former secret too",
    "factor_reset.password_mark": "SHA-256 of the password's hash",
    "invitation.nonce": "chance; its link is checked under the former secret too",
    "mailed_link.nonce": "chance; its link is checked under the former secret too",
    "passkey.credential": "made by the device",
    "passkey.handle": "kept by the device",
    "passkey.public_key": "made by the device",
    "sealing_key.mark": "what recognises each secret",
    "wrong_try.key": "counting begins anew; ten minutes",
}


def _columns() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped"
            " AND a.attnum > 0 AND a.atttypid IN ('bytea'::regtype, 'bytea[]'::regtype)"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
def test_every_column_of_bytes_is_made_anew_or_says_why_not():
    renewed = frozenset().union(*(step.columns for step in steps()))
    assert not renewed & LEFT.keys()
    assert renewed | LEFT.keys() == _columns(), (
        "a new column of bytes is made anew in `renewing.py` of its room, or stands in `LEFT` with the reason why not"
    )


def test_the_secret_is_used_in_one_place():
    """Whoever derives a key does it there, so that a renewal knows of it."""
    package = Path("src/collectief")
    uses = {
        str(file.relative_to(package))
        for file in package.rglob("*.py")
        if re.search(r"\bSECRET_(KEY|BEFORE)\b", file.read_text())
    }
    assert uses == {
        "config/keys.py", "config/settings.py", "participants/migrations/0007_key_number.py", "scope/secret.py",
    }  # fmt: skip


_PURPOSE = re.compile(r'(?:\bkeys?_for\(|\bderived\(\w+, |^_PURPOSE = )"([\w-]+)"', re.MULTILINE)


def test_every_purpose_a_key_is_derived_for_is_in_the_inventory():
    """A purpose has its place in docs/keys.md, that says what becomes of it at a renewal."""
    users = (file.read_text() for file in Path("src/collectief").rglob("*.py"))
    purposes = {one for text in users if "scope.secret import" in text for one in _PURPOSE.findall(text)}
    assert {"authenticator", "batches", "links", "recovery", "notice", "sent-code", "tries", "passkey"} <= purposes
    inventory = Path("docs/keys.md").read_text()
    assert {one for one in purposes if f"`{one}`" not in inventory} == set()

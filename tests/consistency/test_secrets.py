"""What secrets, keys and hashes are made of, and by which code: what is not named here is not used (ASVS 5.0, V11)."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from signxml import DigestAlgorithm, SignatureMethod
from webauthn.registration.generate_registration_options import default_supported_pub_key_algs

from collectief.access import authenticator, factors, telephone, tokens
from collectief.access.models import SentCode
from collectief.access.session_store import SessionStore
from collectief.gateways.eherkenning.saml import encryption, signatures

SOURCE = Path("src/collectief")
KEYS = Path("docs/keys.md").read_text()


@cache
def trees() -> list[tuple[str, ast.AST]]:
    """Every module by its path, migrations apart."""
    return [
        (str(path.relative_to(SOURCE)), ast.parse(path.read_text()))
        for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts
    ]  # fmt: skip


def imported(tree: ast.AST) -> set[str]:
    """The modules that a module imports, in full."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found |= {node.module or "", *(f"{node.module}.{one.name}" for one in node.names)}
    return found


@cache
def imports() -> dict[str, set[str]]:
    """What each module imports."""
    return {path: imported(tree) for path, tree in trees()}


def importers(*modules: str) -> set[str]:
    """Who imports any of these, or of what is in them."""
    wanted = re.compile(rf"({'|'.join(map(re.escape, modules))})(\..*)?")
    return {path for path, names in imports().items() if any(map(wanted.fullmatch, names))}


def called(tree: ast.AST, owner: str) -> Iterator[tuple[str, ast.Call]]:
    """What is called of a module, by name: `secrets.token_bytes(…)`."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name) and node.func.value.id == owner
        ):  # fmt: skip
            yield node.func.attr, node


# --- chance (6.5.3, 11.5.1, 7.2.3, 6.5.4)

# Chance that anybody may foresee: a made-up world, files for it, and when the BRP is asked once more.
FORESEEN = {"demo/world.py", "demo/files.py", "demo/deductible.py", "gateways/brp/client.py"}
# Bytes of `secrets` below sixteen: a letter's number is typed over and opens nothing; a nonce of AES-GCM has twelve.
SHORTER = {("documents/actions.py", 10), ("gateways/eherkenning/saml/issuing.py", 12)}


def test_only_what_may_be_foreseen_comes_from_a_source_of_chance_that_can_be():
    assert importers("random") == FORESEEN
    from_uuid = {name for names in imports().values() for name in names if name.startswith("uuid.")}
    assert from_uuid <= {"uuid.uuid4"}, "the others are made of clocks and names"


def test_what_is_drawn_has_128_bits_or_more():
    drawn = [
        (path, name, call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None)
        for path, tree in trees() for name, call in called(tree, "secrets") if name.startswith("token_")
    ]  # fmt: skip
    assert len(drawn) > 10
    # Without a number it is 32 bytes.
    assert {(path, count) for path, _, count in drawn if count is not None and count < 16} == SHORTER
    named = {
        (path, ast.unparse(call.args[0])) for path, tree in trees() for name, call in called(tree, "os")
        if name == "urandom"
    }  # fmt: skip
    # AES-GCM's own nonce has 96 bits; what proves something has more.
    assert {count for _, count in named} == {"NONCE_BYTES"}
    assert len(tokens.new_nonce()) * 8 >= 128
    assert tokens._MAC_BYTES * 8 >= 128
    # What the owner reads into an app: base 32.
    assert len(authenticator.opened_secret(1, authenticator.new_secret(1))) * 5 >= 128


@pytest.mark.django_db
def test_a_session_key_has_128_bits_of_the_systems_chance(monkeypatch):
    keys = {SessionStore()._get_new_session_key() for _ in range(50)}
    assert len(keys) == 50
    letters = {letter for key in keys for letter in key}
    assert min(map(len, keys)) * math.log2(len(letters)) >= 128
    monkeypatch.setattr("secrets.choice", lambda options: options[0])
    assert len(set(SessionStore()._get_new_session_key())) == 1, "nothing but `secrets` decides"


def test_a_code_by_sms_has_twenty_bits_evenly_spread():
    codes = [telephone.code_of(SentCode(id=number, nonce=number.to_bytes(16))) for number in range(1, 20_001)]
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in codes)
    assert 10**6 >= 2**19.9
    for place in range(6):
        counted = Counter(code[place] for code in codes)
        # Chi-square with nine degrees of freedom: beyond 50 once in some ten million.
        assert sum((counted[digit] - 2000) ** 2 / 2000 for digit in "0123456789") < 50, (place, counted)
    # Twelve letters of thirty.
    assert 12 * math.log2(len(set(factors._LETTERS))) > 58


# --- whose implementations, and where (11.2.1)

CIPHERS = {
    "foundation/sealing.py", "foundation/strength.py", "bulk/vault.py", "demo/eherkenning.py",
    "gateways/eherkenning/saml_simulator.py", "gateways/eherkenning/saml/connection.py",
    "gateways/eherkenning/saml/encryption.py", "gateways/eherkenning/saml/issuing.py",
    "gateways/eherkenning/saml/metadata.py", "gateways/eherkenning/saml/signatures.py",
}  # fmt: skip
# Other libraries for the same, well kept or not.
OTHERS = (
    "Crypto", "Cryptodome", "nacl", "rsa", "ecdsa", "jwt", "jose", "authlib", "jwcrypto", "M2Crypto", "OpenSSL",
    "passlib", "bcrypt", "saml2", "onelogin", "xmlsec", "fido2",
)  # fmt: skip


def test_primitives_come_from_the_named_library_and_are_used_in_the_named_modules_only():
    assert importers("cryptography.hazmat") == CIPHERS
    assert importers(*OTHERS) == set()
    assert importers("joserfc") == {
        "gateways/openid/client.py", "gateways/openid/minting.py",
        "gateways/print/client.py", "gateways/print/simulator.py",
    }  # fmt: skip
    assert importers("webauthn") == {"access/passkeys.py"}
    assert importers("signxml") == {"gateways/eherkenning/saml/signatures.py", "gateways/eherkenning/saml_simulator.py"}


# --- hashes (11.4.1)

# Where a protocol names something with SHA-1, or with which padding goes, and nothing rests on it (docs/keys.md).
OLD = {
    "gateways/breaches/client.py", "gateways/eherkenning/saml/artifact.py", "gateways/eherkenning/saml/issuing.py",
    "gateways/eherkenning/saml/encryption.py",
}  # fmt: skip


def test_no_hash_that_is_broken_is_used_but_where_a_protocol_names_something_with_it():
    used, broken = set(), set()
    for path, tree in trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                if node.value.id == "hashlib":
                    used.add(node.attr)
                if re.fullmatch(r"(md\d|sha_?1|ripemd\w*)", node.attr, re.IGNORECASE):
                    broken.add(path)
        for name, call in called(tree, "hashlib"):
            if name != "sha256":
                assert any(one.arg == "usedforsecurity" for one in call.keywords), path
        for _, call in called(tree, "hmac"):
            assert len(call.args) < 3 or ast.unparse(call.args[2]) == "hashlib.sha256", path
    assert broken == OLD
    assert used == {"sha256", "sha1"}
    # By name only where people are made up, always the same ones.
    assert {(path, name) for path, names in imports().items() for name in names if name.startswith("hashlib.")} == {
        ("gateways/brp/inhabitants.py", "hashlib.blake2b")
    }


# --- what of others is accepted (11.6.1)


def test_signatures_and_keys_of_others_are_of_the_kinds_in_the_inventory_and_no_other():
    assert signatures._EXPECTED.signature_methods == {SignatureMethod.RSA_SHA256}
    assert signatures._EXPECTED.digest_algorithms == {DigestAlgorithm.SHA256}
    assert {one.rpartition("#")[2] for one in (*encryption.CBC, *encryption.GCM)} == {
        f"aes{bits}-{mode}" for bits in (128, 192, 256) for mode in ("cbc", "gcm")
    }
    _, client = next((path, tree) for path, tree in trees() if path == "gateways/openid/client.py")
    accepted = [
        ast.literal_eval(one.value) for node in ast.walk(client) if isinstance(node, ast.Call)
        for one in node.keywords if one.arg == "algorithms"
    ]  # fmt: skip
    assert accepted == [["RS256"], ["RS256"]]
    passkeys = {-8: "EdDSA", -7: "ES256", -257: "RS256"}
    assert set(default_supported_pub_key_algs) == set(passkeys)
    for name in ("RSA-SHA-256", "OAEP", *passkeys.values()):
        assert name in KEYS


# --- who is there from the start (6.3.2)


@pytest.mark.django_db
def test_a_fresh_installation_has_nobody_who_can_sign_in(database_server):
    """As the migrations leave it, read by who may read everything."""
    tables = [model._meta.db_table for model in apps.get_app_config("access").get_models()]
    assert {"account", "membership", "passkey", "invitation"} <= set(tables)
    with database_server.superuser("test_template") as line:
        for table in tables:
            assert line.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,), table

"""Passkeys (WebAuthn): made and used with the device's own lock, as second factor or instead of a password (W04)."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, decode_credential_public_key, parse_authentication_credential_json
from webauthn.helpers.decoded_public_key_to_cryptography import decoded_public_key_to_cryptography
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from collectief.brands.catalogue import Brand
from collectief.foundation.strength import TooWeak, check_key
from collectief.gateways.single_sign_on.client import is_subject
from collectief.scope.database import signing_in
from collectief.scope.secret import key_for
from collectief.segments.catalogue import profile

from .factors import attempt, factors_here, first_codes
from .models import Account, Membership, Passkey
from .password_sign_in import members
from .rules import AccessRefused

_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Site:
    """Where a key is made and used: the host it is bound to, and the address in full."""

    host: str
    origin: str


def to_make(brand: Brand, site: Site, account_id: int) -> tuple[str, str]:
    """What a browser needs to make a key, as JSON, and the challenge that the session keeps."""
    with signing_in():
        account = Account.objects.get(id=account_id)
        held = list(Passkey.objects.filter(account_id=account_id, host=site.host).values_list("credential", flat=True))
        handle = _handle_for(account_id)
    options = generate_registration_options(
        rp_id=site.host, rp_name=brand.name, user_name=account.email, user_display_name=account.name,
        user_id=handle,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=bytes(one)) for one in held],
    )  # fmt: skip
    return options_to_json(options), bytes_to_base64url(options.challenge)


def to_use(site: Site, account_id: int | None = None) -> tuple[str, str]:
    """What a browser needs to use a key, and the challenge; without an account whichever its owner picks."""
    held: list[Any] = []
    if account_id is not None:
        with signing_in():
            own = Passkey.objects.filter(account_id=account_id, host=site.host)
            held = list(own.values_list("credential", flat=True))
    options = generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED,
        allow_credentials=[PublicKeyCredentialDescriptor(id=bytes(one)) for one in held] or None,
    )  # fmt: skip
    return options_to_json(options), bytes_to_base64url(options.challenge)


def make(
    brand: Brand, site: Site, membership_id: int, challenge: str, answer: str, *, name: str, first: bool, now: datetime
) -> tuple[Membership, list[str]]:
    """Keep the public half of a key that was made; with recovery codes when it is the first factor.

    Somebody who is still half way in may only make their `first`. Raises AccessRefused: wrong_passkey, weak_passkey,
    too_many_tries, already_linked, use_work_account, no_longer.
    """
    codes: list[str] = []

    def made(member: Membership) -> str:
        own = profile(member.organisation.segment)
        if first and factors_here(member.account_id, brand, own).passkeys:
            return "already_linked"
        if first and is_subject(member.acting_subject):
            # Who comes by single sign-on needs no passkey: else a password of elsewhere would open the office alone.
            return "use_work_account"
        try:
            key = verify_registration_response(
                credential=answer[:_LONGEST], expected_challenge=base64url_to_bytes(challenge),
                expected_rp_id=site.host, expected_origin=site.origin, require_user_verification=True,
            )  # fmt: skip
        except (WebAuthnException, ValueError):
            return "wrong_passkey"
        if _is_weak(brand, key.credential_public_key):
            return "weak_passkey"
        codes.extend(first_codes(brand, member.account_id, own))
        try:
            with transaction.atomic():
                Passkey.objects.create(
                    account_id=member.account_id, host=site.host, name=name, credential=key.credential_id,
                    public_key=key.credential_public_key, sign_count=key.sign_count,
                    handle=_handle_for(member.account_id),
                )  # fmt: skip
        except IntegrityError:
            return "wrong_passkey"
        return ""

    member = attempt(
        brand, membership_id, made, now, action="account.link_factor", factor="passkey", lets_in=first,
        notice="passkey_made",
    )  # fmt: skip
    return member, codes


def prove(
    brand: Brand,
    site: Site,
    membership_id: int,
    challenge: str,
    answer: str,
    *,
    now: datetime,
    action: str = "account.sign_in",
    means: str = "password",
) -> Membership:
    """Let in who used one of their own keys, after `means`.

    Raises AccessRefused: wrong_passkey, weak_passkey, too_many_tries, no_longer.
    """

    def proved(member: Membership) -> str:
        key = _named(site, answer)
        if key is None or key.account_id != member.account_id:
            return "wrong_passkey"
        if _is_weak(brand, bytes(key.public_key)):
            return "weak_passkey"
        return "" if _used(site, key, challenge, answer, now) else "wrong_passkey"

    return attempt(brand, membership_id, proved, now, action=action, factor="passkey", means=means, lets_in=True)


def sign_in(brand: Brand, site: Site, challenge: str, answer: str, *, now: datetime) -> Membership:
    """Let in whose key this is, without a password: the device asked who holds it. Raises AccessRefused."""
    with signing_in():
        key = _named(site, answer)
        member = members(brand).filter(account_id=key.account_id).order_by("id").first() if key else None
    if member is None:
        raise AccessRefused("wrong_passkey")
    return prove(brand, site, member.id, challenge, answer, now=now, means="passkey")


def _named(site: Site, answer: str) -> Passkey | None:
    """The key that an answer says it is of; whether it is, its signature tells."""
    try:
        said = parse_authentication_credential_json(answer[:_LONGEST])
    except (WebAuthnException, ValueError):
        return None
    key = Passkey.objects.filter(credential=said.raw_id, host=site.host).first()
    handle = said.response.user_handle
    # A key that is used without a password says whose it is, and must say the same as we do.
    wrong = key is not None and handle is not None and not hmac.compare_digest(handle, bytes(key.handle))
    return None if wrong else key


def _used(site: Site, key: Passkey, challenge: str, answer: str, now: datetime) -> bool:
    try:
        used = verify_authentication_response(
            credential=answer[:_LONGEST], expected_challenge=base64url_to_bytes(challenge), expected_rp_id=site.host,
            expected_origin=site.origin, credential_public_key=bytes(key.public_key),
            credential_current_sign_count=key.sign_count, require_user_verification=True,
        )  # fmt: skip
    except (WebAuthnException, ValueError):
        return False
    Passkey.objects.filter(id=key.id).update(sign_count=used.new_sign_count, used_at=now)
    return True


def _is_weak(brand: Brand, public: bytes) -> bool:
    """Whether a public key, as a device gives it (COSE), has less than the security that this portal asks."""
    try:
        check_key(
            decoded_public_key_to_cryptography(decode_credential_public_key(public)), "passkey", brand.smallest_rsa
        )
    except TooWeak:
        return True
    return False


def _handle_for(account_id: int) -> bytes:
    """How a key knows its owner: ours to recognise, and nobody's number. All keys of an account have the same one.

    Devices keep it, so it cannot follow another secret: it stands with the key. Must run inside `signing_in`.
    """
    if held := Passkey.objects.filter(account_id=account_id).order_by("id").first():
        return bytes(held.handle)
    return hmac.digest(key_for("passkey"), str(account_id).encode(), hashlib.sha256)

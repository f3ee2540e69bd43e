"""Passkeys (WebAuthn, by py_webauthn): as the second factor, and alone, when the device checked its owner.

A ceremony has two halves. The first hands out a challenge and remembers it as a row; the door keeps the row's name in
the browser's session. The second half uses that row up, whatever comes of it, and checks what the device signed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import (
    bytes_to_base64url,
    generate_challenge,
    generate_user_handle,
    parse_authentication_credential_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from quad.core import clock
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.house import NAME
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.facts.factors import (
    FactorAdded,
    FactorBegun,
    FactorRemoved,
    PasskeyCopied,
    PasskeyRenamed,
)
from quad.identity.models.accounts import AccountState, User
from quad.identity.models.factors import CeremonyPurpose, Passkey, PasskeyCeremony
from quad.identity.policy import OWN_ACCOUNT
from quad.identity.service.factors import (
    Held,
    factors_of,
    note_added,
    note_removed,
    require_replaceable,
)
from quad.identity.service.recovery import first_codes
from quad.identity.service.secrets import fingerprint, new_key

LIFE = timedelta(minutes=5)
MOST = 20  # passkeys of one person
LONGEST_ANSWER = 20_000
# What py_webauthn raises, and what malformed input makes the parsers below it raise.
BROKEN = (WebAuthnException, InvalidSignature, ValueError, KeyError, TypeError)


@dataclass(frozen=True)
class RelyingParty:
    """Us, as authenticators know us: a domain, and the one origin they may speak to."""

    id: str
    origin: str


def relying_party(base_url: str) -> RelyingParty | None:
    """Return how authenticators know a site with this public address; None where they refuse to (a bare number)."""
    parts = urlsplit(base_url)
    host = (parts.hostname or "").lower()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        usual = {"https": 443, "http": 80}.get(parts.scheme)
        port = "" if parts.port in (None, usual) else f":{parts.port}"
        secure = parts.scheme == "https" or host == "localhost" or host.endswith(".localhost")
        return RelyingParty(host, f"{parts.scheme}://{host}{port}") if secure else None
    return None


@dataclass(frozen=True)
class Ceremony:
    """The first half: `name` for the door to keep, `options` (JSON) for the browser."""

    name: str
    options: str


def _begin(
    db: Session,
    purpose: CeremonyPurpose,
    challenge: bytes,
    options: Any,
    *,
    user_id: int | None = None,
    handle: str = "",
) -> Ceremony:
    row = PasskeyCeremony(
        public_id=new_key(),
        purpose=purpose,
        challenge=bytes_to_base64url(challenge),
        user_id=user_id,
        user_handle=handle,
        expires_at=clock.now() + LIFE,
    )
    db.add(row)
    db.flush()
    return Ceremony(row.public_id, options_to_json(options))


def _use_up(
    db: Session, name: str, purpose: CeremonyPurpose, user_id: int | None = None
) -> PasskeyCeremony | None:
    """Return the ceremony and delete it, so that no answer counts twice; None when there is none (any more)."""
    row = db.scalar(select(PasskeyCeremony).where(PasskeyCeremony.public_id == name[:64]))
    if row is None:
        return None
    gone = db.execute(delete(PasskeyCeremony).where(PasskeyCeremony.id == row.id))
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        return None
    db.expunge(row)
    fits = row.purpose is purpose and row.user_id == user_id and row.expires_at > clock.now()
    return row if fits else None


def _descriptors(keys: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    known = {each.value for each in AuthenticatorTransport}
    return [
        PublicKeyCredentialDescriptor(
            id=base64url_to_bytes(key.credential_id),
            transports=[AuthenticatorTransport(t) for t in key.transports.split() if t in known],
        )
        for key in keys
    ]


def _keys_of(db: Session, user_id: int) -> Sequence[Passkey]:
    return db.scalars(select(Passkey).where(Passkey.user_id == user_id).order_by(Passkey.id)).all()


def list_passkeys(db: Session, actor: Actor) -> Sequence[Passkey]:
    """Return the actor's passkeys in the order they were added."""
    OWN_ACCOUNT.require(actor)
    return _keys_of(db, actor.own_id)


def begin_registration(db: Session, actor: Actor, party: RelyingParty) -> Ceremony:
    """Begin to add a passkey. Raises Rejected when there are too many already."""
    OWN_ACCOUNT.require(actor)
    user = db.scalars(select(User).where(User.id == actor.own_id)).one()
    keys = _keys_of(db, user.id)
    if len(keys) >= MOST:
        raise Rejected(_("You have %(n)s passkeys. Remove one first.", n=len(keys)))
    handle = keys[0].user_handle if keys else bytes_to_base64url(generate_user_handle())
    challenge = generate_challenge()
    options = generate_registration_options(
        rp_id=party.id,
        rp_name=value(db, NAME),
        user_id=base64url_to_bytes(handle),
        user_name=user.email_as_typed,
        user_display_name=user.full_name,
        challenge=challenge,
        timeout=int(LIFE.total_seconds() * 1000),
        exclude_credentials=_descriptors(keys),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
    )
    emit(db, FactorBegun(actor_id=actor.id, user_id=user.id, kind="passkey"))
    return _begin(db, CeremonyPurpose.REGISTER, challenge, options, user_id=user.id, handle=handle)


def finish_registration(
    db: Session,
    actor: Actor,
    party: RelyingParty,
    ceremony: str,
    answer: str,
    *,
    name: str,
    secret: str,
) -> list[str] | None:
    """Add the passkey that the device made; return recovery codes to show when there were none.

    None when the answer does not hold: the challenge is used up, which must outlive the refusal.
    """
    OWN_ACCOUNT.require(actor)
    begun = _use_up(db, ceremony, CeremonyPurpose.REGISTER, actor.own_id)
    if begun is None or len(answer) > LONGEST_ANSWER:
        return None
    try:
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(begun.challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
        )
        transports = parse_registration_credential_json(answer).response.transports or []
    except BROKEN:
        return None
    user = db.scalars(select(User).where(User.id == actor.own_id).with_for_update()).one()
    credential_id = bytes_to_base64url(made.credential_id)
    row = Passkey(
        user_id=user.id,
        name=name,
        credential_hash=fingerprint(credential_id),
        credential_id=credential_id,
        user_handle=begun.user_handle,
        public_key=bytes_to_base64url(made.credential_public_key),
        sign_count=made.sign_count,
        transports=" ".join(str(each.value) for each in transports)[:100],
        synced=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
    )
    db.add(row)
    db.flush()
    note_added(db, user, "passkey", name=name)
    emit(db, FactorAdded(actor_id=actor.id, user_id=user.id, kind="passkey", factor_id=row.id))
    return first_codes(db, user.id, secret)


def begin_sign_in(db: Session, party: RelyingParty) -> Ceremony:
    """Begin a sign-in by passkey alone: the device offers the accounts it knows, we name none."""
    challenge = generate_challenge()
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=int(LIFE.total_seconds() * 1000),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return _begin(db, CeremonyPurpose.SIGN_IN, challenge, options)


def begin_proof(
    db: Session, user_id: int, party: RelyingParty, purpose: CeremonyPurpose
) -> Ceremony:
    """Begin a second proof with one of a person's passkeys (`SECOND`, or `PROVE` for dangerous acts)."""
    challenge = generate_challenge()
    options = generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=int(LIFE.total_seconds() * 1000),
        allow_credentials=_descriptors(_keys_of(db, user_id)),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _begin(db, purpose, challenge, options, user_id=user_id)


def finish_sign_in(db: Session, party: RelyingParty, ceremony: str, answer: str) -> User | None:
    """Return who signed in by passkey alone, or None when the answer does not hold."""
    begun = _use_up(db, ceremony, CeremonyPurpose.SIGN_IN)
    return None if begun is None else _check(db, party, begun, answer, alone=True)


def finish_proof(
    db: Session,
    user_id: int,
    party: RelyingParty,
    ceremony: str,
    answer: str,
    purpose: CeremonyPurpose,
) -> bool:
    """Tell whether the answer is a proof by one of this person's passkeys."""
    begun = _use_up(db, ceremony, purpose, user_id)
    return begun is not None and _check(db, party, begun, answer, alone=False) is not None


def _check(
    db: Session, party: RelyingParty, begun: PasskeyCeremony, answer: str, *, alone: bool
) -> User | None:
    found = _key_of_answer(db, begun, answer)
    if found is None:
        return None
    key, user, handle = found
    if handle != key.user_handle and (alone or handle):
        return None
    try:
        checked = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(begun.challenge),
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=base64url_to_bytes(key.public_key),
            credential_current_sign_count=0,  # judged below, once the signature is known to be real
            require_user_verification=alone,
        )
    except BROKEN:
        return None
    if _went_backwards(key, checked):
        emit(db, PasskeyCopied(actor_id=None, user_id=user.id, factor_id=key.id))
        return None
    key.sign_count, key.last_used_at = checked.new_sign_count, clock.now()
    return user


def _key_of_answer(
    db: Session, begun: PasskeyCeremony, answer: str
) -> tuple[Passkey, User, str] | None:
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        parsed = parse_authentication_credential_json(answer)
    except BROKEN:
        return None
    query = (
        select(Passkey, User)
        .join(User, User.id == Passkey.user_id)
        .where(
            Passkey.credential_hash == fingerprint(bytes_to_base64url(parsed.raw_id)),
            User.state == AccountState.ACTIVE,
            User.deleted_at.is_(None),
        )
        .with_for_update(of=Passkey)
    )
    if begun.user_id is not None:
        query = query.where(Passkey.user_id == begun.user_id)
    row = db.execute(query).first()
    handle = parsed.response.user_handle
    return None if row is None else (row[0], row[1], bytes_to_base64url(handle) if handle else "")


def _went_backwards(key: Passkey, checked: VerifiedAuthentication) -> bool:
    """A counter must grow, unless the device keeps none (it is 0 then, always)."""
    counts = checked.new_sign_count > 0 or key.sign_count > 0
    return counts and checked.new_sign_count <= key.sign_count


def _own_key(db: Session, actor: Actor, passkey_id: int) -> Passkey:
    OWN_ACCOUNT.require(actor)
    row = db.scalar(
        select(Passkey)
        .where(Passkey.id == passkey_id, Passkey.user_id == actor.own_id)
        .with_for_update()
    )
    if row is None:
        raise NotFound
    return row


def rename(db: Session, actor: Actor, passkey_id: int, name: str) -> Passkey:
    """Give a passkey another name. Raises NotFound."""
    row = _own_key(db, actor, passkey_id)
    row.name = name
    emit(db, PasskeyRenamed(actor_id=actor.id, user_id=actor.own_id, factor_id=row.id))
    return row


def remove(db: Session, actor: Actor, passkey_id: int) -> None:
    """Remove a passkey. Raises NotFound, or Rejected when it is the last way in or a role needs it."""
    OWN_ACCOUNT.require(actor)
    user = db.scalars(select(User).where(User.id == actor.own_id).with_for_update()).one()
    row = _own_key(db, actor, passkey_id)
    there = factors_of(db, user.id)
    require_replaceable(db, user.id, remaining=Held(there.totp, there.passkeys - 1))
    name = row.name
    db.delete(row)
    db.flush()
    note_removed(db, user, "passkey", name=name)
    fact = FactorRemoved(actor_id=actor.id, user_id=user.id, kind="passkey", factor_id=passkey_id)
    emit(db, fact)


def purge_ceremonies(db: Session, before: datetime) -> None:
    """Remove the challenges that ended before `before`."""
    db.execute(delete(PasskeyCeremony).where(PasskeyCeremony.expires_at < before))

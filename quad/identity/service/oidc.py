"""Signing in with an OpenID Connect provider: who came back, whose account that is, and which roles follow.

A provider replaces the password and the mailed code, not a second factor that somebody set up here. Accounts are
linked by an address that the provider verified and that is confirmed here, and never twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from authlib.common.security import generate_token
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.config import OidcProvider
from quad.core.db.types import normalised
from quad.core.errors import NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.facts.accounts import RoleGranted, RoleRevoked, UserCreated
from quad.identity.facts.factors import IdentityLinked, IdentityUnlinked, ProviderSignInFailed
from quad.identity.models.accounts import AccountState, Role, RoleGrant, User
from quad.identity.models.factors import ExternalIdentity, OidcFlow, OidcPurpose, Passkey
from quad.identity.policy import OWN_ACCOUNT
from quad.identity.service import devices, second
from quad.identity.service.factors import factors_of, tell
from quad.identity.service.grants import NEEDS_DEPARTMENT, place_grant
from quad.identity.service.second import Attempt, CodeNeeded, Door, open_for
from quad.identity.service.secrets import fingerprint, new_key
from quad.identity.service.sessions import Opened
from quad.identity.service.users import new_person

LIFE = timedelta(minutes=10)
Providers = Mapping[str, OidcProvider]


class Problem(StrEnum):
    """Why somebody whom the provider knows does not come in."""

    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"
    CLOSED = "closed"
    UNCONFIRMED = "unconfirmed"


def problem_sentence(problem: Problem) -> str:
    """Return what the person is told."""
    return {
        Problem.UNVERIFIED: _(
            "The provider did not confirm your e-mail address, so we cannot tell which account is yours."
        ),
        Problem.UNKNOWN: _(
            "There is no account here with your e-mail address. Your department makes your account."
        ),
        Problem.CLOSED: _("This account is closed. Ask the help desk."),
        Problem.UNCONFIRMED: _(
            "Confirm the e-mail address of your account first: the link is in your mail."
        ),
    }[problem]


@dataclass(frozen=True)
class Sent:
    """Somebody on the way to a provider: what the address needs, and what the browser's session keeps (`state`)."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Flow:
    """What we knew when we sent somebody away."""

    provider: str
    purpose: OidcPurpose
    nonce: str
    verifier: str
    user_id: int | None
    wanted: str
    wanted_role: str


def provider_label(slug: str, provider: OidcProvider) -> str:
    """Return what people call a provider."""
    return provider.name or slug.replace("_", " ").title()


def get_provider(providers: Providers, slug: str) -> OidcProvider:
    """Return a configured provider. Raises NotFound."""
    found = providers.get(slug)
    if found is None:
        raise NotFound
    return found


def begin(
    db: Session,
    slug: str,
    purpose: OidcPurpose,
    *,
    user_id: int | None = None,
    wanted: str = "/",
    wanted_role: str = "",
) -> Sent:
    """Remember whom we send to a provider, and why."""
    sent = Sent(new_key(), new_key(), generate_token(64))
    db.add(
        OidcFlow(
            state_hash=fingerprint(sent.state),
            provider=slug,
            purpose=purpose,
            nonce=sent.nonce,
            verifier=sent.verifier,
            user_id=user_id,
            wanted=wanted[:2000],
            wanted_role=wanted_role,
            expires_at=clock.now() + LIFE,
        )
    )
    db.flush()
    return sent


def take_flow(db: Session, state: str) -> Flow | None:
    """Return what belongs to a state and forget it, so that it counts once; None when there is none (any more)."""
    row = db.scalar(select(OidcFlow).where(OidcFlow.state_hash == fingerprint(state)))
    if row is None:
        return None
    flow = Flow(
        row.provider,
        row.purpose,
        row.nonce,
        row.verifier,
        row.user_id,
        row.wanted,
        row.wanted_role,
    )
    in_time = row.expires_at > clock.now()
    gone = db.execute(delete(OidcFlow).where(OidcFlow.id == row.id))
    return flow if in_time and gone.rowcount == 1 else None  # type: ignore[attr-defined]


def note_failure(db: Session, slug: str, reason: str, user_id: int | None = None) -> None:
    """Write down that an answer from a provider was refused."""
    emit(db, ProviderSignInFailed(actor_id=None, user_id=user_id, provider=slug, reason=reason))


def sign_in(
    db: Session,
    slug: str,
    provider: OidcProvider,
    claims: Mapping[str, Any],
    attempt: Attempt,
    door: Door,
) -> Opened | CodeNeeded | Problem:
    """Let in whom the provider vouches for, or ask for the second factor they set up here."""
    found = _find(db, slug, provider, claims)
    if isinstance(found, Problem):
        note_failure(db, slug, found)
        return found
    identity, user = found
    identity.last_used_at = clock.now()
    identity.email = verified_email(claims) or identity.email
    _follow_claims(db, identity, provider, claims)
    attempt = replace(attempt, provider=slug)
    held = factors_of(db, user.id)
    if not held.strong:
        return open_for(db, user, attempt, door)
    device = devices.find(db, user.id, attempt.trusted) if door.code == "new_device" else None
    if device is not None:
        cookie = devices.rotate(device, attempt.trusted, attempt.origin)
        return replace(open_for(db, user, attempt, door), device=cookie)
    return second.begin(db, user, attempt, door, held)


def verified_email(claims: Mapping[str, Any]) -> str:
    """Return the address if the provider verified it, else nothing."""
    email = claims.get("email")
    given = claims.get("email_verified")
    verified = given is True or given == "true"  # not `in`: 1 equals True
    return email if verified and isinstance(email, str) and 3 <= len(email) <= 254 else ""


def _find(
    db: Session, slug: str, provider: OidcProvider, claims: Mapping[str, Any]
) -> tuple[ExternalIdentity, User] | Problem:
    row = db.execute(
        select(ExternalIdentity, User)
        .join(User, User.id == ExternalIdentity.user_id)
        .where(
            ExternalIdentity.issuer == provider.issuer,
            ExternalIdentity.subject == str(claims["sub"]),
        )
        .with_for_update(of=ExternalIdentity)
    ).first()
    if row is not None:
        opens = row[1].state is AccountState.ACTIVE and row[1].deleted_at is None
        return (row[0], row[1]) if opens else Problem.CLOSED
    return _link_by_email(db, slug, provider, claims)


def _link_by_email(
    db: Session, slug: str, provider: OidcProvider, claims: Mapping[str, Any]
) -> tuple[ExternalIdentity, User] | Problem:
    email = verified_email(claims)
    if not email:
        return Problem.UNVERIFIED
    user = db.scalar(
        select(User)
        .where(User.email == normalised(email), User.deleted_at.is_(None))
        .with_for_update()
    )
    if user is None:
        if not provider.create:
            return Problem.UNKNOWN
        user = _new_user(db, email, claims)
    elif user.email_confirmed_at is None and user.password_hash is not None:
        # Somebody may have made the account with an address that is not theirs and chosen its password.
        return Problem.UNCONFIRMED
    elif user.state is not AccountState.ACTIVE:
        return Problem.CLOSED
    user.email_confirmed_at = user.email_confirmed_at or clock.now()
    return _write_link(db, slug, provider, user, claims), user


def _new_user(db: Session, email: str, claims: Mapping[str, Any]) -> User:
    name = " ".join(str(claims.get("name") or "").split())[:120]
    user = new_person(db, name or email.partition("@")[0], email)
    user.state = AccountState.ACTIVE
    db.flush()
    emit(db, UserCreated(actor_id=None, user_id=user.id))
    return user


def _write_link(
    db: Session, slug: str, provider: OidcProvider, user: User, claims: Mapping[str, Any]
) -> ExternalIdentity:
    identity = ExternalIdentity(
        user_id=user.id,
        issuer=provider.issuer,
        subject=str(claims["sub"]),
        email=verified_email(claims),
        roles="",
        last_used_at=clock.now(),
    )
    db.add(identity)
    db.flush()
    tell(db, user, "linked", {"provider": provider_label(slug, provider)})
    emit(db, IdentityLinked(actor_id=user.id, user_id=user.id, provider=slug))
    return identity


def claimed_roles(provider: OidcProvider, claims: Mapping[str, Any]) -> list[Role]:
    """Return the roles that the provider's claims give by the rules of the setting.

    A role that needs a department cannot come from outside, nor can one that does not exist here.
    """
    found = []
    for claim, wanted, word in provider.role_rules:
        given = claims.get(claim)
        values = given if isinstance(given, list) else [given]
        if wanted in [str(each) for each in values if each is not None] and word in set(Role):
            found.append(Role(word))
    return [role for role in dict.fromkeys(found) if role not in NEEDS_DEPARTMENT]


def _follow_claims(
    db: Session, identity: ExternalIdentity, provider: OidcProvider, claims: Mapping[str, Any]
) -> None:
    """Give the roles that the claims name; take away what earlier claims gave and these do not."""
    wanted = claimed_roles(provider, claims)
    given = identity.roles.split()
    for word in given:
        if word not in wanted:
            _take_role(db, identity.user_id, word)
    kept = [word for word in given if word in wanted]
    for role in wanted:
        if role not in given and not _holds(db, identity.user_id, role):
            place_grant(db, identity.user_id, role, None)
            fact = RoleGranted(
                actor_id=None, user_id=identity.user_id, role=role, department_id=None
            )
            emit(db, fact)
            kept.append(role)
    identity.roles = " ".join(kept)


def _holds(db: Session, user_id: int, role: Role) -> bool:
    """Tell whether the role is held already, given by people: it is not the provider's to take away."""
    query = select(RoleGrant.id).where(RoleGrant.user_id == user_id, RoleGrant.role == role)
    return db.scalar(query.limit(1)) is not None


def _take_role(db: Session, user_id: int, word: str) -> None:
    grant = db.scalar(
        select(RoleGrant).where(
            RoleGrant.user_id == user_id,
            RoleGrant.role == word,
            RoleGrant.department_id.is_(None),
        )
    )
    if grant is not None:
        db.delete(grant)
        emit(db, RoleRevoked(actor_id=None, user_id=user_id, role=word, department_id=None))


def link(
    db: Session, actor: Actor, slug: str, provider: OidcProvider, claims: Mapping[str, Any]
) -> None:
    """Link the actor's account with who came back. Raises Rejected when that is somebody else's, or linked already."""
    OWN_ACCOUNT.require(actor)
    known = db.scalar(
        select(ExternalIdentity).where(
            ExternalIdentity.issuer == provider.issuer,
            ExternalIdentity.subject == str(claims["sub"]),
        )
    )
    if known is not None and known.user_id == actor.own_id:
        return
    if known is not None:
        raise Rejected(_("This sign-in belongs to another account already."))
    user = db.scalars(select(User).where(User.id == actor.own_id).with_for_update()).one()
    _write_link(db, slug, provider, user, claims)


def proves(db: Session, actor: Actor, provider: OidcProvider, claims: Mapping[str, Any]) -> bool:
    """Tell whether who came back is the actor, for a fresh proof."""
    known = select(ExternalIdentity.id).where(
        ExternalIdentity.user_id == actor.own_id,
        ExternalIdentity.issuer == provider.issuer,
        ExternalIdentity.subject == str(claims["sub"]),
    )
    return db.scalar(known) is not None


def list_identities(db: Session, actor: Actor) -> Sequence[ExternalIdentity]:
    """Return the provider sign-ins linked with the actor's account."""
    OWN_ACCOUNT.require(actor)
    query = select(ExternalIdentity).where(ExternalIdentity.user_id == actor.own_id)
    return db.scalars(query.order_by(ExternalIdentity.id)).all()


def unlink(db: Session, actor: Actor, identity_id: int, providers: Providers) -> None:
    """Unlink a provider's sign-in. Raises NotFound, or Rejected when it is the only way in."""
    OWN_ACCOUNT.require(actor)
    user = db.scalars(select(User).where(User.id == actor.own_id).with_for_update()).one()
    identity = db.scalar(
        select(ExternalIdentity).where(
            ExternalIdentity.id == identity_id, ExternalIdentity.user_id == user.id
        )
    )
    if identity is None:
        raise NotFound
    if user.password_hash is None and _ways_in(db, user.id) <= 1:
        raise Rejected(
            _("This is your only way in. Set a password or add a passkey first, then unlink it.")
        )
    slug = slug_of(providers, identity.issuer)
    name = provider_label(slug, providers[slug]) if slug in providers else identity.issuer
    db.delete(identity)
    tell(db, user, "unlinked", {"provider": name})
    emit(db, IdentityUnlinked(actor_id=actor.id, user_id=user.id, provider=slug))


def slug_of(providers: Providers, issuer: str) -> str:
    """Return the name of a configured provider by its issuer; the issuer itself when it is configured no more."""
    return next((slug for slug, each in providers.items() if each.issuer == issuer), issuer)


def _ways_in(db: Session, user_id: int) -> int:
    identities = select(func.count(ExternalIdentity.id)).where(ExternalIdentity.user_id == user_id)
    keys = select(func.count(Passkey.id)).where(Passkey.user_id == user_id)
    return (db.scalar(identities) or 0) + (db.scalar(keys) or 0)


def purge_flows(db: Session, before: datetime) -> None:
    """Remove those who did not come back before `before`."""
    db.execute(delete(OidcFlow).where(OidcFlow.expires_at < before))

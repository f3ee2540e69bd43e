"""What the identity domain keeps about a person, for their copy."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.i18n import lazy_gettext as _l
from quad.core.own_data import OwnData, Table, as_table
from quad.identity.models.accounts import PersonalToken, RoleGrant, User, UserSession
from quad.identity.models.factors import ExternalIdentity, Passkey, TrustedDevice
from quad.identity.models.joining import Invitation, Registration
from quad.identity.models.profiles import Profile, SecurityEvent
from quad.institution.models import Department

MOST = 10_000


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    return {**_about(db, user_id), **_coming_in(db, user_id), **_signing_in(db, user_id)}


def _about(db: Session, user_id: int) -> Mapping[str, Table]:
    account = select(
        User.full_name,
        User.email_as_typed.label("email"),
        User.username,
        User.state,
        User.email_confirmed_at,
        User.language,
        User.zone.label("time_zone"),
        User.theme,
        User.created_at,
        User.last_sign_in_at,
    ).where(User.id == user_id)
    profile = select(Profile.pronouns, Profile.bio, Profile.phone, Profile.links).where(
        Profile.user_id == user_id
    )
    roles = (
        select(
            RoleGrant.role,
            Department.name.label("department"),
            RoleGrant.starts_on,
            RoleGrant.ends_on,
        )
        .outerjoin(Department, Department.id == RoleGrant.department_id)
        .where(RoleGrant.user_id == user_id)
        .order_by(RoleGrant.id)
    )
    return {
        "account": as_table(db.execute(account)),
        "profile": as_table(db.execute(profile)),
        "roles": as_table(db.execute(roles)),
    }


def _coming_in(db: Session, user_id: int) -> Mapping[str, Table]:
    registrations = select(
        Registration.full_name,
        Registration.email_as_typed.label("email"),
        Registration.role,
        Registration.register_number,
        Registration.graduation_year,
        Registration.note,
        Registration.state,
        Registration.created_at,
        Registration.decided_at,
    ).where(Registration.user_id == user_id)
    invitations = select(
        Invitation.email_as_typed.label("email"),
        Invitation.role,
        Invitation.message,
        Invitation.created_at,
        Invitation.accepted_at,
    ).where(Invitation.user_id == user_id)
    return {
        "registrations": as_table(db.execute(registrations)),
        "invitations": as_table(db.execute(invitations)),
    }


def _signing_in(db: Session, user_id: int) -> Mapping[str, Table]:
    sessions = select(
        UserSession.created_at,
        UserSession.last_seen_at,
        UserSession.expires_at,
        UserSession.revoked_at,
        UserSession.ip,
        UserSession.user_agent,
    ).where(UserSession.user_id == user_id)
    tokens = select(
        PersonalToken.name,
        PersonalToken.scopes,
        PersonalToken.created_at,
        PersonalToken.expires_at,
        PersonalToken.last_used_at,
        PersonalToken.revoked_at,
    ).where(PersonalToken.user_id == user_id)
    log = select(
        SecurityEvent.created_at, SecurityEvent.kind, SecurityEvent.ip, SecurityEvent.user_agent
    ).where(SecurityEvent.user_id == user_id)
    passkeys = select(Passkey.name, Passkey.created_at, Passkey.last_used_at).where(
        Passkey.user_id == user_id
    )
    devices = select(
        TrustedDevice.created_at,
        TrustedDevice.last_used_at,
        TrustedDevice.ip,
        TrustedDevice.user_agent,
    ).where(TrustedDevice.user_id == user_id)
    providers = select(ExternalIdentity.issuer, ExternalIdentity.subject, ExternalIdentity.email)
    return {
        "sessions": as_table(db.execute(sessions.order_by(UserSession.id).limit(MOST))),
        "tokens": as_table(db.execute(tokens.order_by(PersonalToken.id))),
        "security_log": as_table(db.execute(log.order_by(SecurityEvent.id).limit(MOST))),
        "passkeys": as_table(db.execute(passkeys)),
        "trusted_devices": as_table(db.execute(devices)),
        "linked_sign_ins": as_table(
            db.execute(providers.where(ExternalIdentity.user_id == user_id))
        ),
    }


OWN_RECORDS = OwnData("account", _l("Account"), _load, order=10)

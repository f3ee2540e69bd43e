"""What follows from changes of people, and what floors below ask about them."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from quad.core.acting import use_actors
from quad.core.facts import Fact, on
from quad.core.live import SIGNED_OUT, publish
from quad.core.policy import Actor
from quad.identity.facts import accounts as facts
from quad.identity.facts import factors
from quad.identity.facts.accounts import (
    PasswordChanged,
    SessionRevoked,
    SignedIn,
    SignInFailed,
    UserChanged,
    UserCreated,
    UserPasswordReset,
)
from quad.identity.models.accounts import User
from quad.identity.models.profiles import SecurityKind
from quad.identity.service.actor import read_person
from quad.identity.service.directory import index_people
from quad.identity.service.factors import forget_devices
from quad.identity.service.grants import appoint_head, find_heads
from quad.identity.service.leaving import come_back
from quad.identity.service.security_log import note, note_sign_in
from quad.institution.service.heads import provide_heads

provide_heads(find=find_heads, appoint=appoint_head)


def _person_in_a_job(db: Session, user_id: int) -> Actor | None:
    """Return a person with the rights they hold now, for work they asked for earlier."""
    try:
        return replace(read_person(db, user_id, zone="UTC"), via="system")
    except NoResultFound:
        return None


use_actors(_person_in_a_job)


@on(UserCreated)
def find_new_people(db: Session, fact: UserCreated) -> None:
    index_people(db, [fact.user_id], new=True)


@on(UserChanged)
def find_renamed_people(db: Session, fact: UserChanged) -> None:
    index_people(db, [fact.user_id])


@on(SessionRevoked)
def end_live_streams(db: Session, fact: SessionRevoked) -> None:
    """Streams end with the session they belong to, not with the next check."""
    publish(db, f"user:{fact.user_id}", SIGNED_OUT)


@on(PasswordChanged)
def ask_trusted_devices_again(db: Session, fact: PasswordChanged) -> None:
    forget_devices(db, fact.user_id, actor_id=fact.actor_id)


@on(UserPasswordReset)
def ask_trusted_devices_after_reset(db: Session, fact: UserPasswordReset) -> None:
    forget_devices(db, fact.user_id, actor_id=fact.actor_id)


@on(SignedIn)
def keep_who_comes_back(db: Session, fact: SignedIn) -> None:
    """Whoever is leaving and signs in again stays."""
    user = db.scalars(select(User).where(User.id == fact.user_id)).one()
    come_back(db, user, actor_id=fact.user_id)


@on(SignedIn)
def log_sign_in(db: Session, fact: SignedIn) -> None:
    note_sign_in(db, fact.user_id, fact.session_id)


@on(SignInFailed)
def log_refusal(db: Session, fact: SignInFailed) -> None:
    """Also for a name that nobody has: the same work, so that the time tells nothing."""
    note(db, fact.user_id, SecurityKind.LOCKED if fact.locked else SecurityKind.SIGN_IN_FAILED)


# What else a person finds in their security log.
LOGGED: dict[type[Fact], SecurityKind] = {
    facts.SessionRevoked: SecurityKind.SIGNED_OUT,
    facts.PasswordChanged: SecurityKind.PASSWORD_CHANGED,
    facts.AccountActivated: SecurityKind.PASSWORD_CHANGED,
    facts.PasswordResetRequested: SecurityKind.PASSWORD_ASKED,
    facts.UserPasswordReset: SecurityKind.PASSWORD_GIVEN,
    facts.EmailChangeAsked: SecurityKind.EMAIL_ASKED,
    facts.EmailChanged: SecurityKind.EMAIL_CHANGED,
    facts.EmailChangeUndone: SecurityKind.EMAIL_KEPT,
    facts.PersonalTokenCreated: SecurityKind.TOKEN_MADE,
    facts.PersonalTokenRevoked: SecurityKind.TOKEN_ENDED,
    facts.TokenReused: SecurityKind.TOKEN_REUSED,
    factors.FactorAdded: SecurityKind.FACTOR_ADDED,
    factors.FactorRemoved: SecurityKind.FACTOR_REMOVED,
    factors.RecoveryCodesMade: SecurityKind.RECOVERY_MADE,
    factors.RecoveryCodeUsed: SecurityKind.RECOVERY_USED,
    factors.IdentityLinked: SecurityKind.PROVIDER_LINKED,
    factors.IdentityUnlinked: SecurityKind.PROVIDER_UNLINKED,
    facts.OwnDataAsked: SecurityKind.DATA_ASKED,
    facts.DeletionAsked: SecurityKind.DELETION_ASKED,
    facts.DeletionUndone: SecurityKind.DELETION_UNDONE,
}


@on(Fact)
def log_for_the_person(db: Session, fact: Fact) -> None:
    kind = LOGGED.get(type(fact))
    if kind is not None:
        note(db, fact.user_id, kind)  # type: ignore[attr-defined]

"""Dangerous acts ask for a fresh proof: the password or a second factor, given in this session a short while ago.

How to guard an act, in its door (view or API), before anything else:

    require_step_up(current_db(), current_actor())

Guard the page with the form (GET) as well as the act (POST), so that people prove themselves before they type. A page
leads to `/prove` and from there on to where one was; a form that was sent is sent again afterwards, with all that was
typed (files excepted). The API answers 403 until `POST /api/v1/auth/step-up` succeeds. Endpoints of the coding contract
are not guarded: their clients know no second proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import Forbidden, SignedOut
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.settings import value
from quad.identity.facts.factors import SteppedUp, StepUpFailed
from quad.identity.models.accounts import UserSession
from quad.identity.service import guards
from quad.identity.service.guards import GuardKey
from quad.identity.service.rules import STEP_UP_MINUTES
from quad.identity.service.secrets import fingerprint, new_key

PROOF_TRIES = 5


class StepUpNeeded(Forbidden):
    """The act is allowed, but the person must first prove anew who they are."""

    @classmethod
    def default(cls) -> str:
        return _("This needs a fresh proof that it is you: your password or a second factor.")


def stepped_up(db: Session, actor: Actor) -> bool:
    """Tell whether the actor's session proved itself within the minutes of the setting.

    Signing in counts as a proof. The system (command line, worker) always has one, a personal access token never.
    """
    if actor.via == "system":
        return True
    if actor.session_id is None:
        return False
    proved_at = db.scalar(
        select(UserSession.proved_at).where(
            UserSession.id == actor.session_id, UserSession.user_id == actor.own_id
        )
    )
    fresh: timedelta = timedelta(minutes=value(db, STEP_UP_MINUTES))
    return proved_at is not None and proved_at > clock.now() - fresh


def require_step_up(db: Session, actor: Actor) -> None:
    """Raise StepUpNeeded unless the actor's proof is fresh.

    Raises SignedOut when nobody is signed in, Forbidden for a personal access token, which cannot prove anything.
    """
    if not actor.signed_in:
        raise SignedOut
    if stepped_up(db, actor):
        return
    if actor.session_id is None:
        raise Forbidden(_("A personal access token cannot do this. Sign in and try again."))
    raise StepUpNeeded


def proof_key(actor: Actor) -> GuardKey:
    """Return the counter of wrong proofs: the session waits, not the person."""
    return GuardKey(f"prove:{actor.session_id}", PROOF_TRIES)


def may_try(db: Session, actor: Actor) -> bool:
    """Tell whether this session may try to prove itself now, or has to wait after wrong tries."""
    return not guards.is_locked(db, [proof_key(actor)])


@dataclass(frozen=True)
class Renewed:
    """The new key of a browser's session, for its cookie; `ends_at` is set when the cookie outlives the browser."""

    key: str
    ends_at: datetime | None


def record_proof(db: Session, actor: Actor) -> Renewed | None:
    """Remember that the actor has just proved who they are (the caller has checked it).

    A browser's session gets a new key: one that was copied before opens nothing more. Programs have short access
    tokens instead; for them nothing is returned. Raises SignedOut when the session has ended meanwhile.
    """
    if actor.session_id is None:
        raise Forbidden
    session = db.scalar(
        select(UserSession)
        .where(
            UserSession.id == actor.session_id,
            UserSession.user_id == actor.own_id,
            UserSession.revoked_at.is_(None),
        )
        .with_for_update()
    )
    if session is None:
        raise SignedOut
    session.proved_at = clock.now()
    renewed = None
    if not session.via_api:
        key = new_key()
        session.key_hash = fingerprint(key)
        renewed = Renewed(key, session.expires_at if session.remember else None)
    guards.forget(db, proof_key(actor))
    emit(db, SteppedUp(actor_id=actor.id, user_id=actor.own_id))
    return renewed


def record_wrong_proof(db: Session, actor: Actor) -> None:
    """Count a wrong proof; several in a row make this session wait."""
    guards.count_failure(db, proof_key(actor))
    emit(db, StepUpFailed(actor_id=actor.id, user_id=actor.own_id))

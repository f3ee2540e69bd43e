"""What announcements hear of people: the name by which readers are sorted is copied, and follows."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.announcements.models import Recipient
from quad.core.facts import on
from quad.identity.facts.accounts import UserChanged
from quad.identity.models.accounts import User


@on(UserChanged)
def sort_by_new_name(db: Session, fact: UserChanged) -> None:
    """Sort a person among the readers by the name the account has now."""
    name = db.scalar(select(User.sort_name).where(User.id == fact.user_id))
    if name is not None:
        db.execute(
            update(Recipient).where(Recipient.user_id == fact.user_id).values(sort_name=name),
            execution_options={"synchronize_session": False},
        )

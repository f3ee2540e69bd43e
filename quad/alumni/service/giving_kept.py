"""What of references, engagements and mentoring belongs to a person: when accounts are merged, copied, or left."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from quad.alumni.models.engagements import Engagement
from quad.alumni.models.mentoring import MentorBooking, MentorFeedback, MentorSlot
from quad.alumni.models.references import Delivery, Reference
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.merging import Merge, moved
from quad.core.own_data import OwnData, Table, as_table
from quad.identity.models.accounts import User

QUIET = {"synchronize_session": False}

MERGES: tuple[Merge, ...] = (
    moved(
        _l("References asked for"),
        Reference.asker_id,
        once_per=(Reference.writer_id, Reference.purpose_key, Reference.open_mark),
    ),
    moved(
        _l("References written"),
        Reference.writer_id,
        once_per=(Reference.asker_id, Reference.purpose_key, Reference.open_mark),
    ),
    moved(_l("Engagements"), Engagement.alumnus_id),
    moved("", Engagement.answered_by_id),
    moved("", Engagement.thanked_by_id),
    moved(_l("Times to meet"), MentorSlot.mentor_id, once_per=(MentorSlot.starts_at,)),
    moved(_l("Meetings with mentors"), MentorBooking.student_id),
    moved("", MentorFeedback.by_id, once_per=(MentorFeedback.booking_id,)),
)


def _load(db: Session, user_id: int) -> Mapping[str, Table]:
    """A confidential reference is not part of the copy of who it is about: it was given on that condition."""
    writer = aliased(User)
    asked = (
        select(
            writer.full_name.label("writer"),
            Reference.purpose,
            Reference.message,
            Reference.delivery,
            Reference.state,
            Reference.created_at,
            Reference.delivered_at,
        )
        .join(writer, writer.id == Reference.writer_id)
        .where(Reference.asker_id == user_id)
        .order_by(Reference.id)
    )
    wrote = (
        select(Reference.purpose, Reference.capacity, Reference.text, Reference.delivered_at)
        .where(Reference.writer_id == user_id)
        .order_by(Reference.id)
    )
    engaged = (
        select(
            Engagement.kind,
            Engagement.title,
            Engagement.about,
            Engagement.held_on,
            Engagement.minutes,
            Engagement.state,
            Engagement.thanks,
        )
        .where(Engagement.alumnus_id == user_id)
        .order_by(Engagement.id)
    )
    met = (
        select(MentorSlot.starts_at, MentorSlot.topic, MentorBooking.note, MentorBooking.state)
        .join(MentorSlot, MentorSlot.id == MentorBooking.slot_id)
        .where(or_(MentorBooking.student_id == user_id, MentorSlot.mentor_id == user_id))
        .order_by(MentorBooking.id)
    )
    said = (
        select(MentorFeedback.rating, MentorFeedback.text, MentorFeedback.created_at)
        .where(MentorFeedback.by_id == user_id)
        .order_by(MentorFeedback.id)
    )
    return {
        "references_you_asked_for": as_table(db.execute(asked)),
        "references_you_wrote": as_table(db.execute(wrote)),
        "engagements": as_table(db.execute(engaged)),
        "meetings_with_mentors": as_table(db.execute(met)),
        "what_you_said_of_meetings": as_table(db.execute(said)),
    }


def _forget(db: Session, user_id: int) -> None:
    """What was told goes; that there was an engagement or a meeting stays, without the name."""
    for statement in (
        update(Reference).where(Reference.asker_id == user_id).values(message=""),
        update(Reference)
        .where(Reference.asker_id == user_id, Reference.delivery == Delivery.CONFIDENTIAL)
        .values(text=""),
        update(Engagement).where(Engagement.alumnus_id == user_id).values(about=""),
        update(MentorBooking).where(MentorBooking.student_id == user_id).values(note=""),
        update(MentorFeedback).where(MentorFeedback.by_id == user_id).values(text=""),
        update(MentorSlot).where(MentorSlot.mentor_id == user_id).values(place=""),
    ):
        db.execute(statement, execution_options=QUIET)


def _keeps(db: Session, user_id: int) -> str | None:
    written = select(Reference.id).where(
        Reference.writer_id == user_id, Reference.delivered_at.is_not(None)
    )
    if db.scalar(written.limit(1)) is None:
        return None
    return _("References that you wrote about others stay with them.")


OWN_DATA = OwnData(
    "giving",
    _l("References, engagements and mentoring"),
    _load,
    forget=_forget,
    keeps=_keeps,
    order=66,
)

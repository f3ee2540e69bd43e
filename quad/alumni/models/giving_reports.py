"""SQL views for reports: references that wait, and what graduates did."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from quad.alumni.models.engagements import Engagement
from quad.alumni.models.members import Member
from quad.alumni.models.references import WAITING, Reference
from quad.alumni.models.reports import shown_email
from quad.core.db.views import view
from quad.identity.models.accounts import User
from quad.institution.models import Department

_ASKER, _WRITER, _ALUMNUS = aliased(User), aliased(User), aliased(User)
_ASKING, _WRITING = aliased(Member), aliased(Member)

_PENDING: Any = (
    select(
        Reference.id.label("reference_id"),
        Reference.asker_id.label("requester_id"),
        _ASKER.full_name.label("requester"),
        shown_email(_ASKER, _ASKING).label("requester_email"),
        Reference.writer_id.label("alumnus_id"),
        _WRITER.full_name.label("alumnus"),
        shown_email(_WRITER, _WRITING).label("alumnus_email"),
        Reference.purpose.label("purpose"),
        Reference.delivery.label("delivery"),
        Reference.state.label("state"),
        Reference.due_on.label("due_on"),
        Reference.created_at.label("requested_at"),
    )
    .join(_ASKER, _ASKER.id == Reference.asker_id)
    .join(_WRITER, _WRITER.id == Reference.writer_id)
    .outerjoin(_ASKING, _ASKING.user_id == _ASKER.id)
    .outerjoin(_WRITING, _WRITING.user_id == _WRITER.id)
    .where(Reference.state.in_(WAITING))
)
PENDING_REFERENCES = view(
    "vw_pending_references",
    _PENDING,
    about="Requests for references that are not answered or not given yet, with both people.",
    columns={
        "reference_id": "Number of the request, as in /references/<id>",
        "requester_id": "Number of the person who asks",
        "requester": "Full name of who asks",
        "requester_email": "Mail address of who asks, where everybody sees it",
        "alumnus_id": "Number of the person who is asked: a graduate or a teacher",
        "alumnus": "Full name of who is asked",
        "alumnus_email": "Mail address of who is asked, where everybody sees it",
        "purpose": "What the reference is for",
        "delivery": "document, or confidential: given to where the requester applies",
        "state": "requested (not answered yet) or accepted (being written)",
        "due_on": "Day it is needed by, where one was named",
        "requested_at": "When it was asked for, UTC",
    },
)
_ENGAGED: Any = (
    select(
        Engagement.id.label("engagement_id"),
        Engagement.alumnus_id.label("alumnus_id"),
        _ALUMNUS.full_name.label("alumnus"),
        Engagement.kind.label("kind"),
        Engagement.title.label("title"),
        Engagement.held_on.label("held_on"),
        Engagement.year.label("year"),
        Engagement.minutes.label("minutes"),
        Department.name.label("department"),
        Engagement.state.label("state"),
        Engagement.answered_at.label("confirmed_at"),
        Engagement.thanked_at.label("thanked_at"),
    )
    .join(_ALUMNUS, _ALUMNUS.id == Engagement.alumnus_id)
    .outerjoin(Department, Department.id == Engagement.department_id)
)
ENGAGEMENTS = view(
    "vw_alumni_engagements",
    _ENGAGED,
    about="What graduates did for the institution: speaking, training, judging and mentoring, one row each.",
    columns={
        "engagement_id": "Number of the engagement, as in /engagements/<id>",
        "alumnus_id": "Number of the person",
        "alumnus": "Full name",
        "kind": "speaking, training, judging or mentoring",
        "title": "What it was",
        "held_on": "Day it was held",
        "year": "Year of that day",
        "minutes": "How long it took",
        "department": "Department it was for, where one was named",
        "state": "logged (one side says so), confirmed (both say so) or refused",
        "confirmed_at": "When the other side answered, UTC",
        "thanked_at": "When the graduate was thanked, UTC",
    },
)

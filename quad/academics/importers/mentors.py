"""Advisors and counsellors of students from a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.files import MentorRow
from quad.academics.importers.places import ALIASES
from quad.academics.models.people import Student
from quad.academics.policy import base as policy
from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor, Permission
from quad.identity.models.accounts import RoleGrant, User
from quad.identity.models.mentors import MentorAssignment, MentorKind
from quad.identity.policy import grant_counts
from quad.identity.service import mentors

KINDS: tuple[tuple[MentorKind, Permission[Student]], ...] = (
    (MentorKind.ADVISOR, policy.ADVISOR_ASSIGN),
    (MentorKind.COUNSELLOR, policy.COUNSELLOR_ASSIGN),
)


class StagedMentors(StagedRow):
    """The mentors of one student on their way in; an empty cell leaves what is there."""

    __tablename__ = "academics_staged_mentors"

    register_key: Mapped[str] = mapped_column(NormalisedKey(40))
    advisor: Mapped[str | None] = mapped_column(NormalisedKey(254))
    counsellor: Mapped[str | None] = mapped_column(NormalisedKey(254))
    student_id: Mapped[int | None] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(BigId)
    advisor_id: Mapped[int | None] = mapped_column(BigId)
    counsellor_id: Mapped[int | None] = mapped_column(BigId)
    old_advisor_id: Mapped[int | None] = mapped_column(BigId)
    old_counsellor_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: MentorRow) -> Mapping[str, Any]:
    return {
        "register_key": row.register_number,
        "advisor": row.advisor,
        "counsellor": row.counsellor,
    }


def _resolve(db: Session, batch: Batch[StagedMentors]) -> None:
    staged: Any = batch.rows
    of_number = (Student.register_key == staged.register_key, Student.live == 1)
    batch.lookup(db, staged.student_id, select(Student.id).where(*of_number))
    batch.lookup(db, staged.user_id, select(Student.user_id).where(*of_number))
    batch.refuse(
        db,
        staged.student_id.is_(None),
        _("There is no student with the number %(value)s."),
        field="register_number",
        value=staged.register_key,
    )
    for kind, permission in KINDS:
        _resolve_kind(db, batch, kind, permission)
    news = [
        and_(
            getattr(staged, f"{kind}_id").is_not(None), getattr(staged, f"old_{kind}_id").is_(None)
        )
        for kind, _permission in KINDS
    ]
    moves = [
        getattr(staged, f"{kind}_id") != getattr(staged, f"old_{kind}_id")
        for kind, _permission in KINDS
    ]
    batch.judge(db, exists=~or_(*news), differs=or_(*moves))


def _resolve_kind(
    db: Session, batch: Batch[StagedMentors], kind: MentorKind, permission: Permission[Student]
) -> None:
    staged: Any = batch.rows
    asked, found = getattr(staged, kind.value), getattr(staged, f"{kind}_id")
    batch.lookup(db, found, _mentor(batch.actor, kind, asked))
    if kind is MentorKind.ADVISOR:
        nobody = _("You may assign no advisor with the address %(value)s.")
    else:
        nobody = _("You may assign no counsellor with the address %(value)s.")
    batch.refuse(db, asked.is_not(None) & found.is_(None), nobody, field=kind.value, value=asked)
    if not batch.actor.has("admin"):
        own = select(Student.id).where(
            Student.id == staged.student_id, permission.where(batch.actor)
        )
        refused = asked.is_not(None) & ~own.correlate(staged).exists()
        batch.refuse(db, refused, _("This student is not yours to assign."), field=kind.value)
    before = select(MentorAssignment.mentor_id).where(
        MentorAssignment.mentee_id == staged.user_id, MentorAssignment.kind == kind
    )
    batch.lookup(db, getattr(staged, f"old_{kind}_id"), before)


def _mentor(actor: Actor, kind: MentorKind, email: Any) -> Select[Any]:
    """Select the number of the person with this address who mentors so, and whom `actor` may assign."""
    role = [
        RoleGrant.user_id == User.id,
        RoleGrant.role == kind.role,
        grant_counts(),
    ]
    departments = mentors.departments_for(actor, kind)
    if departments is not None:
        role.append(RoleGrant.department_id.in_(departments))
    return select(User.id).where(
        User.email == email,
        User.live == 1,
        User.is_active,
        select(RoleGrant.id).where(*role).exists(),
    )


def _apply(db: Session, batch: Batch[StagedMentors]) -> None:
    staged: Any = batch.rows
    for kind, _permission in KINDS:
        new, old = getattr(staged, f"{kind}_id"), getattr(staged, f"old_{kind}_id")
        wanted = (
            batch.having(Outcome.NEW, Outcome.CHANGED),
            new.is_not(None),
            or_(old.is_(None), old != new),
        )
        for mentor_id in db.scalars(select(new).where(*wanted).distinct().order_by(new)).all():
            people = db.scalars(select(staged.user_id).where(*wanted, new == mentor_id))
            mentors.assign(db, batch.actor, kind, mentor_id, people.all())


MENTORS = Importer(
    kind="mentors",
    label=_l("Advisors and counsellors"),
    hint=_l("One student a line, with the e-mail addresses of the mentors. An empty cell stays."),
    permission=policy.MENTOR_ASSIGN,
    form=MentorRow,
    staged=StagedMentors,
    key=(StagedMentors.register_key,),
    key_field="register_number",
    aliases={
        "register_number": ALIASES["register_number"],
        "advisor": ("advisor email", "mentor"),
        "counsellor": ("counsellor email", "counselor"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "register_number": "4NV24CS028",
        "advisor": "meera@college.example",
        "counsellor": "arun@college.example",
    },
    endpoint="academics.assign_class",
)

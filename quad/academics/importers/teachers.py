"""Teachers from a file: one a line, told apart by the e-mail address. New ones activate by a reset link or a code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, String, case, func, insert, literal, null, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from quad.academics.forms.people import TeacherRow, whole_name
from quad.academics.models.people import Teacher
from quad.academics.policy.base import TEACHER_IMPORT
from quad.academics.service import findable
from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome, StagedRow
from quad.core.policy import Actor
from quad.core.search.index import index_many
from quad.identity.models.accounts import AccountOrigin, Role, RoleGrant, User
from quad.identity.service.directory import index_people
from quad.identity.service.users import sort_name
from quad.institution.models import Department
from quad.institution.service.named import find_departments

PIECE = 500


class StagedTeacher(StagedRow):
    """One teacher on the way in."""

    __tablename__ = "academics_staged_teacher"

    email: Mapped[str] = mapped_column(NormalisedKey(254))
    email_as_typed: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str | None] = mapped_column(String(160))
    sort_name: Mapped[str | None] = mapped_column(NormalisedKey(180))
    department_key: Mapped[str | None] = mapped_column(NormalisedKey(60))
    designation: Mapped[str | None] = mapped_column(String(80))
    department_id: Mapped[int | None] = mapped_column(BigId)
    teacher_id: Mapped[int | None] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(BigId)


def _prepare(row: TeacherRow) -> Mapping[str, Any]:
    name = whole_name(row)
    return {
        "email": row.email,
        "email_as_typed": row.email,
        "full_name": name or None,
        "sort_name": sort_name(name) if name else None,
        "department_key": row.department,
        "designation": row.designation,
    }


def _resolve(db: Session, batch: Batch[StagedTeacher]) -> None:
    staged = batch.rows
    owner = (User.email == staged.email, User.live == 1)
    batch.lookup(db, staged.user_id, select(User.id).where(*owner))
    batch.lookup(
        db,
        staged.teacher_id,
        select(Teacher.id).where(Teacher.user_id == staged.user_id, Teacher.live == 1),
    )
    find_departments(db, batch)
    batch.refuse(
        db,
        staged.user_id.is_not(None) & staged.teacher_id.is_(None),
        _("“%(value)s” is the address of somebody who does not teach. Give that person the role."),
        field="email",
        value=staged.email,
    )
    batch.refuse(
        db,
        staged.user_id.is_(None) & staged.full_name.is_(None),
        _("A new teacher needs a name."),
        field="first_name",
    )
    differs = (
        select(
            (staged.full_name.is_not(None) & User.full_name.is_distinct_from(staged.full_name))
            | (
                staged.department_id.is_not(None)
                & Teacher.department_id.is_distinct_from(staged.department_id)
            )
            | (
                staged.designation.is_not(None)
                & Teacher.designation.is_distinct_from(staged.designation)
            )
        )
        .select_from(Teacher)
        .join(User, User.id == Teacher.user_id)
        .where(Teacher.id == staged.teacher_id)
        .correlate(staged)
        .scalar_subquery()
    )
    batch.judge(db, exists=staged.teacher_id.is_not(None), differs=differs)


def _apply(db: Session, batch: Batch[StagedTeacher]) -> None:
    _add(db, batch)
    _change(db, batch)
    _index(db, batch)


def _add(db: Session, batch: Batch[StagedTeacher]) -> None:
    staged, new = batch.rows, batch.having(Outcome.NEW)
    people = (
        select(
            staged.full_name,
            staged.sort_name,
            staged.email,
            staged.email_as_typed,
            literal(AccountOrigin.IMPORTED.value, String(30)).label("origin"),
        )
        .where(new)
        .order_by(staged.line)
    )
    names = ("full_name", "sort_name", "email", "email_as_typed", "origin")
    db.execute(insert(User).from_select(names, people))
    batch.lookup(
        db,
        staged.user_id,
        select(case((staged.user_id.is_not(None), staged.user_id), else_=func.min(User.id))).where(
            User.email == staged.email, User.live == 1
        ),
    )
    role = literal(Role.FACULTY.value, String(30)).label("role")
    grants = select(staged.user_id, role, staged.department_id).where(new).order_by(staged.line)
    db.execute(insert(RoleGrant).from_select(("user_id", "role", "department_id"), grants))
    profiles = (
        select(
            staged.user_id,
            staged.sort_name,
            staged.department_id,
            func.coalesce(staged.designation, literal("", String(80))),
        )
        .where(new)
        .order_by(staged.line)
    )
    columns = ("user_id", "sort_name", "department_id", "designation")
    db.execute(insert(Teacher).from_select(columns, profiles))
    batch.lookup(db, staged.teacher_id, select(Teacher.id).where(Teacher.user_id == staged.user_id))


def _change(db: Session, batch: Batch[StagedTeacher]) -> None:
    staged = batch.rows
    batch.change(
        db,
        User,
        User.id == staged.user_id,
        **batch.given(User, "full_name", "sort_name"),
        version=User.version + 1,
    )
    batch.change(
        db,
        Teacher,
        Teacher.id == staged.teacher_id,
        **batch.given(Teacher, "sort_name", "department_id", "designation"),
        version=Teacher.version + 1,
    )


def _index(db: Session, batch: Batch[StagedTeacher]) -> None:
    """Make everybody findable, among the teachers and among the accounts."""
    staged = batch.rows
    for outcome in (Outcome.NEW, Outcome.CHANGED):
        new = outcome is Outcome.NEW
        known = db.execute(
            select(staged.teacher_id, staged.user_id)
            .where(batch.having(outcome), staged.teacher_id.is_not(None))
            .order_by(staged.teacher_id)
        ).all()
        for start in range(0, len(known), PIECE):
            ids, people = zip(*known[start : start + PIECE], strict=True)
            index_many(db, findable.TEACHERS, findable.teacher_documents(db, ids), new=new)
            index_people(db, people, new=new)


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    return (
        select(
            User.email_as_typed.label("email"),
            null().label("first_name"),
            null().label("last_name"),
            User.full_name.label("full_name"),
            Department.code.label("department"),
            Teacher.designation.label("designation"),
        )
        .join(User, User.id == Teacher.user_id)
        .outerjoin(Department, Department.id == Teacher.department_id)
        .where(Teacher.live == 1)
        .order_by(Teacher.id)
    )


TEACHERS = Importer(
    kind="teachers",
    label=_l("Teachers"),
    hint=_l(
        "One teacher a line, told apart by the e-mail address. Known teachers are brought up to date, "
        "and an empty cell leaves what is there."
    ),
    permission=TEACHER_IMPORT,
    form=TeacherRow,
    staged=StagedTeacher,
    key=(StagedTeacher.email,),
    key_field="email",
    aliases={
        "email": ("e-mail address", "mail"),
        "first_name": ("given name",),
        "last_name": ("family name", "surname"),
        "department": ("department code", "dept"),
        "designation": ("title", "post"),
    },
    prepare=_prepare,
    resolve=_resolve,
    apply=_apply,
    example={
        "email": "asha.rao@college.example",
        "first_name": "Asha",
        "last_name": "Rao",
        "department": "CSE",
        "designation": "Professor",
    },
    endpoint="academics.teachers_index",
    order=20,
    current=_current,
)

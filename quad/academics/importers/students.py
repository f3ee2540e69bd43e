"""Students from a file.

New people get an account without a password: they activate it by a reset link, or by a code handed out (`quad user
reset`). Who comes without an e-mail address signs in with the register number and has an address that takes no mail.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    String,
    case,
    func,
    insert,
    literal,
    literal_column,
    null,
    select,
)
from sqlalchemy.orm import Session

from quad.academics.forms.people import StudentRow
from quad.academics.importers.student_rows import NO_MAIL, StagedStudent, prepare, resolve
from quad.academics.models.people import Student, StudentStatus
from quad.academics.models.results import EnrolmentResult
from quad.academics.policy.base import STUDENT_IMPORT
from quad.academics.service import findable, rollups
from quad.core import clock
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome
from quad.core.policy import Actor
from quad.core.search.index import index_many
from quad.identity.models.accounts import AccountOrigin, Role, RoleGrant, User
from quad.identity.service.directory import index_people
from quad.institution.models import Batch as Cohort
from quad.institution.models import ClassGroup, Department, Programme

PIECE = 500
# What a file may bring up to date, beside the class.
PROFILE = (
    "register_number",
    "sort_name",
    "department_id",
    "programme_id",
    "batch_id",
    "admission_year",
    "graduation_year",
    "semester",
    "status",
)


def _apply(db: Session, batch: Batch[StagedStudent]) -> None:
    _add(db, batch)
    _change(db, batch)
    _index(db, batch)


def _add(db: Session, batch: Batch[StagedStudent]) -> None:
    staged, new = batch.rows, batch.having(Outcome.NEW)
    people = (
        select(
            func.coalesce(staged.full_name, staged.register_number),
            func.coalesce(staged.sort_name, staged.register_key),
            staged.email,
            staged.email_as_typed,
            staged.username,
            literal(AccountOrigin.IMPORTED.value, String(30)).label("origin"),
        )
        .where(new)
        .order_by(staged.line)
    )
    names = ("full_name", "sort_name", "email", "email_as_typed", "username", "origin")
    db.execute(insert(User).from_select(names, people))
    batch.lookup(
        db,
        staged.user_id,
        select(case((staged.user_id.is_not(None), staged.user_id), else_=func.min(User.id))).where(
            User.email == staged.email, User.live == 1
        ),
    )
    role = literal(Role.STUDENT.value, String(30)).label("role")
    grants = select(staged.user_id, role).where(new).order_by(staged.line)
    db.execute(insert(RoleGrant).from_select(("user_id", "role"), grants))
    year = func.coalesce(staged.admission_year, clock.today().year)
    profiles = (
        select(
            staged.user_id,
            staged.register_number,
            staged.register_key,
            func.coalesce(staged.sort_name, staged.register_key),
            staged.department_id,
            staged.programme_id,
            staged.batch_id,
            staged.class_id,
            year,
            func.coalesce(staged.semester, 1),
            func.coalesce(
                staged.graduation_year,
                year + (Programme.duration_terms + 1) // literal_column("2", Integer),
            ),
            func.coalesce(staged.status, literal(StudentStatus.ACTIVE.value, String(30))),
        )
        .outerjoin(Programme, Programme.id == staged.programme_id)
        .where(new)
        .order_by(staged.line)
    )
    columns = (
        "user_id",
        "register_number",
        "register_key",
        "sort_name",
        "department_id",
        "programme_id",
        "batch_id",
        "class_id",
        "admission_year",
        "semester",
        "graduation_year",
        "status",
    )
    db.execute(insert(Student).from_select(columns, profiles))
    batch.lookup(db, staged.student_id, select(Student.id).where(Student.user_id == staged.user_id))


def _change(db: Session, batch: Batch[StagedStudent]) -> None:
    staged = batch.rows
    batch.change(
        db,
        User,
        User.id == staged.user_id,
        **batch.given(User, "full_name", "sort_name"),
        email=func.coalesce(staged.given_email, User.email),
        email_as_typed=case(
            (staged.given_email.is_not(None), staged.email_as_typed), else_=User.email_as_typed
        ),
        version=User.version + 1,
    )
    regraded = list(db.scalars(_of_other_programmes(batch)))
    profile = Student.id == staged.student_id
    # The class first: it follows from the batch there was, which the next statement writes.
    batch.change(db, Student, profile, class_id=_class(staged))
    batch.change(
        db,
        Student,
        profile,
        **batch.given(Student, *PROFILE),
        version=Student.version + 1,
    )
    rollups.rebuild_rollups(db, regraded)


def _class(staged: type[StagedStudent]) -> Any:
    """The class of a changed student: the one given; a new batch without one leaves the class of the old."""
    moves = staged.batch_id.is_not(None) & staged.batch_id.is_distinct_from(Student.batch_id)
    return func.coalesce(staged.class_id, case((moves, None), else_=Student.class_id))


def _of_other_programmes(batch: Batch[StagedStudent]) -> Any:
    """Select the changed students with results whose programme, and so perhaps the grading scheme, is a new one."""
    staged = batch.rows
    return (
        select(Student.id)
        .join(staged, staged.student_id == Student.id)
        .where(
            batch.having(Outcome.CHANGED),
            staged.programme_id.is_not(None),
            Student.programme_id.is_distinct_from(staged.programme_id),
            select(EnrolmentResult.id).where(EnrolmentResult.student_id == Student.id).exists(),
        )
    )


def _index(db: Session, batch: Batch[StagedStudent]) -> None:
    """Make everybody findable, among the students and among the accounts."""
    staged = batch.rows
    for outcome in (Outcome.NEW, Outcome.CHANGED):
        new = outcome is Outcome.NEW
        known = db.execute(
            select(staged.student_id, staged.user_id)
            .where(batch.having(outcome), staged.student_id.is_not(None))
            .order_by(staged.student_id)
        ).all()
        for start in range(0, len(known), PIECE):
            ids, people = zip(*known[start : start + PIECE], strict=True)
            index_many(db, findable.STUDENTS, findable.student_documents(db, ids), new=new)
            index_people(db, people, new=new)


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    made_up = User.email.endswith("@" + NO_MAIL)
    return (
        select(
            Student.register_number.label("register_number"),
            null().label("first_name"),
            null().label("last_name"),
            User.full_name.label("full_name"),
            case((made_up, null()), else_=User.email_as_typed).label("email"),
            Department.code.label("department"),
            Programme.code.label("programme"),
            Cohort.name.label("batch"),
            ClassGroup.name.label("class_name"),
            Student.admission_year.label("admission_year"),
            Student.graduation_year.label("graduation_year"),
            Student.semester.label("semester"),
            Student.status.label("status"),
        )
        .join(User, User.id == Student.user_id)
        .outerjoin(Department, Department.id == Student.department_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .outerjoin(Cohort, Cohort.id == Student.batch_id)
        .outerjoin(ClassGroup, ClassGroup.id == Student.class_id)
        .where(Student.live == 1)
        .order_by(Student.id)
    )


STUDENTS = Importer(
    kind="students",
    label=_l("Students"),
    hint=_l(
        "One student a line. Only the register number is needed; known numbers are brought up to date, "
        "and an empty cell leaves what is there."
    ),
    permission=STUDENT_IMPORT,
    form=StudentRow,
    staged=StagedStudent,
    key=(StagedStudent.register_key,),
    key_field="register_number",
    aliases={
        "register_number": ("roll number", "roll no", "usn", "student id", "id_student", "number"),
        "first_name": ("given name",),
        "last_name": ("family name", "surname"),
        "email": ("e-mail address", "mail"),
        "department": ("department code", "dept"),
        "programme": ("programme code", "program"),
        "class_name": ("section", "class group"),
        "admission_year": ("year of admission",),
        "semester": ("sem",),
    },
    prepare=prepare,
    resolve=resolve,
    apply=_apply,
    example={
        "register_number": "4NV24CS028",
        "first_name": "Jyothi",
        "last_name": "Ramesh",
        "email": "jyothi@college.example",
        "department": "CSE",
        "programme": "BE-CSE",
        "batch": "BE-CSE 2024",
        "class_name": "A",
        "admission_year": "2024",
        "semester": "5",
    },
    endpoint="academics.students_index",
    order=21,
    current=_current,
)

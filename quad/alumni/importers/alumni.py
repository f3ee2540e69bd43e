"""Graduates from a file, of the years before Quad: account, role, studies, and where they work.

The institution vouches for who is in the file. New people have no password; they activate their account by a link.
An empty cell leaves what is there. Whose studies are recorded here keeps them as recorded.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Select,
    String,
    case,
    exists,
    func,
    insert,
    literal,
    null,
    or_,
    select,
)
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.alumni.forms.files import AlumnusRow
from quad.alumni.importers.rows import StagedAlumnus, prepare
from quad.alumni.models.members import Member, MemberStanding, Seen, Work
from quad.alumni.policy.base import IMPORT
from quad.alumni.service.findable import index_members
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.importing.batch import Batch
from quad.core.importing.declare import Importer
from quad.core.importing.models import Outcome
from quad.core.policy import Actor
from quad.identity.models.accounts import AccountOrigin, Role, RoleGrant, User
from quad.identity.service.directory import index_people
from quad.institution.models import Department, Programme
from quad.institution.service.named import find_departments, find_programmes

PIECE = 500
STUDIES = ("department_id", "programme_id", "degree_id", "campus_id")


def _resolve(db: Session, batch: Batch[StagedAlumnus]) -> None:
    staged = batch.rows
    find_programmes(db, batch)
    find_departments(db, batch)
    of_programme = select(Programme.department_id).where(Programme.id == staged.programme_id)
    own = of_programme.correlate(staged).scalar_subquery()
    batch.set(db, department_id=func.coalesce(staged.department_id, own))
    batch.lookup(
        db,
        staged.degree_id,
        select(Programme.degree_id).where(Programme.id == staged.programme_id),
    )
    batch.lookup(
        db,
        staged.campus_id,
        select(Department.campus_id).where(Department.id == staged.department_id),
    )
    batch.lookup(
        db, staged.user_id, select(User.id).where(User.email == staged.email, User.live == 1)
    )
    batch.lookup(
        db,
        staged.recorded_id,
        select(Student.user_id).where(
            Student.register_key == staged.register_key, Student.live == 1
        ),
    )
    batch.lookup(db, staged.member_id, select(Member.id).where(Member.user_id == staged.user_id))
    _refuse(db, batch)
    batch.judge(db, exists=staged.user_id.is_not(None), differs=_differs(staged))


def _refuse(db: Session, batch: Batch[StagedAlumnus]) -> None:
    staged = batch.rows
    batch.refuse(
        db,
        staged.user_id.is_(None) & staged.full_name.is_(None),
        _("Nobody has the address %(value)s yet. Give the name too."),
        field="full_name",
        value=staged.email,
    )
    batch.refuse(
        db,
        staged.recorded_id.is_not(None) & staged.recorded_id.is_distinct_from(staged.user_id),
        _("The record %(value)s belongs to an account with another address. Use that address."),
        field="register_number",
        value=staged.register_number,
    )


def _differs(staged: type[StagedAlumnus]) -> Any:
    """An empty cell leaves what is there; studies of who has a record here are left alone as well."""
    unrecorded = Member.student_id.is_(None)
    given = (
        (Member.company_key, staged.company_key, None),
        (Member.title, staged.title, None),
        (Member.city_key, staged.city_key, None),
        (Member.country, staged.country, None),
        (Member.graduation_year, staged.graduation_year, unrecorded),
        (Member.programme_id, staged.programme_id, unrecorded),
        (Member.department_id, staged.department_id, unrecorded),
        (Member.register_key, staged.register_key, unrecorded),
    )
    parts: list[Any] = []
    for kept, value, when in given:
        part = value.is_not(None) & kept.is_distinct_from(value)
        parts.append(part if when is None else part & when)
    parts.append(Member.is_alumnus.is_(False))
    parts.append(unrecorded & (Member.standing != MemberStanding.INSTITUTION))
    changed = (
        select(or_(*parts)).where(Member.id == staged.member_id).correlate(staged).scalar_subquery()
    )
    return func.coalesce(changed, literal(True, Boolean))


def _apply(db: Session, batch: Batch[StagedAlumnus]) -> None:
    staged = batch.rows
    written = batch.having(Outcome.NEW, Outcome.CHANGED)
    _people(db, batch)
    _members(db, batch)
    _studies(db, batch)
    _work(db, batch)
    found = db.execute(
        select(staged.member_id, staged.user_id).where(written).order_by(staged.member_id)
    ).all()
    for start in range(0, len(found), PIECE):
        ids, people = zip(*found[start : start + PIECE], strict=True)
        index_members(db, ids)
        index_people(db, people)


def _people(db: Session, batch: Batch[StagedAlumnus]) -> None:
    """Add the accounts that are missing, and the role to everybody who lacks it."""
    staged = batch.rows
    names = ("full_name", "sort_name", "email", "email_as_typed", "origin")
    people = (
        select(
            staged.full_name,
            staged.sort_name,
            staged.email,
            staged.email_as_typed,
            literal(AccountOrigin.IMPORTED.value, String(30)).label("origin"),
        )
        .where(batch.having(Outcome.NEW))
        .order_by(staged.line)
    )
    db.execute(insert(User).from_select(names, people))
    batch.lookup(
        db, staged.user_id, select(User.id).where(User.email == staged.email, User.live == 1)
    )
    holds = (
        select(RoleGrant.id)
        .where(RoleGrant.user_id == staged.user_id, RoleGrant.role == Role.ALUMNUS)
        .correlate(staged)
    )
    role = literal(Role.ALUMNUS.value, String(30)).label("role")
    fresh = (
        select(staged.user_id, role)
        .where(batch.having(Outcome.NEW, Outcome.CHANGED), ~holds.exists())
        .order_by(staged.line)
    )
    rows = [(row.user_id, Role.ALUMNUS) for row in db.execute(fresh)]
    if rows:
        db.execute(
            insert(RoleGrant), [{"user_id": user_id, "role": role} for user_id, role in rows]
        )


def _members(db: Session, batch: Batch[StagedAlumnus]) -> None:
    staged = batch.rows
    empty = literal("", String(1))
    told = ("register_number", "register_key", "title", "company", "company_key")
    places = ("city", "city_key", "country")
    names = (
        *("user_id", "sort_name", "is_alumnus", "is_student", "standing"),
        *("graduation_year", *STUDIES, *told, *places),
    )
    fresh = (
        select(
            staged.user_id,
            User.sort_name,
            literal(True, Boolean).label("is_alumnus"),
            literal(False, Boolean).label("is_student"),
            literal(MemberStanding.INSTITUTION.value, String(30)).label("standing"),
            func.coalesce(staged.graduation_year, 0),
            *(getattr(staged, name) for name in STUDIES),
            *(func.coalesce(getattr(staged, name), empty) for name in (*told, *places)),
        )
        .join(User, User.id == staged.user_id)
        .where(batch.having(Outcome.NEW, Outcome.CHANGED), staged.member_id.is_(None))
        .order_by(staged.line)
    )
    db.execute(insert(Member).from_select(names, fresh))
    batch.lookup(db, staged.member_id, select(Member.id).where(Member.user_id == staged.user_id))


def _studies(db: Session, batch: Batch[StagedAlumnus]) -> None:
    """Write what the file says; who has a record here keeps its studies."""
    staged = batch.rows
    mine = Member.id == staged.member_id
    free = Member.student_id.is_(None)

    def unless_recorded(column: Any, value: Any) -> Any:
        return case((free & value.is_not(None), value), else_=column)

    written = {
        name: unless_recorded(getattr(Member, name), getattr(staged, name)) for name in STUDIES
    }
    batch.change(
        db,
        Member,
        mine,
        is_alumnus=literal(True, Boolean),
        standing=case(
            (free, literal(MemberStanding.INSTITUTION.value, String(30))), else_=Member.standing
        ),
        deleted_at=null(),
        graduation_year=unless_recorded(Member.graduation_year, staged.graduation_year),
        register_number=unless_recorded(Member.register_number, staged.register_number),
        register_key=unless_recorded(Member.register_key, staged.register_key),
        city=func.coalesce(staged.city, Member.city),
        city_key=func.coalesce(staged.city_key, Member.city_key),
        country=func.coalesce(staged.country, Member.country),
        title=func.coalesce(staged.title, Member.title),
        company=func.coalesce(staged.company, Member.company),
        company_key=func.coalesce(staged.company_key, Member.company_key),
        version=Member.version + 1,
        **written,
    )


def _work(db: Session, batch: Batch[StagedAlumnus]) -> None:
    """Add the job that the file names, unless the profile has one there already."""
    staged = batch.rows
    there = exists().where(
        Work.member_id == staged.member_id, Work.company_key == staged.company_key
    )
    names = ("member_id", "company", "company_key", "title", "begins_on", "city", "description")
    empty = literal("", String(1))
    fresh = (
        select(
            staged.member_id,
            staged.company,
            staged.company_key,
            func.coalesce(staged.title, empty),
            staged.begins_on,
            func.coalesce(staged.city, empty),
            empty.label("description"),
        )
        .where(batch.having(Outcome.NEW, Outcome.CHANGED), staged.company_key.is_not(None), ~there)
        .order_by(staged.line)
    )
    db.execute(insert(Work).from_select(names, fresh))


def _current(_actor: Actor) -> Select[*tuple[Any, ...]]:
    """Graduates as everybody sees them: a file tells no more than a page."""

    def public(code: Any, value: Any) -> Any:
        return case((code == int(Seen.NETWORK), func.nullif(value, "")), else_=null())

    since: Any = null()
    return (
        select(
            User.email_as_typed.label("email"),
            User.full_name.label("full_name"),
            func.nullif(Member.register_number, "").label("register_number"),
            Department.code.label("department"),
            Programme.code.label("programme"),
            func.nullif(Member.graduation_year, 0).label("graduation_year"),
            public(Member.work_seen, Member.title).label("title"),
            public(Member.work_seen, Member.company).label("company"),
            since.label("since"),
            public(Member.location_seen, Member.city).label("city"),
            public(Member.location_seen, Member.country).label("country"),
        )
        .join(User, User.id == Member.user_id)
        .outerjoin(Department, Department.id == Member.department_id)
        .outerjoin(Programme, Programme.id == Member.programme_id)
        .where(Member.shown == 1, Member.is_alumnus)
        .order_by(Member.id)
    )


ALUMNI = Importer(
    kind="alumni",
    label=_l("Alumni"),
    hint=_l(
        "One graduate a line, known by the e-mail address. Who is new gets an account; "
        "an empty cell leaves what is there."
    ),
    permission=IMPORT,
    form=AlumnusRow,
    staged=StagedAlumnus,
    key=(StagedAlumnus.email,),
    key_field="email",
    prepare=prepare,
    resolve=_resolve,
    apply=_apply,
    aliases={
        "email": ("e-mail address", "mail"),
        "full_name": ("name",),
        "register_number": ("roll number", "roll no", "usn", "student id"),
        "department": ("department code", "dept"),
        "programme": ("programme code", "program", "degree programme"),
        "graduation_year": ("class of", "year", "batch"),
        "title": ("job title", "designation", "position"),
        "company": ("employer", "organisation", "organization"),
        "city": ("location",),
    },
    example={
        "email": "lata.rao@home.example",
        "full_name": "Lata Rao",
        "register_number": "4NV12CS014",
        "department": "CSE",
        "programme": "BE-CSE",
        "graduation_year": "2016",
        "title": "Staff engineer",
        "company": "Paisa Switch",
        "since": "2019",
        "city": "Bengaluru",
        "country": "India",
    },
    endpoint="alumni.alumni",
    order=24,
    current=_current,
)

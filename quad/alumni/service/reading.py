"""One profile as one reader sees it: what they do not see is not in the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.alumni.models.members import Achievement, Education, Member, MemberStanding, Work
from quad.alumni.policy import base as policy
from quad.alumni.policy.audience import FIELDS, Reach, sees
from quad.core.db.rows import plain_rows
from quad.core.errors import NotFound, SignedOut
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.identity.models.profiles import Profile, photo_path
from quad.institution.models import Campus, Degree, Department, Programme


@dataclass(frozen=True)
class Studies:
    """What the institution says: verified, and the owner cannot change it. Empty where it is not known."""

    degree: str
    programme: str
    department: str
    campus: str
    graduation_year: int | None


@dataclass(frozen=True)
class Shown:
    """A profile for one reader. None stands for a field that is empty or not for this reader: they look alike."""

    id: int
    user_id: int
    student_id: int | None
    name: str
    photo: str
    is_alumnus: bool
    is_student: bool
    standing: MemberStanding
    reason: str
    studies: Studies
    reach: Reach
    version: int
    views: int
    headline: str | None
    bio: str | None
    pronouns: str
    links: Sequence[str]
    city: str | None
    country: str | None
    open_to: Sequence[str]
    email: str | None
    phone: str | None
    cgpa: Decimal | None
    work: Sequence[Any]
    education: Sequence[Any]
    achievements: Sequence[Any]

    @property
    def own(self) -> bool:
        """Tell whether the reader looks at their own profile."""
        return self.reach.own

    @property
    def verified(self) -> bool:
        """Tell whether the institution vouches for this person."""
        return self.standing in (MemberStanding.RECORD, MemberStanding.INSTITUTION)


def profile(db: Session, actor: Actor, member_id: int) -> Shown:
    """Return a profile. Raises NotFound for one that does not exist or is not for `actor`."""
    return _shown(db, actor, Member.id == member_id)


def profile_of_student(db: Session, actor: Actor, student_id: int) -> Shown:
    """Return the profile of the person with this academic record. Raises NotFound."""
    return _shown(db, actor, Member.student_id == student_id)


def profile_of_user(db: Session, actor: Actor, user_id: int) -> Shown:
    """Return the profile of the person with this account. Raises NotFound."""
    return _shown(db, actor, Member.user_id == user_id)


def _shown(db: Session, actor: Actor, which: Any) -> Shown:
    if not actor.signed_in:
        raise SignedOut
    row = plain_rows(db, _head(actor).where(which, policy.SEE.where(actor))).first()
    if row is None:
        raise NotFound
    seen = frozenset(field for field in FIELDS if getattr(row, f"sees_{field}"))
    reach = Reach(actor.id is not None and row.user_id == actor.id, seen)

    def told(field: str, value: Any) -> Any:
        return (value or None) if field in reach else None

    return Shown(
        id=row.id,
        user_id=row.user_id,
        student_id=row.student_id,
        name=row.full_name,
        photo=photo_path(row.user_id, row.photo if "photo" in reach else ""),
        is_alumnus=bool(row.is_alumnus),
        is_student=bool(row.is_student),
        standing=row.standing,
        reason=row.reason if reach.own else "",
        studies=Studies(
            row.degree or "",
            row.programme or "",
            row.department or "",
            row.campus or "",
            row.graduation_year or None,
        ),
        reach=reach,
        version=row.version,
        views=row.views if reach.own else 0,
        headline=told("headline", row.headline),
        bio=told("bio", row.bio),
        pronouns=row.pronouns or "",
        links=tuple(told("links", row.links) or ()),
        city=told("location", row.city),
        country=told("location", row.country),
        open_to=tuple(
            name
            for name in ("mentoring", "hiring", "speaking")
            if "open" in reach and getattr(row, name)
        ),
        email=told("email", row.email),
        phone=told("phone", row.phone),
        cgpa=row.cgpa if "cgpa" in reach else None,
        work=_entries(db, reach, "work", row.id),
        education=_entries(db, reach, "education", row.id),
        achievements=_entries(db, reach, "achievements", row.id),
    )


def _head(actor: Actor) -> Any:
    flags = [case((sees(field, actor), 1), else_=0).label(f"sees_{field}") for field in FIELDS]
    return (
        select(
            Member.id,
            Member.user_id,
            Member.student_id,
            Member.is_alumnus,
            Member.is_student,
            Member.standing,
            Member.reason,
            Member.graduation_year,
            Member.headline,
            Member.city,
            Member.country,
            Member.mentoring,
            Member.hiring,
            Member.speaking,
            Member.version,
            Member.views,
            User.full_name,
            User.photo,
            User.email_as_typed.label("email"),
            Profile.bio,
            Profile.pronouns,
            Profile.phone,
            Profile.links,
            Student.cgpa,
            Degree.name.label("degree"),
            Programme.name.label("programme"),
            Department.name.label("department"),
            Campus.name.label("campus"),
            *flags,
        )
        .join(User, User.id == Member.user_id)
        .outerjoin(Profile, Profile.user_id == Member.user_id)
        .outerjoin(Student, Student.id == Member.student_id)
        .outerjoin(Degree, Degree.id == Member.degree_id)
        .outerjoin(Programme, Programme.id == Member.programme_id)
        .outerjoin(Department, Department.id == Member.department_id)
        .outerjoin(Campus, Campus.id == Member.campus_id)
    )


ENTRIES: dict[str, tuple[type[Any], tuple[Any, ...]]] = {
    "work": (
        Work,
        (Work.ends_on.is_not(None), Work.begins_on.desc(), Work.id.desc()),
    ),
    "education": (Education, (Education.begins_in.desc(), Education.id.desc())),
    "achievements": (Achievement, (Achievement.year.desc(), Achievement.id.desc())),
}


def _entries(db: Session, reach: Reach, field: str, member_id: int) -> Sequence[Any]:
    if field not in reach:
        return ()
    return entries(db, field, member_id)


def entries(db: Session, field: str, member_id: int) -> Sequence[Any]:
    """Return all entries of a kind, the present and newest first; the caller has asked who may see them."""
    model, order = ENTRIES[field]
    columns = list(model.__table__.columns)
    return plain_rows(
        db, select(*columns).where(model.member_id == member_id).order_by(*order)
    ).all()

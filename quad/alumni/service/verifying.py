"""Graduates who registered from outside: who of the records they may be, and what is decided about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import and_, or_, select, union
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.service.findable import STUDENTS as FOUND_STUDENTS
from quad.alumni.facts import MemberClaimed, MemberRefused, MemberVerified
from quad.alumni.forms.verifying import Refuse, Vouch
from quad.alumni.models.members import Member, MemberStanding
from quad.alumni.policy import base as policy
from quad.alumni.service import members
from quad.alumni.service.findable import index_members
from quad.core.db.rows import plain_rows
from quad.core.errors import Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.mail.outbox import send
from quad.core.policy import Actor
from quad.core.search.prefix import ids_beginning
from quad.core.search.words import asked_words
from quad.identity.models.accounts import Role, User
from quad.identity.models.joining import Registration
from quad.identity.service import merge
from quad.institution.models import Department, Programme

LOOKED_AT = 300
SUGGESTED = 5
BEGINNING = 3
ALIKE = 0.55
YEARS_APART = 2


@dataclass(frozen=True)
class Suggestion:
    """A record that may be this person's. `score` goes to 100; `reasons` say what fits."""

    record: Any
    score: int
    reasons: Sequence[str]


def claim(db: Session, user_id: int, actor_id: int | None) -> None:
    """Take over what a graduate said when registering, so that somebody can look it up."""
    member = db.scalar(select(Member).where(Member.user_id == user_id).with_for_update())
    if member is None or member.standing is not MemberStanding.CLAIMED:
        return
    said = db.scalars(
        select(Registration)
        .where(Registration.user_id == user_id, Registration.role == Role.ALUMNUS)
        .order_by(Registration.id.desc())
    ).first()
    if said is not None:
        member.register_number = member.register_key = said.register_number
        member.graduation_year = said.graduation_year or 0
        member.department_id = said.department_id
    emit(db, MemberClaimed(actor_id=actor_id, member_id=member.id, user_id=user_id))


def claimed(db: Session, actor: Actor, member_id: int) -> Any:
    """Return who asks to be verified, with what they said. Raises NotFound, Forbidden."""
    member = policy.VERIFY.get(db, actor, member_id)
    note = (
        select(Registration.note)
        .where(Registration.user_id == Member.user_id)
        .order_by(Registration.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = (
        select(
            Member.id,
            Member.user_id,
            Member.standing,
            Member.reason,
            Member.register_number,
            Member.register_key,
            Member.graduation_year,
            Member.department_id,
            Member.created_at,
            User.full_name,
            User.email_as_typed,
            Department.name.label("department"),
            note.label("note"),
        )
        .join(User, User.id == Member.user_id)
        .outerjoin(Department, Department.id == Member.department_id)
        .where(Member.id == member.id)
    )
    return plain_rows(db, query).one()


def suggestions(db: Session, actor: Actor, member_id: int) -> list[Suggestion]:
    """Return the records most like a claim: by register number, or by name and year; the best first.

    Candidates come from indexes (the number, the beginnings of the name's words); only these are compared.
    """
    claim_ = claimed(db, actor, member_id)
    found = [_judged(claim_, row) for row in _candidates(db, claim_)]
    good = [one for one in found if one is not None]
    return sorted(good, key=lambda one: (-one.score, one.record.id))[:SUGGESTED]


def _candidates(db: Session, claim_: Any) -> Sequence[Any]:
    beginnings = {word[:BEGINNING] for word in asked_words(claim_.full_name) if len(word) > 1}
    parts = [
        select(ids_beginning(FOUND_STUDENTS, word).limit(LOOKED_AT).subquery().c.subject_id)
        for word in sorted(beginnings)
    ]
    named: Any = Student.id.in_(select(union(*parts).subquery().c.subject_id)) if parts else None
    if named is not None and claim_.graduation_year:
        year = claim_.graduation_year
        near = Student.graduation_year.between(year - YEARS_APART, year + YEARS_APART)
        named = and_(named, or_(near, Student.graduation_year.is_(None)))
    ways = [] if named is None else [named]
    if claim_.register_key:
        ways.append(Student.register_key == claim_.register_key)
    if not ways:
        return ()
    query = (
        select(
            Student.id,
            Student.user_id,
            Student.register_number,
            Student.register_key,
            Student.graduation_year,
            Student.department_id,
            Student.status,
            User.full_name,
            User.last_sign_in_at,
            Programme.name.label("programme"),
        )
        .join(User, User.id == Student.user_id)
        .outerjoin(Programme, Programme.id == Student.programme_id)
        .where(or_(*ways), Student.live == 1, Student.user_id != claim_.user_id)
        .limit(LOOKED_AT)
    )
    return plain_rows(db, query).all()


def _judged(claim_: Any, row: Any) -> Suggestion | None:
    alike = _alike(claim_.full_name, row.full_name)
    same_number = bool(claim_.register_key) and row.register_key == claim_.register_key
    if not same_number and alike < ALIKE:
        return None
    reasons = []
    score = 45 * alike
    if same_number:
        score += 35
        reasons.append(_("Same register number"))
    if alike >= 0.999:
        reasons.append(_("Same name"))
    elif alike >= ALIKE:
        reasons.append(_("Similar name"))
    if claim_.graduation_year and row.graduation_year == claim_.graduation_year:
        score += 12
        reasons.append(_("Same year"))
    if claim_.department_id and row.department_id == claim_.department_id:
        score += 8
        reasons.append(_("Same department"))
    return Suggestion(row, round(score), tuple(reasons))


def _alike(one: str, other: str) -> float:
    """Compare names whatever the order of their words, from 0 to 1."""
    mine, theirs = (" ".join(sorted(asked_words(name))) for name in (one, other))
    return SequenceMatcher(None, mine, theirs).ratio()


def link(db: Session, actor: Actor, member_id: int, student_id: int) -> Member:
    """Say that the claim is the person of this record: the record's account becomes part of theirs.

    Raises NotFound, Forbidden, and Rejected when both accounts hold what only one can hold.
    """
    member = policy.VERIFY.get(db, actor, member_id, lock=True)
    record = db.scalar(select(Student).where(Student.id == student_id, Student.live == 1))
    if record is None:
        raise NotFound
    user_id = member.user_id
    if record.user_id == user_id:
        raise Rejected(_("This record belongs to the account already."))
    merge.merge(db, actor, user_id, record.user_id)
    members.follow(db, [user_id], actor_id=actor.id)
    db.expire_all()
    member = db.scalars(select(Member).where(Member.user_id == user_id)).one()
    if member.standing is not MemberStanding.RECORD:
        member.standing, member.student_id = MemberStanding.RECORD, record.id
        db.flush()
    return _verified(db, actor, member, record.id)


def vouch(db: Session, actor: Actor, member_id: int, form: Vouch) -> Member:
    """Say that the claim is right although there is no record here. Raises NotFound, Forbidden, Invalid."""
    member = policy.VERIFY.get(db, actor, member_id, lock=True)
    programme = db.scalar(
        select(Programme).where(Programme.id == form.programme_id, Programme.deleted_at.is_(None))
    )
    if programme is None:
        raise Invalid({"programme_id": _("There is no such programme.")})
    member.programme_id, member.degree_id = programme.id, programme.degree_id
    member.department_id = programme.department_id
    member.campus_id = db.scalar(
        select(Department.campus_id).where(Department.id == programme.department_id)
    )
    member.graduation_year = form.graduation_year
    member.standing = MemberStanding.INSTITUTION
    return _verified(db, actor, member, None)


def refuse(db: Session, actor: Actor, member_id: int, form: Refuse) -> Member:
    """Say that the claim does not hold, with the reason. Raises NotFound, Forbidden, Rejected."""
    member = policy.VERIFY.get(db, actor, member_id, lock=True)
    if member.standing is MemberStanding.REFUSED:
        raise Rejected(_("This is refused already."))
    member.standing, member.reason = MemberStanding.REFUSED, form.reason
    db.flush()
    _mail(db, member, "alumni/refused", {"reason": form.reason})
    emit(db, MemberRefused(actor_id=actor.id, member_id=member.id, user_id=member.user_id))
    return member


def _verified(db: Session, actor: Actor, member: Member, student_id: int | None) -> Member:
    member.reason = ""
    db.flush()
    index_members(db, [member.id])
    _mail(db, member, "alumni/verified", {})
    emit(
        db,
        MemberVerified(
            actor_id=actor.id, member_id=member.id, user_id=member.user_id, student_id=student_id
        ),
    )
    return member


def _mail(db: Session, member: Member, name: str, values: dict[str, Any]) -> None:
    user = db.scalars(select(User).where(User.id == member.user_id)).one()
    send(db, name, [(user.full_name, user.email_as_typed)], values, language=user.language or None)


def programmes(db: Session) -> Sequence[tuple[int, str]]:
    """Return every programme, for the menu."""
    query = (
        select(Programme.id, Programme.name)
        .where(Programme.deleted_at.is_(None))
        .order_by(Programme.sort_name)
    )
    return [(row.id, row.name) for row in plain_rows(db, query)]

"""Students: adding, changing, deleting and bringing back."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics.facts.base import StudentAdded, StudentChanged, StudentDeleted, StudentRestored
from quad.academics.forms.people import EditStudent, NewStudent, StudentPatch
from quad.academics.models.people import Student
from quad.academics.policy import base as policy
from quad.academics.service import rollups
from quad.academics.service.placing import Place, place_of, require_own_department, settle
from quad.academics.service.teaching import require_department
from quad.core import clock
from quad.core.errors import EditedMeanwhile, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, User
from quad.identity.service.users import (
    OneTime,
    hide_person,
    invite_person,
    rename_person,
    unhide_person,
)

PREFIX = "REG"
DIGITS = 8


def add(db: Session, actor: Actor, form: NewStudent, one_time: OneTime) -> Student:
    """Add a student with an account; the invitation with the one-time password goes by mail.

    Raises Forbidden, Invalid (address or register number in use, a place that does not fit).
    """
    policy.STUDENT_ADD.require(actor)
    place = settle(db, _wanted(form))
    require_own_department(actor, place.department_id)
    number = form.register_number or new_register_number(db)
    _refuse_used_number(db, number, None)
    _refuse_used_email(db, form.email)
    user = invite_person(
        db,
        actor,
        one_time,
        full_name=f"{form.first_name} {form.last_name}",
        email=form.email,
        role=Role.STUDENT,
    )
    student = Student(
        user_id=user.id,
        register_number=number,
        register_key=number,
        sort_name=user.sort_name,
        semester=form.semester,
    )
    _put(student, place)
    return _kept(db, actor, student)


def add_profile(
    db: Session, user: User, actor_id: int | None, department_id: int | None = None
) -> Student | None:
    """Give somebody who registered the profile of a student; None when there is one already."""
    if db.scalar(select(Student.id).where(Student.user_id == user.id)) is not None:
        return None
    number = new_register_number(db)
    student = Student(
        user_id=user.id,
        register_number=number,
        register_key=number,
        sort_name=user.sort_name,
        department_id=department_id,
        admission_year=clock.today().year,
    )
    db.add(student)
    db.flush()
    emit(db, StudentAdded(actor_id=actor_id, student_id=student.id, user_id=user.id))
    return student


def _kept(db: Session, actor: Actor, student: Student) -> Student:
    db.add(student)
    db.flush()
    emit(db, StudentAdded(actor_id=actor.id, student_id=student.id, user_id=student.user_id))
    return student


def edit(db: Session, actor: Actor, student_id: int, form: EditStudent) -> Student:
    """Change a student, all fields at once.

    Raises NotFound, Forbidden, EditedMeanwhile, Invalid.
    """
    student = policy.STUDENT_EDIT.get(db, actor, student_id, read=policy.STUDENT_READ, lock=True)
    if form.version is not None and form.version != student.version:
        raise EditedMeanwhile
    before = place_of(student)
    place = settle(db, _wanted(form), before)
    if place.department_id != before.department_id:
        require_own_department(actor, place.department_id)
    _refuse_used_number(db, form.register_number, student.id)
    student.register_number = student.register_key = form.register_number
    _put(student, place)
    student.semester = form.semester
    student.status = form.status
    rename_person(db, actor, _user(db, student), form.full_name)
    db.flush()
    if place.programme_id != before.programme_id:
        rollups.rebuild_rollups(db, [student.id])
    emit(db, StudentChanged(actor_id=actor.id, student_id=student.id))
    return student


def patch(db: Session, actor: Actor, student_id: int, form: StudentPatch) -> Student:
    """Change some fields; what the form does not name stays. Raises as `edit`."""
    student = policy.STUDENT_EDIT.get(db, actor, student_id, read=policy.STUDENT_READ)
    given = form.model_dump(exclude_unset=True)
    empty = {name for name in given if given[name] is None and name in NEVER_EMPTY}
    if empty:
        raise Invalid({name: _("Please fill this in.") for name in empty})
    return edit(db, actor, student_id, EditStudent(**(editable(db, student) | given)))


NEVER_EMPTY = {"full_name", "register_number", "admission_year", "semester", "status"}


def editable(db: Session, student: Student) -> dict[str, Any]:
    """Return a student as the fields of EditStudent."""
    return {
        "full_name": _user(db, student).full_name,
        "register_number": student.register_number,
        "department_id": student.department_id,
        "programme_id": student.programme_id,
        "batch_id": student.batch_id,
        "class_id": student.class_id,
        "admission_year": student.admission_year,
        "semester": student.semester,
        "graduation_year": student.graduation_year,
        "status": student.status,
        "version": student.version,
    }


def move(db: Session, actor: Actor, student_id: int, department_id: int | None) -> Student:
    """Assign a student to a department, or to none. Raises NotFound, Forbidden, Invalid."""
    student = policy.STUDENT_MOVE.get(db, actor, student_id, read=policy.STUDENT_READ, lock=True)
    require_department(db, department_id)
    if student.department_id != department_id:
        student.department_id = department_id
        emit(db, StudentChanged(actor_id=actor.id, student_id=student.id))
    return student


def delete(db: Session, actor: Actor, student_id: int) -> Student:
    """Hide a student with the account; sign-in ends at once and everything can be brought back."""
    student = policy.STUDENT_DELETE.get(db, actor, student_id, read=policy.STUDENT_READ, lock=True)
    student.deleted_at = clock.now()
    user = _user(db, student)
    if user.id == actor.id:
        raise Rejected(_("You cannot delete yourself."))
    if user.deleted_at is None:
        hide_person(db, user, actor_id=actor.id)
    emit(db, StudentDeleted(actor_id=actor.id, student_id=student.id, user_id=student.user_id))
    return student


def restore(db: Session, actor: Actor, student_id: int) -> Student:
    """Bring back a deleted student with the account.

    Raises NotFound, Forbidden, Rejected when the number or the address went to somebody else meanwhile.
    """
    student = policy.STUDENT_RESTORE.get(db, actor, student_id, lock=True)
    if student.deleted_at is None:
        return student
    taken = select(Student.id).where(
        Student.register_key == student.register_key, Student.deleted_at.is_(None)
    )
    if db.scalar(taken) is not None:
        raise Rejected(_("Another student has this register number now. Change that one first."))
    user = _user(db, student)
    owner = select(User.id).where(
        User.email == user.email, User.deleted_at.is_(None), User.id != user.id
    )
    if db.scalar(owner) is not None:
        raise Rejected(_("Somebody else has this e-mail address now. Change that account first."))
    student.deleted_at = None
    if user.deleted_at is not None:
        unhide_person(db, actor, user)
    emit(db, StudentRestored(actor_id=actor.id, student_id=student.id, user_id=student.user_id))
    return student


def copy_name(db: Session, user_id: int) -> list[int]:
    """Copy a person's sort name to the profile; return the profile's number, if there is one."""
    user = db.scalars(select(User).where(User.id == user_id)).one()
    ids = list(db.scalars(select(Student.id).where(Student.user_id == user_id)))
    if ids:
        db.execute(update(Student).where(Student.id.in_(ids)).values(sort_name=user.sort_name))
    return ids


def new_register_number(db: Session) -> str:
    """Return "REG" and eight digits that nobody has."""
    while True:
        number = f"{PREFIX}{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        if db.scalar(select(Student.id).where(Student.register_key == number)) is None:
            return number


def _user(db: Session, student: Student) -> User:
    return db.scalars(select(User).where(User.id == student.user_id)).one()


def _wanted(form: NewStudent | EditStudent) -> Place:
    return Place(
        form.department_id,
        form.programme_id,
        form.batch_id,
        form.class_id,
        form.admission_year,
        form.graduation_year,
    )


def _put(student: Student, place: Place) -> None:
    student.department_id = place.department_id
    student.programme_id = place.programme_id
    student.batch_id = place.batch_id
    student.class_id = place.class_id
    if place.admission_year is not None:
        student.admission_year = place.admission_year
    student.graduation_year = place.graduation_year


def _refuse_used_number(db: Session, number: str, except_id: int | None) -> None:
    same = select(Student.id).where(Student.register_key == number, Student.deleted_at.is_(None))
    if db.scalar(same) not in (None, except_id):
        raise Invalid({"register_number": _("Another student has this register number already.")})


def _refuse_used_email(db: Session, email: str) -> None:
    same = select(User.id).where(User.email == email, User.deleted_at.is_(None))
    if db.scalar(same) is not None:
        raise Invalid({"email": _("This e-mail address has an account already.")})

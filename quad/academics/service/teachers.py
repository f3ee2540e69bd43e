"""The teaching staff."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quad.academics.facts.base import (
    TeacherAdded,
    TeacherChanged,
    TeacherDeleted,
    TeacherRestored,
)
from quad.academics.forms.people import EditTeacher, NewTeacher, TeacherPatch
from quad.academics.models.people import Teacher
from quad.academics.models.teaching import Offering, ResultState
from quad.academics.policy import base as policy
from quad.academics.service.placing import require_own_department
from quad.academics.service.teaching import require_department
from quad.core import clock
from quad.core.errors import EditedMeanwhile, Forbidden, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext
from quad.core.policy import Actor
from quad.identity.models.accounts import Role, User
from quad.identity.service.roles import end_role, give_role, roles_of
from quad.identity.service.users import (
    OneTime,
    hide_person,
    invite_person,
    rename_person,
    unhide_person,
)


def add(db: Session, actor: Actor, form: NewTeacher, one_time: OneTime) -> Teacher:
    """Add a teacher with an account and the role; the invitation goes by mail.

    Raises Forbidden, Invalid (address in use, department).
    """
    policy.TEACHER_ADD.require(actor)
    require_department(db, form.department_id)
    require_own_department(actor, form.department_id)
    same = select(User.id).where(User.email == form.email, User.deleted_at.is_(None))
    if db.scalar(same) is not None:
        raise Invalid({"email": _("This e-mail address has an account already.")})
    user = invite_person(
        db,
        actor,
        one_time,
        full_name=f"{form.first_name} {form.last_name}",
        email=form.email,
        role=Role.FACULTY,
        department_id=form.department_id,
    )
    # The grant of the role made the profile (listeners.py); what the form says more comes now.
    teacher = db.scalars(select(Teacher).where(Teacher.user_id == user.id)).one()
    teacher.designation = form.designation
    emit(db, TeacherChanged(actor_id=actor.id, teacher_id=teacher.id))
    return teacher


def edit(db: Session, actor: Actor, teacher_id: int, form: EditTeacher) -> Teacher:
    """Change name, department and designation. Raises NotFound, Forbidden, EditedMeanwhile, Invalid."""
    teacher = policy.TEACHER_EDIT.get(db, actor, teacher_id, read=policy.TEACHER_READ, lock=True)
    if form.version is not None and form.version != teacher.version:
        raise EditedMeanwhile
    if form.department_id != teacher.department_id:
        require_department(db, form.department_id)
        require_own_department(actor, form.department_id)
    teacher.department_id = form.department_id
    teacher.designation = form.designation
    rename_person(db, actor, _user(db, teacher), form.full_name)
    emit(db, TeacherChanged(actor_id=actor.id, teacher_id=teacher.id))
    return teacher


def patch(db: Session, actor: Actor, teacher_id: int, form: TeacherPatch) -> Teacher:
    """Change some fields; what the form does not name stays. Raises as `edit`."""
    teacher = policy.TEACHER_EDIT.get(db, actor, teacher_id, read=policy.TEACHER_READ)
    given = form.model_dump(exclude_unset=True)
    empty = {name for name in ("full_name", "designation") if name in given and given[name] is None}
    if empty:
        raise Invalid({name: _("Please fill this in.") for name in empty})
    return edit(db, actor, teacher_id, EditTeacher(**(editable(db, teacher) | given)))


def editable(db: Session, teacher: Teacher) -> dict[str, Any]:
    """Return a teacher as the fields of EditTeacher."""
    return {
        "full_name": _user(db, teacher).full_name,
        "department_id": teacher.department_id,
        "designation": teacher.designation,
        "version": teacher.version,
    }


def move_many(db: Session, actor: Actor, teacher_ids: Iterable[int], department_id: int) -> int:
    """Put several teachers into a department; return how many.

    Raises Forbidden when none of them may be changed, Invalid for a department that is unknown or not the actor's.
    """
    require_department(db, department_id)
    require_own_department(actor, department_id)
    mine = select(Teacher).where(
        Teacher.id.in_(list(teacher_ids)), policy.TEACHER_EDIT.where(actor)
    )
    found = db.scalars(mine.order_by(Teacher.id).with_for_update()).all()
    if not found:
        raise Forbidden
    for teacher in found:
        if teacher.department_id != department_id:
            teacher.department_id = department_id
            emit(db, TeacherChanged(actor_id=actor.id, teacher_id=teacher.id))
    return len(found)


def delete(db: Session, actor: Actor, teacher_id: int) -> Teacher:
    """Hide a teacher and end the role; who holds no other role cannot sign in any more. All can be brought back.

    Raises NotFound, Forbidden, Rejected for oneself and while offerings with open results have this teacher.
    """
    teacher = policy.TEACHER_DELETE.get(db, actor, teacher_id, read=policy.TEACHER_READ, lock=True)
    user = _user(db, teacher)
    if user.id == actor.id:
        raise Rejected(_("You cannot delete yourself."))
    _refuse_while_teaching(db, user)
    teacher.deleted_at = clock.now()
    if roles_of(db, user.id) - {Role.FACULTY}:
        end_role(db, actor, user.id, Role.FACULTY)
    elif user.deleted_at is None:
        hide_person(db, user, actor_id=actor.id)
    emit(db, TeacherDeleted(actor_id=actor.id, teacher_id=teacher.id, user_id=user.id))
    return teacher


def _refuse_while_teaching(db: Session, user: User) -> None:
    taught = db.scalar(
        select(func.count()).where(
            Offering.faculty_id == user.id, Offering.state == ResultState.DRAFT
        )
    )
    if taught:
        raise Rejected(
            ngettext(
                "%(name)s teaches %(num)s offering with open results. Give it to somebody else first.",
                "%(name)s teaches %(num)s offerings with open results. Give them to somebody else first.",
                taught,
                name=user.full_name,
            )
        )


def restore(db: Session, actor: Actor, teacher_id: int) -> Teacher:
    """Bring back a deleted teacher with account and role.

    Raises NotFound, Forbidden, Rejected when the address went to somebody else meanwhile.
    """
    teacher = policy.TEACHER_RESTORE.get(db, actor, teacher_id, lock=True)
    if teacher.deleted_at is None:
        return teacher
    user = _user(db, teacher)
    if user.deleted_at is not None:
        owner = select(User.id).where(
            User.email == user.email, User.deleted_at.is_(None), User.id != user.id
        )
        if db.scalar(owner) is not None:
            raise Rejected(
                _("Somebody else has this e-mail address now. Change that account first.")
            )
        unhide_person(db, actor, user)
    teacher.deleted_at = None
    db.flush()
    if Role.FACULTY not in roles_of(db, user.id):
        give_role(db, actor, user.id, Role.FACULTY)
    emit(db, TeacherRestored(actor_id=actor.id, teacher_id=teacher.id, user_id=user.id))
    return teacher


def _user(db: Session, teacher: Teacher) -> User:
    return db.scalars(select(User).where(User.id == teacher.user_id)).one()


def keep_profile(
    db: Session, user_id: int, department_id: int | None, actor_id: int | None
) -> None:
    """Give a person with the role of a teacher a profile, or the one back that was deleted."""
    kept = db.scalar(select(Teacher).where(Teacher.user_id == user_id))
    if kept is not None:
        if kept.deleted_at is not None:
            kept.deleted_at = None
            emit(db, TeacherRestored(actor_id=actor_id, teacher_id=kept.id, user_id=user_id))
        return
    user = db.scalars(select(User).where(User.id == user_id)).one()
    teacher = Teacher(user_id=user_id, sort_name=user.sort_name, department_id=department_id)
    db.add(teacher)
    db.flush()
    emit(db, TeacherAdded(actor_id=actor_id, teacher_id=teacher.id, user_id=user_id))


def copy_name(db: Session, user_id: int) -> list[int]:
    """Copy a person's sort name to the profile; return the profile's number, if there is one."""
    ids = list(db.scalars(select(Teacher.id).where(Teacher.user_id == user_id)))
    if ids:
        name = db.scalars(select(User.sort_name).where(User.id == user_id)).one()
        db.execute(update(Teacher).where(Teacher.id.in_(ids)).values(sort_name=name))
    return ids

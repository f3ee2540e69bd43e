"""The teaching staff."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from quad.academics import policy
from quad.academics.facts import TeacherAdded, TeacherChanged
from quad.academics.forms import EditTeacher, NewTeacher
from quad.academics.models.people import Teacher
from quad.academics.service.teaching import require_department
from quad.core.errors import EditedMeanwhile, Invalid
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models import Role, User
from quad.identity.service.users import OneTime, invite_person


def add(db: Session, actor: Actor, form: NewTeacher, one_time: OneTime) -> Teacher:
    """Add a teacher with an account and the role; the invitation goes by mail.

    Raises Forbidden, Invalid (address in use, department).
    """
    policy.TEACHER_ADD.require(actor)
    require_department(db, form.department_id)
    if not policy.supervises(actor, form.department_id):
        raise Invalid({"department_id": _("Choose a department that you head.")})
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
    """Change department and designation. Raises NotFound, Forbidden, EditedMeanwhile, Invalid."""
    teacher = policy.TEACHER_EDIT.get(db, actor, teacher_id, read=policy.TEACHER_READ, lock=True)
    if form.version is not None and form.version != teacher.version:
        raise EditedMeanwhile
    if form.department_id != teacher.department_id:
        require_department(db, form.department_id)
        if not policy.supervises(actor, form.department_id):
            raise Invalid({"department_id": _("Choose a department that you head.")})
    teacher.department_id = form.department_id
    teacher.designation = form.designation
    emit(db, TeacherChanged(actor_id=actor.id, teacher_id=teacher.id))
    return teacher


def keep_profile(
    db: Session, user_id: int, department_id: int | None, actor_id: int | None
) -> None:
    """Give a person with the role of a teacher a profile, unless there is one."""
    if db.scalar(select(Teacher.id).where(Teacher.user_id == user_id)) is not None:
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

"""Offices that answer requests together, and the rules of who gets which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete as delete_rows
from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import EditedMeanwhile, Invalid, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.institution.models import Department
from quad.welfare import policy
from quad.welfare.facts import OfficeChanged, RoutesChanged
from quad.welfare.forms.setup import MemberForm, OfficeForm, RouteForm
from quad.welfare.models.requests import Request
from quad.welfare.models.setup import Category, Office, OfficeMember, Route, Target
from quad.welfare.service.people import is_staff


def members(db: Session, actor: Actor, office_id: int) -> Sequence[Any]:
    """Return the people of an office: id, user_id, name, e-mail. Raises NotFound, Forbidden."""
    policy.OFFICE_EDIT.get(db, actor, office_id)
    return db.execute(
        select(
            OfficeMember.id, OfficeMember.user_id, User.full_name, User.email_as_typed, User.photo
        )
        .join(User, User.id == OfficeMember.user_id)
        .where(OfficeMember.office_id == office_id)
        .order_by(User.sort_name, User.id)
    ).all()


def get(db: Session, actor: Actor, office_id: int) -> Office:
    """Return an office, for editing. Raises NotFound, Forbidden."""
    return policy.OFFICE_EDIT.get(db, actor, office_id)


def add(db: Session, actor: Actor, form: OfficeForm) -> Office:
    """Add an office. Raises Forbidden, Invalid when the name is taken."""
    policy.SET_UP.require(actor)
    row = Office(name=form.name, name_key=form.name)
    db.add(row)
    db.flush()
    emit(db, OfficeChanged(actor_id=actor.id, office_id=row.id, what="added"))
    return row


def rename(db: Session, actor: Actor, office_id: int, form: OfficeForm) -> Office:
    """Give an office another name. Raises NotFound, Forbidden, Invalid, EditedMeanwhile."""
    row = policy.OFFICE_EDIT.get(db, actor, office_id, lock=True)
    if form.version is not None and row.version != form.version:
        raise EditedMeanwhile
    row.name = row.name_key = form.name
    db.flush()
    emit(db, OfficeChanged(actor_id=actor.id, office_id=row.id, what="renamed"))
    return row


def delete(db: Session, actor: Actor, office_id: int) -> None:
    """Hide an office. Raises Rejected while a rule, a category or an open request leads to it."""
    row = policy.OFFICE_EDIT.get(db, actor, office_id, lock=True)
    if db.scalar(select(exists().where(Route.office_id == row.id))):
        raise Rejected(_("A rule sends requests to this office. Change the rule first."))
    named = exists().where(Category.committee_id == row.id, Category.deleted_at.is_(None))
    if db.scalar(select(named)):
        raise Rejected(_("A confidential category has this office as its committee."))
    waiting = exists().where(
        Request.office_id == row.id, Request.closed_at.is_(None), Request.confidential.is_(False)
    )
    if db.scalar(select(waiting)):
        raise Rejected(_("Open requests are with this office. Pass them on first."))
    row.deleted_at = clock.now()
    emit(db, OfficeChanged(actor_id=actor.id, office_id=row.id, what="deleted"))


def add_member(db: Session, actor: Actor, office_id: int, form: MemberForm) -> None:
    """Let a member of the staff work in an office. Somebody who is in it already stays.

    New people of a committee see confidential requests from now on, not earlier ones.
    Raises NotFound, Forbidden, Invalid for somebody who is not staff.
    """
    row = policy.OFFICE_EDIT.get(db, actor, office_id, lock=True)
    if not is_staff(db, form.user_id):
        raise Invalid({"user_id": _("Choose somebody of the staff.")})
    there = select(OfficeMember.id).where(
        OfficeMember.office_id == row.id, OfficeMember.user_id == form.user_id
    )
    if db.scalar(there) is None:
        db.add(OfficeMember(office_id=row.id, user_id=form.user_id))
        db.flush()
    emit(db, OfficeChanged(actor_id=actor.id, office_id=row.id, what="member added"))


def remove_member(db: Session, actor: Actor, office_id: int, user_id: int) -> None:
    """Take somebody out of an office. Raises NotFound, Forbidden, and Rejected for the last one of a committee."""
    row = policy.OFFICE_EDIT.get(db, actor, office_id, lock=True)
    left = db.scalar(
        select(func.count()).where(
            OfficeMember.office_id == row.id, OfficeMember.user_id != user_id
        )
    )
    named = exists().where(Category.committee_id == row.id, Category.deleted_at.is_(None))
    if not left and db.scalar(select(named)):
        raise Rejected(_("A committee needs at least one person."))
    db.execute(
        delete_rows(OfficeMember).where(
            OfficeMember.office_id == row.id, OfficeMember.user_id == user_id
        )
    )
    emit(db, OfficeChanged(actor_id=actor.id, office_id=row.id, what="member removed"))


def add_route(db: Session, actor: Actor, form: RouteForm) -> Route:
    """Add a rule. Raises Forbidden, Invalid, and Rejected when there is one for the same requests."""
    policy.SET_UP.require(actor)
    _require_single(db, form, None)
    row = Route()
    _fill(db, row, form)
    db.add(row)
    db.flush()
    emit(db, RoutesChanged(actor_id=actor.id, route_id=row.id, what="added"))
    return row


def change_route(db: Session, actor: Actor, route_id: int, form: RouteForm) -> Route:
    """Change a rule; requests that are on their way stay where they are. Raises as `add_route`, and NotFound."""
    row = policy.ROUTE_EDIT.get(db, actor, route_id, lock=True)
    _require_single(db, form, route_id)
    _fill(db, row, form)
    emit(db, RoutesChanged(actor_id=actor.id, route_id=row.id, what="changed"))
    return row


def remove_route(db: Session, actor: Actor, route_id: int) -> None:
    """Remove a rule. Raises NotFound, Forbidden."""
    row = policy.ROUTE_EDIT.get(db, actor, route_id, lock=True)
    db.delete(row)
    emit(db, RoutesChanged(actor_id=actor.id, route_id=route_id, what="removed"))


def get_route(db: Session, actor: Actor, route_id: int) -> Route:
    """Return a rule, for editing. Raises NotFound, Forbidden."""
    return policy.ROUTE_EDIT.get(db, actor, route_id)


def _require_single(db: Session, form: RouteForm, own_id: int | None) -> None:
    alike = select(Route.id).where(
        Route.category_id == form.category_id
        if form.category_id is not None
        else Route.category_id.is_(None),
        Route.department_id == form.department_id
        if form.department_id is not None
        else Route.department_id.is_(None),
    )
    if any(found != own_id for found in db.scalars(alike)):
        raise Rejected(_("There is a rule for these requests already. Change that one."))


def _fill(db: Session, row: Route, form: RouteForm) -> None:
    _require_there(db, form)
    row.category_id, row.department_id = form.category_id, form.department_id
    row.target = form.target
    row.office_id = form.office_id if form.target is Target.OFFICE else None
    row.person_id = form.person_id if form.target is Target.PERSON else None
    row.role = form.role if form.target is Target.ROLE else None


def _require_there(db: Session, form: RouteForm) -> None:
    wanted: tuple[tuple[str, Any, int | None], ...] = (
        ("category_id", Category, form.category_id),
        ("department_id", Department, form.department_id),
        ("office_id", Office, form.office_id),
    )
    for name, model, number in wanted:
        if number is None:
            continue
        held = select(model.id).where(model.id == number, model.deleted_at.is_(None))
        if db.scalar(held) is None:
            raise Invalid({name: _("This is not there any more. Choose another one.")})
    if form.person_id is not None and not is_staff(db, form.person_id):
        raise Invalid({"person_id": _("Choose somebody of the staff.")})

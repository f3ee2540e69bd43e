"""Kinds of requests and the questions of their forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import EditedMeanwhile, Invalid, NotFound, Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.welfare import policy
from quad.welfare.facts import CategoryChanged, CategoryFieldsChanged
from quad.welfare.forms.requests import Question
from quad.welfare.forms.setup import MOST_FIELDS, CategoryForm, FieldForm, FieldOrder
from quad.welfare.models.setup import Category, CategoryField, Office, OfficeMember

KEY_LENGTH = 40


@dataclass(frozen=True)
class Asked:
    """A category as somebody who asks needs it."""

    id: int
    name: str
    about: str
    icon: str
    due_days: int
    with_days: bool
    confidential: bool
    letter: str
    committee_id: int | None
    questions: tuple[Question, ...]


def open_categories(db: Session, actor: Actor) -> list[Any]:
    """Return the categories one may ask within, in their order: id, name, about, icon, confidential, due_days."""
    return list(
        db.execute(
            select(
                Category.id,
                Category.name,
                Category.about,
                Category.icon,
                Category.confidential,
                Category.due_days,
                Category.letter,
                Category.with_days,
            )
            .where(policy.CATEGORY_ASK.where(actor))
            .order_by(Category.position, Category.id)
        )
    )


def asked(db: Session, actor: Actor, category_id: int) -> Asked:
    """Return a category one may ask within, with its questions. Raises NotFound, SignedOut, Forbidden."""
    policy.ASK.require(actor)
    row = policy.CATEGORY_ASK.get(db, actor, category_id)
    return Asked(
        row.id,
        row.name,
        row.about,
        row.icon,
        row.due_days,
        row.with_days,
        row.confidential,
        row.letter.value,
        row.committee_id,
        questions_of(db, row.id),
    )


def questions_of(db: Session, category_id: int) -> tuple[Question, ...]:
    """Return the questions of a category's form, in their order."""
    return tuple(
        Question(row.key, row.label, row.hint, row.kind, row.required, tuple(map(str, row.choices)))
        for row in _fields(db, category_id)
    )


def _fields(db: Session, category_id: int) -> Sequence[CategoryField]:
    return db.scalars(
        select(CategoryField)
        .where(CategoryField.category_id == category_id)
        .order_by(CategoryField.position, CategoryField.id)
    ).all()


def get(db: Session, actor: Actor, category_id: int) -> tuple[Category, Sequence[CategoryField]]:
    """Return a category and its fields, for editing. Raises NotFound, Forbidden."""
    row = policy.CATEGORY_EDIT.get(db, actor, category_id)
    return row, _fields(db, category_id)


def add(db: Session, actor: Actor, form: CategoryForm) -> Category:
    """Add a category at the end. Raises Forbidden, Invalid."""
    policy.SET_UP.require(actor)
    last = db.scalar(select(func.max(Category.position))) or 0
    row = Category(position=last + 1)
    _fill(db, row, form)
    db.add(row)
    db.flush()
    emit(db, CategoryChanged(actor_id=actor.id, category_id=row.id, what="added"))
    return row


def change(db: Session, actor: Actor, category_id: int, form: CategoryForm) -> Category:
    """Change a category. Requests that are there keep their form, committee and due day.

    Raises NotFound, Forbidden, Invalid, EditedMeanwhile.
    """
    row = policy.CATEGORY_EDIT.get(db, actor, category_id, lock=True)
    if form.version is not None and row.version != form.version:
        raise EditedMeanwhile
    _fill(db, row, form)
    db.flush()
    emit(db, CategoryChanged(actor_id=actor.id, category_id=row.id, what="changed"))
    return row


def _fill(db: Session, row: Category, form: CategoryForm) -> None:
    if form.committee_id is not None:
        _require_committee(db, form.committee_id)
    for name in ("about", "icon", "due_days", "letter", "with_days", "confidential", "open"):
        setattr(row, name, getattr(form, name))
    row.name = row.name_key = form.name
    row.committee_id = form.committee_id if form.confidential else None


def _require_committee(db: Session, office_id: int) -> None:
    held = select(Office.id).where(Office.id == office_id, Office.deleted_at.is_(None))
    if db.scalar(held.with_for_update()) is None:
        raise Invalid({"committee_id": _("There is no such office.")})
    if db.scalar(select(func.count()).where(OfficeMember.office_id == office_id)) == 0:
        raise Invalid({"committee_id": _("Nobody is in this office yet. Add its people first.")})


def delete(db: Session, actor: Actor, category_id: int) -> None:
    """Hide a category; its requests stay. Raises NotFound, Forbidden."""
    row = policy.CATEGORY_EDIT.get(db, actor, category_id, lock=True)
    row.deleted_at = clock.now()
    emit(db, CategoryChanged(actor_id=actor.id, category_id=row.id, what="deleted"))


def restore(db: Session, actor: Actor, category_id: int) -> None:
    """Bring a hidden category back. Raises NotFound, Forbidden, Rejected when its name is taken."""
    row = policy.CATEGORY_RESTORE.get(db, actor, category_id, lock=True)
    if row.deleted_at is None:
        return
    taken = select(Category.id).where(
        Category.name_key == row.name_key, Category.deleted_at.is_(None)
    )
    if db.scalar(taken) is not None:
        raise Rejected(_("There is a category of this name already."))
    row.deleted_at = None
    emit(db, CategoryChanged(actor_id=actor.id, category_id=row.id, what="restored"))


def add_field(db: Session, actor: Actor, category_id: int, form: FieldForm) -> CategoryField:
    """Add a question at the end of a category's form. Raises NotFound, Forbidden, Rejected when there are too many."""
    row = policy.CATEGORY_EDIT.get(db, actor, category_id, lock=True)
    held = _fields(db, row.id)
    if len(held) >= MOST_FIELDS:
        raise Rejected(_("A form has at most %(n)s questions.", n=MOST_FIELDS))
    field = CategoryField(
        category_id=row.id,
        key=free_key(form.label, {each.key for each in held}),
        position=max((each.position for each in held), default=0) + 1,
    )
    _fill_field(field, form)
    db.add(field)
    db.flush()
    emit(db, CategoryFieldsChanged(actor_id=actor.id, category_id=row.id))
    return field


def change_field(
    db: Session, actor: Actor, category_id: int, field_id: int, form: FieldForm
) -> CategoryField:
    """Change a question; its key and the answers given so far stay. Raises NotFound, Forbidden."""
    field = _own_field(db, actor, category_id, field_id)
    _fill_field(field, form)
    emit(db, CategoryFieldsChanged(actor_id=actor.id, category_id=category_id))
    return field


def _own_field(db: Session, actor: Actor, category_id: int, field_id: int) -> CategoryField:
    policy.CATEGORY_EDIT.get(db, actor, category_id, lock=True)
    field = policy.FIELD_EDIT.get(db, actor, field_id, lock=True)
    if field.category_id != category_id:
        raise NotFound
    return field


def _fill_field(field: CategoryField, form: FieldForm) -> None:
    field.label, field.hint, field.kind = form.label, form.hint, form.kind
    field.required, field.choices = form.required, form.cleaned_choices()


def field_values(fields: Sequence[CategoryField], field_id: int) -> dict[str, Any]:
    """Return what a page shows to edit one of these questions. Raises NotFound."""
    found = next((each for each in fields if each.id == field_id), None)
    if found is None:
        raise NotFound
    names = ("label", "kind", "hint", "choices", "required")
    return {name: getattr(found, name) for name in names}


def delete_field(db: Session, actor: Actor, category_id: int, field_id: int) -> None:
    """Take a question out of a form; answers given so far stay. Raises NotFound, Forbidden."""
    field = _own_field(db, actor, category_id, field_id)
    db.delete(field)
    emit(db, CategoryFieldsChanged(actor_id=actor.id, category_id=category_id))


def order_fields(db: Session, actor: Actor, category_id: int, form: FieldOrder) -> None:
    """Put the questions of a form into another order.

    Raises NotFound, Forbidden, and Rejected when the list is not the one of the form any more.
    """
    policy.CATEGORY_EDIT.get(db, actor, category_id, lock=True)
    held = {field.id: field for field in _fields(db, category_id)}
    if sorted(form.field_ids) != sorted(held):
        raise Rejected(_("Somebody changed these questions meanwhile. Have a look at the list."))
    for position, field_id in enumerate(form.field_ids, start=1):
        held[field_id].position = position
    emit(db, CategoryFieldsChanged(actor_id=actor.id, category_id=category_id))


def move_field(db: Session, actor: Actor, category_id: int, field_id: int, by: int) -> None:
    """Move a question up (-1) or down (1) by one place; at the end it stays. Raises NotFound, Forbidden."""
    _own_field(db, actor, category_id, field_id)
    ids = [field.id for field in _fields(db, category_id)]
    place = ids.index(field_id)
    other = min(max(place + by, 0), len(ids) - 1)
    ids[place], ids[other] = ids[other], ids[place]
    order_fields(db, actor, category_id, FieldOrder(field_ids=ids))


def move(db: Session, actor: Actor, category_id: int, by: int) -> None:
    """Move a category up (-1) or down (1) among the others. Raises NotFound, Forbidden."""
    row = policy.CATEGORY_EDIT.get(db, actor, category_id)
    ids = list(
        db.scalars(
            select(Category.id)
            .where(Category.deleted_at.is_(None))
            .order_by(Category.position, Category.id)
        )
    )
    place = ids.index(row.id)
    other = min(max(place + by, 0), len(ids) - 1)
    ids[place], ids[other] = ids[other], ids[place]
    for position, number in enumerate(ids, start=1):
        db.execute(
            update(Category)
            .where(Category.id == number, Category.position != position)
            .values(position=position)
        )
    emit(db, CategoryChanged(actor_id=actor.id, category_id=row.id, what="moved"))


def free_key(label: str, taken: set[str]) -> str:
    """Return a name for the answers to `label` that no other field has: "Purpose of travel" is "purpose_of_travel"."""
    plain = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[: KEY_LENGTH - 4].strip("_")
    key = plain or "field"
    number = 2
    while key in taken:
        key, number = f"{plain or 'field'}_{number}", number + 1
    return key

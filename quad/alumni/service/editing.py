"""What people keep of their own profile: its head, its entries, and who sees what."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.alumni.facts import MemberChanged
from quad.alumni.forms.profile import (
    SEEN_WORDS,
    AchievementForm,
    EditMember,
    EditPrivacy,
    EducationForm,
    WorkForm,
)
from quad.alumni.models.members import Achievement, Education, Member, Seen, Work
from quad.alumni.policy import base as policy
from quad.alumni.policy.audience import FIELDS
from quad.alumni.service.findable import index_members
from quad.core.errors import EditedMeanwhile, NotFound, Rejected
from quad.core.facts import emit
from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

MOST_ENTRIES = 60
KINDS: dict[str, tuple[type[Any], type[Form]]] = {
    "work": (Work, WorkForm),
    "education": (Education, EducationForm),
    "achievements": (Achievement, AchievementForm),
}
F = TypeVar("F", bound=Form)


def own_member(db: Session, actor: Actor, *, lock: bool = False) -> Member:
    """Return the member that `actor` is. Raises Forbidden for who cannot be one, NotFound for who is not."""
    policy.OWN.require(actor)
    member_id = db.scalar(select(Member.id).where(Member.user_id == actor.own_id))
    if member_id is None:
        raise NotFound(_("You are not in the network. Ask the office about your record."))
    return policy.EDIT.get(db, actor, member_id, lock=lock)


def edit_member(db: Session, actor: Actor, form: EditMember) -> Member:
    """Keep the head of the own profile. Raises Forbidden, NotFound, EditedMeanwhile."""
    member = own_member(db, actor, lock=True)
    _same_version(member, form.version)
    member.headline = form.headline
    member.city = member.city_key = form.city
    member.country = form.country
    member.mentoring, member.hiring, member.speaking = form.mentoring, form.hiring, form.speaking
    return _changed(db, actor, member)


def edit_privacy(db: Session, actor: Actor, form: EditPrivacy) -> Member:
    """Keep who sees what of the own profile. Raises Forbidden, NotFound, EditedMeanwhile."""
    member = own_member(db, actor, lock=True)
    _same_version(member, form.version)
    for field, column in FIELDS.items():
        setattr(member, column.key, int(getattr(form, field)))
    member.listed, member.named_in_views = form.listed, form.named_in_views
    return _changed(db, actor, member)


def privacy_of(member: Member) -> dict[str, Any]:
    """Return who sees what of a member, as the fields of EditPrivacy."""
    found: dict[str, Any] = {
        field: SEEN_WORDS[Seen(getattr(member, column.key))] for field, column in FIELDS.items()
    }
    return found | {
        "listed": member.listed,
        "named_in_views": member.named_in_views,
        "version": member.version,
    }


def add_entry(db: Session, actor: Actor, kind: str, form: Form) -> Any:
    """Add an entry to the own profile. Raises Forbidden, NotFound, Rejected when there are too many."""
    member = own_member(db, actor, lock=True)
    model, _form = KINDS[kind]
    there = len(list(db.scalars(select(model.id).where(model.member_id == member.id))))
    if there >= MOST_ENTRIES:
        raise Rejected(_("Keep at most %(n)s of these.", n=MOST_ENTRIES))
    entry = model(member_id=member.id)
    _put(entry, form)
    db.add(entry)
    return _kept(db, actor, member, entry)


def edit_entry(db: Session, actor: Actor, kind: str, entry_id: int, form: Form) -> Any:
    """Change an entry of the own profile. Raises Forbidden, NotFound, EditedMeanwhile."""
    member, entry = own_entry(db, actor, kind, entry_id)
    _same_version(entry, getattr(form, "version", None))
    _put(entry, form)
    return _kept(db, actor, member, entry)


def remove_entry(db: Session, actor: Actor, kind: str, entry_id: int) -> None:
    """Take an entry out of the own profile. Raises Forbidden, NotFound."""
    member, entry = own_entry(db, actor, kind, entry_id)
    db.delete(entry)
    _kept(db, actor, member, None)


def own_entry(db: Session, actor: Actor, kind: str, entry_id: int) -> tuple[Member, Any]:
    """Return the own member, held, and one of its entries. Raises Forbidden, NotFound."""
    member = own_member(db, actor, lock=True)
    model, _form = KINDS[kind]
    entry = db.scalar(
        select(model)
        .where(model.id == entry_id, model.member_id == member.id)
        .execution_options(populate_existing=True)
    )
    if entry is None:
        raise NotFound
    return member, entry


def as_fields(kind: str, entry: Any) -> dict[str, Any]:
    """Return an entry as the fields of its form."""
    _model, form = KINDS[kind]
    values = {name: getattr(entry, name) for name in form.model_fields}
    for name in ("begins_on", "ends_on"):
        if values.get(name) is not None:
            values[name] = f"{values[name]:%Y-%m}"
    return values


def _put(entry: Any, form: Form) -> None:
    for name, value in form.model_dump(exclude={"version"}).items():
        setattr(entry, name, value)
    if isinstance(entry, Work):
        entry.company_key = entry.company


def _kept(db: Session, actor: Actor, member: Member, entry: Any) -> Any:
    db.flush()
    _copy_work(db, member)
    _changed(db, actor, member)
    return entry


def _copy_work(db: Session, member: Member) -> None:
    """Copy the present work (of several, what began last) to the member, where the directory reads it."""
    now = db.scalars(
        select(Work)
        .where(Work.member_id == member.id, Work.ends_on.is_(None))
        .order_by(Work.begins_on.desc(), Work.id.desc())
        .limit(1)
    ).first()
    member.title = now.title if now else ""
    member.company = member.company_key = now.company if now else ""


def _same_version(row: Any, seen: int | None) -> None:
    if seen is not None and seen != row.version:
        raise EditedMeanwhile


def _changed(db: Session, actor: Actor, member: Member) -> Member:
    db.flush()
    index_members(db, [member.id])
    emit(db, MemberChanged(actor_id=actor.id, member_id=member.id, user_id=member.user_id))
    return member

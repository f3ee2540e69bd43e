"""Keeping reports: make, change, copy, share, delete and bring back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.errors import EditedMeanwhile, Invalid, NotFound, QuadError, Rejected
from quad.core.facts import emit
from quad.core.forms import sentences
from quad.core.i18n import gettext as _
from quad.core.policy import Actor
from quad.core.sources import Ready, Source, sources
from quad.identity.models.accounts import ROLE_NAMES, Role, User
from quad.insights import policy
from quad.insights.facts import (
    ReportChanged,
    ReportDeleted,
    ReportRestored,
    ReportSaved,
    ReportShared,
)
from quad.insights.forms.reports import Definition, SavedChange, SavedForm, ShareForm
from quad.insights.models import (
    EVERYWHERE,
    NAME_LENGTH,
    Recipients,
    ReportMute,
    ReportShare,
    Rhythm,
    SavedReport,
)
from quad.insights.service.reports.resolving import strictly

MOST_REPORTS = 200


def get(db: Session, actor: Actor, report_id: int) -> SavedReport:
    """Return a report that `actor` may open. Raises NotFound, SignedOut."""
    return policy.REPORT_READ.get(db, actor, report_id)


def definition_of(row: SavedReport) -> Definition:
    """Return what a report is. Raises Rejected when it was stored in a shape that is not known (any more)."""
    try:
        return Definition.model_validate(row.definition)
    except ValidationError as error:
        raise Rejected(
            _("This report was made for another version of Quad. Build it again.")
        ) from error


def problem_of(row: SavedReport, actor: Actor) -> str:
    """Return why a report does not work for `actor`, in a sentence; empty when it does."""
    try:
        strictly(definition_of(row), actor)
    except QuadError as error:
        return str(error)
    return ""


def parsed(text: str) -> Definition:
    """Read a definition from JSON. Raises Invalid."""
    try:
        return Definition.model_validate_json(text, strict=True)
    except ValidationError as error:
        found = sentences(error, Definition)
        raise Invalid({"definition": next(iter(found.values()))}) from error


def add(db: Session, actor: Actor, form: SavedForm) -> SavedReport:
    """Keep a report. Raises Forbidden, Invalid for a definition that does not fit, Rejected past the limit."""
    policy.REPORTS.require(actor)
    _fits(form.definition, actor)
    own = select(func.count()).where(
        SavedReport.owner_id == actor.own_id, SavedReport.deleted_at.is_(None)
    )
    if (db.scalar(own) or 0) >= MOST_REPORTS:
        raise Rejected(_("You have %(n)s reports. Delete some first.", n=MOST_REPORTS))
    row = SavedReport(owner_id=actor.own_id, **_values(form))
    db.add(row)
    db.flush()
    emit(db, ReportSaved(actor_id=actor.id, report_id=row.id))
    return row


def _values(form: SavedForm) -> dict[str, Any]:
    return {
        "name": form.name,
        "sort_name": form.name,
        "note": form.note,
        "source": form.definition.source,
        "definition": form.definition.model_dump(mode="json"),
    }


def _fits(definition: Definition, actor: Actor) -> None:
    try:
        strictly(definition, actor)
    except QuadError as error:
        raise Invalid({"definition": str(error)}) from error


def change(db: Session, actor: Actor, report_id: int, form: SavedChange) -> SavedReport:
    """Change a report. Raises NotFound, Forbidden, Invalid, EditedMeanwhile."""
    row = policy.REPORT_CHANGE.get(db, actor, report_id, read=policy.REPORT_READ, lock=True)
    if row.version != form.version:
        raise EditedMeanwhile
    _fits(form.definition, actor)
    for name, value in _values(form).items():
        setattr(row, name, value)
    row.failure = ""
    db.flush()
    emit(db, ReportChanged(actor_id=actor.id, report_id=row.id))
    return row


def copy(db: Session, actor: Actor, report_id: int) -> SavedReport:
    """Make a report of one's own out of one that one may open. Raises NotFound, Rejected, Invalid."""
    row = get(db, actor, report_id)
    name = _("%(name)s (copy)", name=row.name)[:NAME_LENGTH]
    return add(db, actor, SavedForm(name=name, note=row.note, definition=definition_of(row)))


def remove(db: Session, actor: Actor, report_id: int) -> SavedReport:
    """Put a report away; it is sent no more. Raises NotFound, Forbidden."""
    row = policy.REPORT_CHANGE.get(db, actor, report_id, read=policy.REPORT_READ, lock=True)
    row.deleted_at = clock.now()
    db.flush()
    emit(db, ReportDeleted(actor_id=actor.id, report_id=row.id))
    return row


def restore(db: Session, actor: Actor, report_id: int) -> SavedReport:
    """Bring a report back. Raises NotFound, Forbidden, Rejected when it was not deleted."""
    row = policy.REPORT_RESTORE.get(db, actor, report_id, read=policy.REPORT_READ, lock=True)
    if row.deleted_at is None:
        raise Rejected(_("This report is there already."))
    row.deleted_at = None
    db.flush()
    emit(db, ReportRestored(actor_id=actor.id, report_id=row.id))
    return row


def share(db: Session, actor: Actor, report_id: int, form: ShareForm) -> SavedReport:
    """Say which roles may open a report; a head of department shares within the own departments.

    Raises NotFound, Forbidden, Invalid for a role that opens no reports, Rejected when it is sent to those roles.
    """
    row = policy.REPORT_CHANGE.get(db, actor, report_id, read=policy.REPORT_READ, lock=True)
    policy.REPORT_SHARE.require(actor)
    roles = sorted({role.value for role in form.roles})
    if not set(roles) <= set(policy.STAFF):
        raise Invalid({"roles": _("Reports are shared with roles of the staff.")})
    if not roles and row.rhythm is not Rhythm.NONE and row.recipients is Recipients.SHARED:
        raise Rejected(_("This report is sent to those it is shared with. Change that first."))
    places = [EVERYWHERE] if actor.has("admin") else list(actor.departments("hod"))
    if roles and not places:
        raise Invalid({"roles": _("You head no department to share this with.")})
    db.execute(delete(ReportShare).where(ReportShare.report_id == row.id))
    db.add_all(
        ReportShare(report_id=row.id, role=Role(role), department_id=place)
        for role in roles
        for place in places
    )
    db.flush()
    emit(db, ReportShared(actor_id=actor.id, report_id=row.id, roles=tuple(roles)))
    return row


def roles_of(db: Session, report_id: int) -> list[Role]:
    """Return the roles a report is shared with, in the order in which roles are named."""
    query = select(ReportShare.role).where(ReportShare.report_id == report_id).distinct()
    shared = set(db.scalars(query))
    return [role for role in Role if role in shared]


def role_choices() -> list[tuple[str, str]]:
    """Return the roles a report can be shared with."""
    return [(role, str(ROLE_NAMES[Role(role)])) for role in policy.STAFF]


def beside(db: Session, actor: Actor, row: SavedReport) -> tuple[list[Role], str, bool]:
    """Return with which roles a report is shared, who owns it, and whether `actor` muted its mails (one statement)."""
    muted = (
        select(ReportMute.id)
        .where(ReportMute.report_id == row.id, ReportMute.user_id == actor.own_id)
        .exists()
    )
    query = (
        select(User.full_name, muted.label("muted"), ReportShare.role)
        .outerjoin(ReportShare, ReportShare.report_id == row.id)
        .where(User.id == row.owner_id)
    )
    found = db.execute(query).all()
    shared = {one.role for one in found if one.role is not None}
    return [role for role in Role if role in shared], found[0].full_name, bool(found[0].muted)


def ready_for(actor: Actor) -> list[tuple[str, Source, Ready]]:
    """Return the reports to begin with that `actor` can use, each with its name in addresses."""
    return [
        (f"{source.name}.{one.name}", source, one)
        for source in sources()
        if source.open_to(actor)
        for one in source.ready
    ]


def ready_definition(actor: Actor, name: str) -> tuple[Ready, Definition]:
    """Return a report to begin with. Raises NotFound."""
    for known, source, one in ready_for(actor):
        if known == name:
            return one, Definition.model_validate({"source": source.name, **one.definition})
    raise NotFound


def open_sources(actor: Actor) -> Sequence[Source]:
    """Return the sources `actor` may choose."""
    return [source for source in sources() if source.open_to(actor)]

"""The audit's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from quad.audit import policy
from quad.audit.kinds import SUBJECTS, column_label, subject_label, table_label, told
from quad.audit.lists import ENTRIES, summary
from quad.audit.service import reading
from quad.core.errors import Forbidden, NotFound, SignedOut
from quad.core.policy import Actor
from quad.identity.service.areas import role_label
from quad.web.kit import current_actor, current_db, page
from quad.web.lists import list_page

bp = Blueprint("audit", __name__, template_folder="templates")

# The pages of the things that have one.
PAGES = {
    "student": ("academics.student", "student_id"),
    "teacher": ("academics.teacher", "teacher_id"),
    "course": ("academics.course", "course_id"),
    "offering": ("academics.offering", "offering_id"),
    "enrolment": ("academics.enrolment", "enrolment_id"),
    "user": ("identity_users.show", "user_id"),
    "department": ("institution.department", "department_id"),
    "programme": ("institution.programme", "programme_id"),
    "batch": ("institution.batch", "batch_id"),
    "class": ("institution.class", "class_id"),
    "term": ("institution.term", "term_id"),
}


@bp.get("/audit")
def index() -> Response:
    """Who did what, when and from where."""
    return list_page(ENTRIES)


@bp.get("/audit/<int:entry_id>")
def show(entry_id: int) -> tuple[str, int]:
    """One entry: the fact, and each changed row before and after."""
    db = current_db()
    entry = policy.READ.get(db, current_actor(), entry_id)
    return page(
        "audit/show.html",
        entry=entry,
        who=reading.person(db, entry),
        role=role_label(entry.role),
        things=[
            (subject_label(one.kind), one.row_id, thing_href(one.kind, one.row_id))
            for one in reading.subjects(db, entry.id)
        ],
        told=told,
        table_label=table_label,
        column_label=column_label,
    )


@bp.get("/audit/history/<thing>/<int:row_id>")
def history(thing: str, row_id: int) -> tuple[str, int]:
    """The newest entries about one thing: the part of its page that is fetched after the page."""
    actor = current_actor()
    if thing not in SUBJECTS:
        raise NotFound
    if not policy.READ.branches(actor):
        raise Forbidden if actor.signed_in else SignedOut
    found = reading.history(current_db(), actor, thing, row_id)
    return page(
        "audit/history.html",
        entries=found[: reading.RECENT],
        more=len(found) > reading.RECENT,
        href=url_for("audit.index", about=f"{thing}:{row_id}"),
        summary=summary,
        role_label=role_label,
    )


def panel(kind: str) -> Callable[[Session, Actor, int], Mapping[str, Any] | None]:
    """Return the loader of a thing's history: for who may read the audit; it is fetched after the page."""

    def load(_db: Session, actor: Actor, row_id: int) -> Mapping[str, Any] | None:
        if not policy.READ.branches(actor):
            return None
        return {"href": url_for("audit.history", thing=kind, row_id=row_id)}

    return load


def thing_href(kind: str, row_id: int) -> str:
    """Return the page of a thing, or nothing when it has none."""
    if kind not in PAGES:
        return ""
    endpoint, name = PAGES[kind]
    values: dict[str, Any] = {name: row_id}
    return url_for(endpoint, **values)

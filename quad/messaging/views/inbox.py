"""The list of conversations with what search finds, whom to write to, and how one wants messages."""

from __future__ import annotations

import secrets
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.identity.models.profiles import photo_path
from quad.messaging import policy
from quad.messaging.door import WRITING, WRITING_SCOPE, who
from quad.messaging.forms import MessagingWishes, WriteMessage
from quad.messaging.models.conversations import Box
from quad.messaging.service import finding, reading, wishes, writing
from quad.messaging.service.places import read_place, write_place
from quad.messaging.service.settings import FILES, MOST_FILES
from quad.messaging.views.blueprint import asked_number, bp
from quad.messaging.views.words import listed, when_words
from quad.web.kit import (
    bind,
    by_htmx,
    current_actor,
    current_db,
    done,
    form_page,
    page,
    refusals,
)
from quad.web.limits import limit
from quad.web.taken import posted_files

LONGEST_SEARCH = 200


def _box() -> Box:
    return Box.REQUESTS if request.args.get("box") == Box.REQUESTS else Box.INBOX


def beside(current: int = 0) -> dict[str, Any]:
    """Return what stands at the left: conversations or requests, or what search found."""
    db, actor = current_db(), current_actor()
    asked = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    box = _box()
    if asked:
        return {"asked": asked, "box": box, "items": _hits(asked), "current": current}
    found = reading.conversations(db, actor, box, read_place(request.args.get("after", "")))
    return {
        "asked": "",
        "box": box,
        "items": listed(found.rows, current, box.value),
        "after": write_place(found.after),
        "requests": reading.requests_waiting(db, actor),
        "current": current,
    }


def _hits(asked: str) -> list[dict[str, Any]]:
    found = finding.found_messages(current_db(), current_actor(), asked)
    return [
        {
            "name": row.name,
            "photo": photo_path(row.person_id, row.photo) if row.photo else "",
            "sub": finding.excerpt(row.text),
            "when": when_words(row.created_at),
            "href": url_for(
                "messaging.conversation", conversation_id=row.conversation_id, at=row.id
            ),
        }
        for row in found
    ]


@bp.get("/messages")
def index() -> ResponseReturnValue:
    """One's conversations; htmx gets the list alone."""
    policy.OWN.require(current_actor())
    if by_htmx():
        return page("messaging/list.html", beside=beside(asked_number("current") or 0))
    return page("messaging/index.html", beside=beside())


@bp.get("/messages/compose")
def choose() -> ResponseReturnValue:
    """Whom to write to: the people of one's circle."""
    asked = request.args.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH]
    people = finding.people(current_db(), current_actor(), asked)
    return page("messaging/choose.html", people=people, asked=asked)


@bp.get("/messages/compose/student/<int:student_id>")
def compose_to_student(student_id: int) -> BaseResponse:
    """Lead to the first message to a student, by the number of the record."""
    person_id = finding.person_of_student(current_db(), current_actor(), student_id)
    return done("", url_for("messaging.compose", person_id=person_id))


@bp.route("/messages/compose/<int:person_id>", methods=["GET", "POST"])
@limit(WRITING, scope=WRITING_SCOPE, key=who, methods=["POST"])
def compose(person_id: int) -> ResponseReturnValue:
    """The first message to a person; where there is a conversation already, that."""
    problem, files = "", []
    if request.method == "POST":
        try:
            files = posted_files(FILES, most=MOST_FILES)
        except Invalid as error:
            problem = error.fields["file"]
    db, actor = current_db(), current_actor()
    policy.OWN.require(actor)
    person = policy.WRITE_TO.get(db, actor, person_id)
    there = writing.between(db, actor.own_id, person_id)
    if request.method == "GET" and there is not None:
        return done("", url_for("messaging.conversation", conversation_id=there.id))
    form = bind(WriteMessage, initial={"key": secrets.token_hex(16)})
    if problem:
        form.data, form.errors["file"] = None, problem
    if form.data is not None:
        made = []
        with refusals(form):
            made.append(writing.compose(db, actor, person_id, form.data, files))
        if made:
            place = url_for("messaging.conversation", conversation_id=made[0].conversation_id)
            return done("", place)
    direct = bool(policy.CIRCLE.allowed(db, actor, [person_id]))
    return page(
        "messaging/compose.html",
        form.status,
        form=form,
        person=person,
        direct=direct,
        accept=FILES.accept,
        taken=FILES.sentence(FILES.limit(db)),
    )


@bp.route("/messages/settings", methods=["GET", "POST"])
def settings() -> ResponseReturnValue | BaseResponse:
    """How one wants messages."""
    db, actor = current_db(), current_actor()
    form = bind(MessagingWishes, initial=wishes.wishes(db, actor).model_dump())
    if form.data is not None:
        with refusals(form):
            wishes.wish(db, actor, form.data)
        if not form.errors:
            return done(_("Your choices are saved."), url_for("messaging.settings"))
    return form_page(
        form,
        title=_("How I want messages"),
        lead=_("Whether mail comes about unread messages, you choose with your notifications."),
        crumbs=[(_("Messages"), url_for("messaging.index"))],
        submit=_("Save"),
        cancel=url_for("messaging.index"),
    )

"""The feed, and the posts of one person."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue

from quad.community import policy
from quad.community.forms.posts import NewPost
from quad.community.service import groups, reading, writing
from quad.community.service.pictures import MOST, PICTURE
from quad.community.views.blueprint import (
    bp,
    post_place,
    posted_pictures,
    signed_in,
    with_problem,
)
from quad.core.errors import NotFound
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.identity.models.accounts import User
from quad.web.kit import bind, current_db, done, page, refusals

FEEDS = (reading.NEAR, reading.ALL, reading.MINE)
LARGEST = 2**63 - 1


def tabs(current: str) -> list[dict[str, Any]]:
    """Return the places of the community."""
    places = [
        ("near", _("For you"), url_for("community.index")),
        ("all", _("Everything"), url_for("community.index", feed="all")),
        ("mine", _("Mine"), url_for("community.index", feed="mine")),
    ]
    if policy.QUEUE.may(signed_in()):
        places.append(("queue", _("To look at"), url_for("community.queue")))
    return [
        {"label": label, "href": href, "current": name == current} for name, label, href in places
    ]


def _before() -> int | None:
    given = request.args.get("before", "")
    return int(given) if given.isascii() and given.isdigit() and int(given) <= LARGEST else None


@bp.get("/community")
def index() -> ResponseReturnValue:
    """What is new around one, newest first."""
    return _feed(Bound(NewPost))


@bp.post("/community")
def create() -> ResponseReturnValue:
    """Write a post."""
    taken, problem = posted_pictures()
    form = bind(NewPost)
    with_problem(form, problem)
    if form.data is not None:
        made = []
        with refusals(form):
            made.append(writing.create(current_db(), signed_in(), form.data, taken))
        if made:
            told = (
                _("Published.")
                if made[0].withheld_at is None
                else _("A moderator looks at it before others see it.")
            )
            return done(told, post_place(made[0].id))
    return _feed(form)


def _feed(form: Bound[NewPost]) -> ResponseReturnValue:
    db, actor = current_db(), signed_in()
    asked = request.args.get("feed", reading.NEAR)
    which = asked if asked in FEEDS else reading.NEAR
    found = reading.feed(db, actor, which, before=_before())
    form.choices["who"] = groups.choices(db, actor)
    deleted = request.args.get("deleted", "")
    return page(
        "community/index.html",
        form.status,
        feed=found,
        which=which,
        first=_before() is None,
        form=form,
        tabs=tabs(which),
        most=MOST,
        accept=PICTURE.accept,
        taken=PICTURE.sentence(PICTURE.limit(db)),
        deleted=deleted if deleted.isascii() and deleted.isdigit() else "",
    )


@bp.get("/community/people/<int:user_id>")
def person(user_id: int) -> ResponseReturnValue:
    """What somebody wrote, as far as one sees it."""
    db, actor = current_db(), signed_in()
    found = reading.feed(db, actor, author_id=user_id, before=_before())
    if not found.posts and user_id != actor.own_id:
        raise NotFound
    who = db.get(User, user_id)
    return page("community/person.html", feed=found, who=who, user_id=user_id)

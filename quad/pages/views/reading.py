"""Pages as readers see them: /about, /pages/<name>, the list, and pictures."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from quad.core import house
from quad.core.errors import NotFound
from quad.core.i18n import current_reader
from quad.core.settings import value
from quad.pages import policy
from quad.pages.forms.content import Content
from quad.pages.kinds import ABOUT
from quad.pages.models import Page, PageVisibility
from quad.pages.service import images, menus, reading, standard
from quad.pages.service.revising import content_of, with_key
from quad.pages.views import drawing
from quad.pages.views.blueprint import bp
from quad.web.assets import asset
from quad.web.download import disposition
from quad.web.kit import current_actor, current_db, page


@bp.get("/about")
def about() -> ResponseReturnValue:
    """The page that claims this address; until there is one, a text that names the institution."""
    try:
        return _shown(ABOUT)
    except NotFound:
        data = content_of(form := standard.about(current_db()), _standing(form))
        return _drawn(data, drawing.sections(data, {}), None)


def _standing(form: Any) -> list[Content]:
    return [with_key(section, str(place)) for place, section in enumerate(form.sections)]


@bp.get("/pages")
def index() -> ResponseReturnValue:
    """The pages one may read."""
    return page("pages/index.html", pages=reading.readable(current_db(), current_actor()))


@bp.get("/pages/<slug>")
def show(slug: str) -> ResponseReturnValue:
    if slug == ABOUT:
        return redirect(url_for("pages.about"), code=301)
    if "\0" in slug:  # no database keeps it
        raise NotFound
    return _shown(slug)


def _shown(slug: str) -> ResponseReturnValue:
    db, actor = current_db(), current_actor()
    found = reading.published(db, actor, slug)
    if actor.signed_in:
        data, body = drawing.drawn(db, found.published_id or 0)
        return _drawn(data, body, found)
    etag = _etag(found)
    if etag in request.if_none_match:
        answer = Response(status=304)
    else:
        data, body = drawing.drawn(db, found.published_id or 0)
        answer = make_response(_drawn(data, body, found))
    answer.set_etag(etag)
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.update(("Cookie", "Accept-Language"))
    return answer


def _etag(found: Page) -> str:
    """Return what stands for everything on a page that somebody reads who is not signed in."""
    db = current_db()
    around = (
        found.published_id,
        found.slug,
        current_reader().language,
        value(db, house.NAME),
        house.term_line(db),
        menus.links(db),
        asset("style.css"),
        asset("app.js"),
    )
    return hashlib.sha256(repr(around).encode()).hexdigest()[:32]


def _drawn(data: Content, body: Any, found: Page | None) -> tuple[str, int]:
    actor = current_actor()
    picture = next(iter(sorted(images.shown_in(data))), None)
    public = found is None or found.visibility is PageVisibility.PUBLIC
    return page(
        "pages/show.html",
        data=data,
        body=body,
        found=found,
        picture=picture if public else None,
        public=public,
        may_edit=policy.CREATE.may(actor),
    )


@bp.get("/pages/images/<int:image_id>")
def image(image_id: int) -> Response:
    """A picture of a page that one reads."""
    stored = images.readable(current_db(), current_actor(), image_id)
    response = Response(mimetype=stored.media_type)
    response.headers["X-Quad-File"] = stored.key
    response.headers["Content-Disposition"] = disposition("inline", stored.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, max-age=300"
    response.headers["ETag"] = f'"{stored.sha256}"'
    return response

"""Pages in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.config import Settings
from quad.core.taking import take
from quad.identity.models.accounts import User
from quad.pages.forms.content import SectionIn, SectionKind
from quad.pages.forms.pages import EditPage, NewPage, PublishPage, SectionSave
from quad.pages.models import Page
from quad.pages.service import images, publishing, sections, writing
from quad.pages.service.revising import data_of
from tests.matrix.events import PICTURE

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]


def build(db: Session, settings: Settings, people: dict[str, User]) -> Given:
    """A published page with a picture and something newer to publish, one for later, and one that is deleted."""
    admin = actor_by_id(db, people["admin"].id)

    def begin(title: str) -> Page:
        text = SectionIn(kind=SectionKind.TEXT, body="Words")
        page = writing.create(db, admin, NewPage(title=title, sections=[text]))
        db.flush()
        return page

    shown, later, gone = (begin(title) for title in ("Shown", "Later", "Gone"))
    taken = take(settings, BytesIO(PICTURE), "a.png", images.PICTURE, limit=1_000_000)
    image = images.add(db, admin, shown.id, taken, (64, 64))
    given = {"kind": SectionKind.IMAGE, "image_id": image.id, "alt": "A lawn"}
    key = sections.save(db, admin, shown.id, SectionSave(version=shown.version, **given))
    db.flush()
    publishing.publish(db, admin, shown.id, PublishPage(version=shown.version))
    db.flush()
    writing.edit(db, admin, shown.id, EditPage(title="Shown anew", version=shown.version))
    at = clock.now() + timedelta(days=3)
    publishing.publish(db, admin, later.id, PublishPage(version=later.version, at=at))
    writing.delete(db, admin, gone.id)
    db.flush()
    return {
        "page": shown.id,
        "page_slug": shown.slug,
        "page_version": shown.version,
        "page_section": key,
        "page_image": image.id,
        "later_page": later.id,
        "later_page_version": later.version,
        "deleted_page": gone.id,
        "page_number": 1,
        "page_text": data_of(db, shown.latest_id)["sections"][0]["key"],
        "section_kind": "text",
    }


USUAL = {"page_id": "page", "image_id": "page_image", "number": "page_number"}
WORDS: dict[str, str] = {}
_ONE = "/pages/<int:page_id>"
NAMES: dict[str, str] = {}
_SECTION, _LATER = {"key": "page_section"}, {"page_id": "later_page"}
_TEXT = f"{_ONE}/sections/new/<kind>"
OTHERS: dict[str, dict[str, str]] = {
    "/pages/<slug>": {"slug": "page_slug"},
    "/pages/named/<slug>": {"slug": "page_slug"},
    _TEXT: {"kind": "section_kind"},
    f"{_ONE}/sections/<key>": _SECTION,
    f"{_ONE}/sections/<key>/move": _SECTION,
    f"{_ONE}/sections/<key>/remove": _SECTION,
    f"{_ONE}/unschedule": _LATER,
    f"{_ONE}/bring-back": {"page_id": "deleted_page"},
}
IMAGES = f"POST /api/v1{_ONE}/images"
SUFFIXES = {IMAGES: "?name=a.png"}
RAW: dict[str, tuple[bytes, str]] = {IMAGES: (PICTURE, "application/octet-stream")}


def _seen(v: SimpleNamespace) -> Given:
    return {"version": v.page_version}


def _edited(v: SimpleNamespace) -> Given:
    return {"title": "Other", **_seen(v)}


def _settings(v: SimpleNamespace) -> Given:
    return {"slug": "shown", "visibility": "public", **_seen(v)}


def _later(v: SimpleNamespace) -> Given:
    return {"version": v.later_page_version}


def _picture(v: SimpleNamespace) -> Given:
    return {"kind": "image", "image_id": v.page_image, "alt": "A lawn at noon", **_seen(v)}


FORMS: dict[str, Give] = {
    "/approvals": lambda v: {"items": f"events:{v.waiting_event}", "deed": "approve"},
    "/pages/new": lambda _: {"title": "New"},
    "/pages/menu": lambda v: {"page_ids": [v.page]},
    f"{_ONE}/edit": _edited,
    f"{_ONE}/settings": _settings,
    f"{_ONE}/publish": _seen,
    f"{_ONE}/unpublish": _seen,
    f"{_ONE}/unschedule": _later,
    f"{_ONE}/revisions/<int:number>/restore": _seen,
    _TEXT: lambda v: {"body": "Words", **_seen(v)},
    f"{_ONE}/sections/<key>": _picture,
    f"{_ONE}/sections/<key>/move": _seen,
    f"{_ONE}/sections/<key>/remove": _seen,
    f"{_ONE}/sections/order": lambda v: {"keys": [v.page_section, v.page_text], **_seen(v)},
}
BODIES: dict[str, Give] = {
    "POST /approvals/decide": lambda v: {
        "items": [f"events:{v.waiting_event}"],
        "deed": "approve",
    },
    "POST /pages": lambda _: {"title": "New"},
    "PUT /pages/order": lambda v: {"page_ids": [v.page]},
    f"PUT {_ONE}": _edited,
    f"PUT {_ONE}/settings": _settings,
    f"POST {_ONE}/publish": _seen,
    f"POST {_ONE}/unpublish": _seen,
    f"POST {_ONE}/unschedule": _later,
    f"POST {_ONE}/revisions/<int:number>/restore": _seen,
    f"POST {_ONE}/sections": lambda v: {"kind": "text", "body": "Words", **_seen(v)},
    f"PUT {_ONE}/sections": lambda v: {"keys": [v.page_section, v.page_text], **_seen(v)},
    f"PUT {_ONE}/sections/<key>": _picture,
    f"POST {_ONE}/sections/<key>/remove": _seen,
}

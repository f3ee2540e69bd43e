"""Materials in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.config import Settings
from quad.core.files import Files
from quad.core.pieces import keep_piece
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.materials.forms import CaptionIn, NewLink, NewSection, NewUpload, Where
from quad.materials.models.materials import MaterialVersion, VersionState
from quad.materials.models.summary import Extract, Summary, SummaryState
from quad.materials.service import adding, captions, changing, kinds, sections, uploads
from tests.materials import samples

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]


def build(db: Session, settings: Settings, people: dict[str, User], things: Given) -> Given:
    """Give the offering a recording with captions and two versions, a link, sections, and two uploads."""
    files, what = Files.from_settings(settings), kinds.taken(db)
    teacher = actor_by_id(db, people["fac"].id)
    course, offering = things["course"], things["offering"]

    def add(name: str, content: bytes) -> int:
        given = kinds.prepare(files, BytesIO(content), name, what)
        where = Where(offering_id=offering)
        (made,) = adding.add_files(db, teacher, course, where, [given])
        return made.id

    talk, old = add("talk.mp3", samples.mp3()), add("old.pdf", samples.pdf())
    newer = kinds.prepare(files, BytesIO(samples.mp3(50)), "talk.mp3", what)
    first = db.scalars(select(MaterialVersion).where(MaterialVersion.material_id == talk)).one()
    changing.replace(db, teacher, talk, newer)
    changing.remove(db, teacher, old)
    track = kinds.prepare_captions(files, BytesIO(samples.VTT), "en.vtt")
    caption = captions.add(db, teacher, talk, CaptionIn(language="en"), track)
    link = adding.add_link(
        db,
        teacher,
        course,
        NewLink(title="Site", url="https://site.example/", offering_id=offering),
    )
    section, gone = (
        sections.add(db, teacher, course, NewSection(title=title, offering_id=offering))
        for title in ("Week 1", "Week 0")
    )
    sections.remove(db, teacher, gone.id)
    paper = add("paper.pdf", samples.pdf())
    for version in db.scalars(select(MaterialVersion)):
        version.state = VersionState.CLEAN
        if version.material_id == paper:
            db.add(Extract(version_id=version.id, total=1, words=3))
            row = db.scalars(select(Summary).where(Summary.version_id == version.id)).one()
            row.state, row.made_at, row.job_id = SummaryState.READY, clock.now(), None
            row.points = [["A scale has seven notes.", 1]]
    db.flush()
    return {
        "material": talk,
        "deleted_material": old,
        "paper": paper,
        "material_link": link.id,
        "material_version": first.id,
        "caption": caption.id,
        "section": section.id,
        "deleted_section": gone.id,
        "upload_key": _upload(db, teacher, course, offering).key,
        "full_upload_key": _full_upload(db, files, teacher, course, offering),
    }


def _upload(db: Session, teacher: Actor, course: int, offering: int) -> Any:
    size = len(samples.mp3())
    form = NewUpload(name="more.mp3", size=size, offering_id=offering)
    return uploads.begin(db, teacher, course, form)


def _full_upload(db: Session, files: Files, teacher: Actor, course: int, offering: int) -> str:
    upload = _upload(db, teacher, course, offering)
    stored = keep_piece(files, upload.key, samples.mp3())
    uploads.take_piece(db, upload, offset=0, length=upload.size, stored=stored)
    return str(upload.key)


USUAL = {
    "material_id": "material",
    "version_id": "material_version",
    "caption_id": "caption",
    "section_id": "section",
}
WORDS: dict[str, str] = {"what": "hide"}
NAMES = {"/uploads/<path:name>": "talk.mp3"}
_DELETED, _GONE = {"material_id": "deleted_material"}, {"section_id": "deleted_section"}
_UPLOAD, _FULL = {"key": "upload_key"}, {"key": "full_upload_key"}
_ONE, _SECTION = "/materials/<int:material_id>", "/materials/sections/<int:section_id>"
_COURSE, _PIECES = "/courses/<int:course_id>/materials", "/materials/uploads/<key>"
OTHERS: dict[str, dict[str, str]] = {
    f"{_ONE}/restore": _DELETED,
    f"{_ONE}/purge": _DELETED,
    f"{_ONE}/link": {"material_id": "material_link"},
    f"{_SECTION}/restore": _GONE,
    _PIECES: _UPLOAD,
    f"{_PIECES}/finish": _FULL,
}
_SUMMARY, _PAPER = f"{_ONE}/summary", {"material_id": "paper"}
OTHERS |= {
    f"{_SUMMARY}{rest}": _PAPER
    for rest in ("", "/edit", "/<any(hide,show):what>", "/hide", "/show", "/again")
}
_API = "/api/v1"
_BYTES = "application/octet-stream"
# By the whole address: pages and the API share the rest of it.
SUFFIXES = {
    f"GET {_COURSE}": "?offering={offering}",
    f"POST {_API}{_COURSE}": "?name=a.pdf&offering_id={offering}",
    f"POST {_API}{_ONE}/versions": "?name=a.mp3",
    f"POST {_API}{_ONE}/captions": "?language=de",
    f"PUT {_API}{_PIECES}": "?offset=0",
}
RAW: dict[str, tuple[bytes, str]] = {
    f"POST {_API}{_COURSE}": (samples.pdf("Another"), _BYTES),
    f"POST {_API}{_ONE}/versions": (samples.mp3(70), _BYTES),
    f"POST {_API}{_ONE}/captions": (samples.VTT, "text/vtt"),
    f"PUT {_API}{_PIECES}": (samples.mp3()[:100], _BYTES),
}


def _files(v: SimpleNamespace) -> Given:
    return {"file": (BytesIO(samples.pdf()), "a.pdf"), "offering_id": str(v.offering)}


def _order(v: SimpleNamespace) -> Given:
    return {"section_ids": [str(v.section)], "offering_id": str(v.offering)}


def _link(v: SimpleNamespace) -> Given:
    return {"title": "Site", "url": "https://x.example/", "offering_id": str(v.offering)}


def _new_section(v: SimpleNamespace) -> Given:
    return {"title": "Week 2", "offering_id": str(v.offering)}


FORMS: dict[str, Give] = {
    "/materials/delete": lambda v: {"id": v.material},
    "/materials/choices": lambda _: {"by_name": "true"},
    _COURSE: _files,
    f"{_COURSE}/order": _order,
    f"{_COURSE}/link": _link,
    f"{_COURSE}/sections": _new_section,
    _SECTION: lambda _: {"title": "Week 1"},
    f"{_ONE}/edit": lambda _: {"title": "Talk"},
    f"{_ONE}/versions": lambda _: {"file": (BytesIO(samples.mp3(60)), "talk.mp3")},
    f"{_ONE}/captions": lambda _: {"language": "de", "file": (BytesIO(samples.VTT), "de.vtt")},
    f"{_ONE}/played": lambda _: {"seconds": "5"},
    f"{_SUMMARY}/edit": lambda _: {"text": "Other words."},
}
BODIES: dict[str, Give] = {
    f"POST {_COURSE}/links": _link,
    f"PUT {_COURSE}/order": _order,
    f"PUT {_ONE}": lambda _: {"title": "Talk"},
    f"PUT {_ONE}/link": lambda _: {"title": "Site", "url": "https://x.example/b"},
    f"PUT {_ONE}/played": lambda _: {"seconds": 5},
    f"PUT {_SUMMARY}": lambda _: {"text": "Other words."},
    "PUT /me/reader-choice": lambda _: {"by_name": True},
    f"POST {_COURSE}/sections": _new_section,
    f"PUT {_SECTION}": lambda _: {"title": "Week 1"},
    f"POST {_COURSE}/uploads": lambda v: {
        "name": "b.mp3",
        "size": 100,
        "offering_id": str(v.offering),
    },
}

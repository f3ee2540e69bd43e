"""The blueprint of the pages of materials, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, request, url_for
from werkzeug.datastructures import FileStorage

from quad.core.errors import Invalid, TooLarge
from quad.core.files import Files
from quad.core.i18n import gettext as _
from quad.materials.models.materials import Material
from quad.materials.service import kinds
from quad.materials.service.kinds import Prepared
from quad.web.kit import ask_who_it_is, runtime

bp = Blueprint("materials", __name__, template_folder="../templates")
bp.before_request(ask_who_it_is)

AT_ONCE = 20
# What an address says for the materials of the whole course; without a word one lands where there is something.
WHOLE = "whole"


def course_crumbs(course_id: int, title: str) -> list[Any]:
    """Return the way to the materials of a course."""
    return [
        (_("Courses"), url_for("academics.courses_index")),
        (title, url_for("academics.course", course_id=course_id)),
        (_("Materials"), url_for("materials.course", course_id=course_id)),
    ]


def place_of(row: Any, **more: Any) -> str:
    """Return the page where the materials beside a section or material are kept."""
    return place(row.course_id, row.offering_id, **more)


def place(course_id: int, offering_id: int | None, **more: Any) -> str:
    """Return the page where the materials of an offering are kept, or those of the whole course."""
    return url_for("materials.course", course_id=course_id, offering=offering_id or WHOLE, **more)


def taken_now() -> kinds.Taken:
    """Return what is taken, before the request's first statement."""
    with runtime().database.reading() as looking:
        return kinds.taken(looking)


def store() -> Files:
    """Return the store of the installation."""
    return Files.from_settings(runtime().settings)


def posted_files() -> list[Prepared]:
    """Look at the posted files and keep their content, before the request's first statement.

    Raises Invalid (field `file`), naming the file it is about.
    """
    given = [one for one in request.files.getlist("file") if one.filename]
    if not given:
        raise Invalid({"file": _("Choose a file first.")})
    if len(given) > AT_ONCE:
        raise Invalid({"file": _("Choose at most %(n)s files at once.", n=AT_ONCE)})
    what, files = taken_now(), store()
    return [
        _looked_at(one, partial(kinds.prepare, files, one.stream, one.filename or "", what))
        for one in given
    ]


def posted_captions() -> Prepared:
    """Look at the posted captions and keep them. Raises Invalid (field `file`)."""
    one = request.files.get("file")
    if one is None or not one.filename:
        raise Invalid({"file": _("Choose a file first.")})
    files, name = store(), one.filename
    return _looked_at(one, partial(kinds.prepare_captions, files, one.stream, name))


def _looked_at(one: FileStorage, look: Callable[[], Prepared]) -> Prepared:
    name = (one.filename or "")[-60:]
    try:
        return look()
    except (Invalid, TooLarge) as error:
        said = error.fields.get("file", "") if isinstance(error, Invalid) else str(error)
        raise Invalid({"file": f"{name}: {said}"}) from error
    finally:
        one.close()


def by_place(material: Material) -> str:
    """Return where the materials beside this one are kept."""
    return place_of(material, _anchor=f"m-{material.id}")

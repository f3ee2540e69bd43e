"""The blueprints of the pages of requests, and what several of them need."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.datastructures import FileStorage

from quad.core.errors import Invalid, TooLarge
from quad.core.files import Files
from quad.core.i18n import gettext as _
from quad.core.settings import value
from quad.identity.service.areas import area
from quad.web.kit import ask_who_it_is, runtime
from quad.welfare.service import attachments
from quad.welfare.service.attachments import Prepared

bp = Blueprint("welfare", __name__, template_folder="../templates")
setup = Blueprint("welfare_setup", __name__, template_folder="../templates", url_prefix="/welfare")
for _each in (bp, setup):
    _each.before_request(ask_who_it_is)

area("/requests/new", "student", "student")
area("/requests/queue", "faculty", "faculty", "hod", "advisor", "counsellor", "placement", "admin")
area("/welfare", "admin")


def largest_attachment() -> int:
    """Return how many megabytes an attachment may have."""
    with runtime().database.reading() as looking:
        return value(looking, attachments.LIMIT)


def prepared_files() -> list[Prepared]:
    """Look at the posted files and keep them, before the request's first statement.

    Raises Invalid (field `file`), naming the file it is about.
    """
    given = [one for one in request.files.getlist("file") if one.filename]
    if len(given) > attachments.AT_ONCE:
        raise Invalid({"file": _("Choose at most %(n)s files at once.", n=attachments.AT_ONCE)})
    megabytes = largest_attachment() if given else 0
    files = Files.from_settings(runtime().settings)
    return [_prepared(files, one, megabytes) for one in given]


def _prepared(files: Files, one: FileStorage, megabytes: int) -> Prepared:
    name = one.filename or ""
    try:
        return attachments.prepare(files, one.stream, name, megabytes=megabytes)
    except (Invalid, TooLarge) as error:
        said = error.fields.get("file", "") if isinstance(error, Invalid) else str(error)
        raise Invalid({"file": f"{name[-60:]}: {said}"}) from error
    finally:
        one.close()

"""Files that were posted for a purpose, looked at and kept before the request's first statement."""

from __future__ import annotations

from flask import request
from werkzeug.datastructures import FileStorage

from quad.core.errors import Invalid, TooLarge
from quad.core.i18n import gettext as _
from quad.core.taking import Purpose, Taken, take
from quad.web.site import runtime


def posted_files(
    purpose: Purpose, name: str = "file", *, most: int = 1, named: bool = False
) -> list[Taken]:
    """Look at the files posted as `name` and keep their content; none when none was chosen.

    Raises Invalid (field `file`; also for more than `most`), Unavailable. With `named` the sentence begins with the
    name of the file that it is about.
    """
    given = [one for one in request.files.getlist(name) if one.filename]
    if not given:
        return []
    if len(given) > most:
        raise Invalid({"file": _("Choose at most %(n)s files at once.", n=most)})
    with runtime().database.reading() as looking:
        limit = purpose.limit(looking)
    try:
        return [_taken(one, purpose, limit, named=named) for one in given]
    finally:
        for one in given:
            one.close()


def _taken(one: FileStorage, purpose: Purpose, limit: int, *, named: bool) -> Taken:
    name = one.filename or ""
    try:
        return take(runtime().settings, one.stream, name, purpose, limit=limit)
    except (Invalid, TooLarge) as error:
        said = error.fields.get("file", "") if isinstance(error, Invalid) else str(error)
        raise Invalid({"file": f"{name[-60:]}: {said}" if named else said}) from error


def posted_file(purpose: Purpose, name: str = "file") -> Taken | None:
    """As `posted_files`, for a field that takes one file; None when none was chosen."""
    return next(iter(posted_files(purpose, name)), None)

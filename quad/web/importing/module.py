from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.importing import jobs
from quad.web.importing import api, exports, views
from quad.web.module import Module, Nav

MODULE = Module(
    "importing",
    (views.bp, api.bp, exports.bp),
    nav=(
        Nav(
            _l("Imports"),
            "importing.index",
            "file-import",
            _l("Administration"),
            frozenset({"admin"}),
            order=94,
        ),
    ),
    label=_l("Imports"),
    parts=(jobs,),
)

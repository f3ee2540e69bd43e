from __future__ import annotations

from quad.core.house import provide_term_line
from quad.core.i18n import lazy_gettext as _l
from quad.institution import api, importers
from quad.institution.service import terms as terms_service
from quad.institution.views import departments, programmes, schemes, shared, terms
from quad.institution.views import settings as settings_views
from quad.web.module import Module, Nav

GROUP = _l("Institution")
provide_term_line(terms_service.standing)
STAFF = frozenset({"admin", "hod"})
ADMIN = frozenset({"admin"})

MODULE = Module(
    name="institution",
    blueprints=(shared.bp, api.bp),
    nav=(
        Nav(_l("Departments"), "institution.departments_list", "building", GROUP, STAFF, order=70),
        Nav(_l("Programmes"), "institution.programmes_list", "school", GROUP, STAFF, order=71),
        Nav(_l("Terms"), "institution.terms_list", "calendar", GROUP, STAFF, order=72),
        Nav(_l("Grading schemes"), "institution.schemes_list", "scale", GROUP, STAFF, order=73),
        Nav(
            _l("Settings"),
            "institution.settings_page",
            "settings",
            _l("Administration"),
            ADMIN,
            order=95,
        ),
    ),
    importers=(importers.DEPARTMENTS,),
    parts=(departments, programmes, schemes, terms, settings_views),
)

"""Which part of the site belongs to whom: decides the portal for those signed out and the way out for others."""

from __future__ import annotations

from dataclasses import dataclass

from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.identity.models.accounts import ROLE_NAMES


@dataclass(frozen=True)
class Portal:
    """One way in. All portals open the same door; `roles` is what one works as behind it, the preferred first."""

    name: str
    path: str
    label: str
    roles: tuple[str, ...] = ()


PORTALS: dict[str, Portal] = {
    portal.name: portal
    for portal in (
        Portal("student", "/student_login", _l("Student"), ("student",)),
        Portal(
            "faculty",
            "/faculty_login",
            _l("Faculty"),
            ("faculty", "hod", "advisor", "counsellor", "placement"),
        ),
        Portal("admin", "/admin_login", _l("Admin"), ("admin",)),
        Portal("alumni", "/alumni_login", _l("Alumni"), ("alumnus",)),
    )
}
GENERAL = Portal("", "/login", _l("Sign in"))


@dataclass(frozen=True)
class Area:
    """Everything below a path: the portal that leads to it, and the roles that work there."""

    prefix: str
    portal: str
    roles: frozenset[str]


_areas: dict[str, Area] = {}


def area(prefix: str, portal: str, *roles: str) -> None:
    """Say to whom the addresses below `prefix` belong."""
    _areas[prefix] = Area(prefix, portal, frozenset(roles or PORTALS[portal].roles))


def find_area(path: str) -> Area | None:
    """Return the area of a path: the longest prefix that fits."""
    fitting = [
        prefix for prefix in _areas if path == prefix or path.startswith(prefix.rstrip("/") + "/")
    ]
    return _areas[max(fitting, key=len)] if fitting else None


def portal_for(path: str) -> Portal:
    """Return the portal that leads to a path."""
    found = find_area(path)
    return GENERAL if found is None else PORTALS[found.portal]


def other_role(person: Actor, path: str) -> str | None:
    """Return a role that is held but not worked as, and to which the path belongs, or None."""
    found = find_area(path)
    if found is None or person.working_role in found.roles:
        return None
    return next((grant.role for grant in person.grants if grant.role in found.roles), None)


def role_label(role: str) -> str:
    """Return a role in the reader's words."""
    return str(ROLE_NAMES.get(role, role))


area("/staff", "faculty", "hod", "advisor", "admin")
for _prefix in ("/users", "/admin", "/settings", "/audit", "/imports"):
    area(_prefix, "admin")

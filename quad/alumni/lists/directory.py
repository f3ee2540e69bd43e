"""The directories. What a list shows, sorts by and filters by is what its reader sees, said once in `personal`."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from quad.alumni.models.members import Member
from quad.alumni.policy import base as policy
from quad.alumni.policy.audience import departments, sees, shown, words_of
from quad.core.db.types import normalised
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.declaration import Cell, Column, Listing, Personal, SearchTerms
from quad.core.listing.filters import Filter
from quad.core.policy import NOBODY, Actor, Grant, Permission
from quad.identity.models.accounts import User
from quad.identity.models.profiles import photo_path
from quad.institution.models import Campus, Degree, Department, Programme
from quad.skills.models import PersonSkill, Skill

OPEN_TO = {
    "mentoring": _l("Mentoring"),
    "hiring": _l("Hiring"),
    "speaking": _l("Speaking"),
}
NO_MATCH = "\uffff"  # no key is this
READERS = 300


def _joins(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(User, User.id == Member.user_id)
        .outerjoin(Degree, Degree.id == Member.degree_id)
        .outerjoin(Programme, Programme.id == Member.programme_id)
        .outerjoin(Department, Department.id == Member.department_id)
        .outerjoin(Campus, Campus.id == Member.campus_id)
    )


def _person(row: Any) -> Cell:
    photo = photo_path(row.user_id, row.photo)
    return Cell(row.full_name, sub=row.headline, kind="person", photo=photo)


def _work(row: Any) -> Cell:
    return Cell(row.company or "–", sub=row.title)


def _place(row: Any) -> Cell:
    return Cell(row.city or "–", sub=row.country)


def open_to(row: Any) -> list[str]:
    """Return what somebody is open to, in words, as far as the reader sees it."""
    return [str(label) for name, label in OPEN_TO.items() if getattr(row, name)]


def _open(row: Any) -> str:
    return ", ".join(open_to(row)) or "–"


def _year(row: Any) -> str:
    return str(row.graduation_year or "–")


def _columns(actor: Actor) -> tuple[Column, ...]:
    """The columns whose fields have an audience, as `actor` sees them."""
    return (
        Column(
            "person",
            _l("Name"),
            (
                User.full_name,
                shown("headline", actor, Member.headline).label("headline"),
                shown("photo", actor, User.photo).label("photo"),
                Member.user_id,
            ),
            _person,
            sort=Member.sort_name,
        ),
        Column(
            "work",
            _l("Work"),
            (
                shown("work", actor, Member.company).label("company"),
                shown("work", actor, Member.title).label("title"),
            ),
            _work,
            hide_below="sm",
            export=lambda row: ", ".join(filter(None, (row.title, row.company))),
        ),
        Column(
            "city",
            _l("Lives in"),
            (
                shown("location", actor, Member.city).label("city"),
                shown("location", actor, Member.country).label("country"),
            ),
            _place,
            hide_below="md",
            export=lambda row: ", ".join(filter(None, (row.city, row.country))),
        ),
        Column(
            "open",
            _l("Open to"),
            tuple(
                shown("open", actor, getattr(Member, name), False).label(name) for name in OPEN_TO
            ),
            _open,
            hide_below="lg",
            export=lambda row: ", ".join(open_to(row)),
        ),
        Column(
            "email",
            _l("E-mail"),
            shown("email", actor, User.email_as_typed).label("email"),
            default=False,
            hide_below="lg",
        ),
    )


def _same(column: Any, field: str, actor: Actor) -> Callable[[str], ColumnElement[bool]]:
    """Return the clause of a filter that compares a field as its reader sees it."""

    def clause(value: str) -> ColumnElement[bool]:
        return and_(column == (normalised(value) or NO_MATCH), sees(field, actor))

    return clause


def _skill(actor: Actor) -> Callable[[str], ColumnElement[bool]]:
    """Return the clause for people with a skill of this name, among those who show it to `actor`."""

    def clause(value: str) -> ColumnElement[bool]:
        holders = (
            select(PersonSkill.person_id)
            .join(Skill, Skill.id == PersonSkill.skill_id)
            .where(Skill.name_key == (normalised(value) or NO_MATCH), PersonSkill.hidden.is_(False))
        )
        return and_(Member.user_id.in_(holders), sees("skills", actor))

    return clause


def _open_to(actor: Actor) -> Callable[[str], ColumnElement[bool]]:
    return lambda name: and_(getattr(Member, name).is_(True), sees("open", actor))


def _filters(actor: Actor) -> tuple[Filter, ...]:
    """The filters whose fields have an audience, as `actor` may use them."""
    return (
        Filter("company", _l("Company"), "text", _same(Member.company_key, "work", actor)),
        Filter("skill", _l("Skill"), "text", _skill(actor)),
        Filter("city", _l("City"), "text", _same(Member.city_key, "location", actor)),
        Filter(
            "open",
            _l("Open to"),
            "choice",
            _open_to(actor),
            choices=tuple(OPEN_TO.items()),
        ),
    )


def _personal(actor: Actor) -> Personal:
    return _kept(actor.id, departments(actor))


@lru_cache(READERS)
def _kept(user_id: int | None, held: tuple[int, ...]) -> Personal:
    """What a reader sees follows from who they are and where; it is put together once."""
    actor = Actor(id=user_id, grants=tuple(Grant("", number) for number in held))
    return Personal(_columns(actor), _filters(actor), SearchTerms(words_of(actor)))


def _of(column: Any, model: type[Department] | type[Programme]) -> Callable[[str], Any]:
    """Return the clause of a filter by the code of a department or programme."""

    def clause(code: str) -> Any:
        named = select(model.id).where(model.code_key == (normalised(code) or NO_MATCH))
        return column.in_(named)

    return clause


STUDIES = (
    Column("programme", _l("Programme"), Programme.name.label("programme"), hide_below="md"),
    Column(
        "year",
        _l("Class of"),
        Member.graduation_year.label("graduation_year"),
        _year,
        sort=Member.graduation_year,
        numeric=True,
    ),
    Column(
        "department",
        _l("Department"),
        Department.name.label("department"),
        default=False,
        hide_below="lg",
    ),
    Column("degree", _l("Degree"), Degree.name.label("degree"), default=False, hide_below="lg"),
    Column("campus", _l("Campus"), Campus.name.label("campus"), default=False, hide_below="lg"),
)
STUDIES_FILTERS = (
    Filter("department", _l("Department"), "text", _of(Member.department_id, Department)),
    Filter("programme", _l("Programme"), "text", _of(Member.programme_id, Programme)),
    Filter(
        "year",
        _l("Class of"),
        "number",
        lambda value: Member.graduation_year == value,
        places=0,
        chip=lambda value: _("Class of %(year)s", year=value),
    ),
)


def _directory(
    name: str, title: str, singular: str, plural: str, read: Permission[Member], place: Any
) -> Listing[Member]:
    person, work, city, opens, email = _columns(NOBODY)
    return Listing(
        name=name,
        title=title,
        singular=singular,
        plural=plural,
        read=read,
        columns=(person, work, *STUDIES, city, opens, email),
        default_sort="person",
        joins=_joins,
        extra=(Member.student_id, Member.is_alumnus),
        search=SearchTerms(words_of(NOBODY)),
        search_label=_l("Search by name, company, skill, city"),
        search_placeholder=_l("Name, company, skill, city"),
        filters=(*_filters(NOBODY), *STUDIES_FILTERS),
        size=24,
        href=place,
        row_label=lambda row: row.full_name,
        personal=_personal,
        export=policy.EXPORT,
        saves=True,
    )


def place_of(row: Any) -> tuple[str, dict[str, Any]]:
    """Return where the profile of a listed row is."""
    if row.is_alumnus or row.student_id is None:
        return "alumni.alumnus", {"member_id": row.id}
    return "academics.student", {"student_id": row.student_id}


ALUMNI = _directory(
    "alumni.alumni", _l("Alumni"), _l("alumnus"), _l("alumni"), policy.ALUMNI, place_of
)
STUDENTS = _directory(
    "alumni.students", _l("Students"), _l("student"), _l("students"), policy.STUDENTS, place_of
)
PROFILES = _directory(
    "alumni.profiles", _l("Network"), _l("person"), _l("people"), policy.LISTED, place_of
)

"""Where the dataset lives in the college: a department, a programme with its scheme, terms, courses and offerings.

What is there already is left as it is: a title or a number of credits that somebody corrected stays corrected.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.importers.oulad.contents import Contents, first_day
from quad.academics.importers.oulad.counting import Counts
from quad.academics.importers.oulad.folder import PRESENTATIONS, Place, Problems
from quad.academics.models.teaching import Course, Offering, ResultState, Weighting
from quad.academics.service import findable
from quad.core.db.types import normalised
from quad.core.i18n import gettext as _
from quad.core.search.index import index_many
from quad.institution.models import (
    Averaging,
    Department,
    GradeBand,
    GradingScheme,
    Programme,
    Term,
)
from quad.institution.service import terms
from quad.institution.service.scheme_templates import BY_KEY, scheme_of

CODE = "OULAD"
UNIVERSITY = "Open University (OULAD)"
SECTION = "A"
TEMPLATE = BY_KEY["pass_distinction"]
HONOURS_CREDITS = Decimal(360)
HALF_YEARS = 12


@dataclass(frozen=True)
class House:
    """Department and programme."""

    department_id: int
    programme_id: int


@dataclass
class Room:
    """One offering; `fresh` says that it was made just now and has no rows yet."""

    offering: Offering
    fresh: bool

    @property
    def locked(self) -> bool:
        """Tell whether the results were closed before this import."""
        return not self.fresh and self.offering.state is ResultState.LOCKED


def furnish(db: Session) -> House:
    """Return the department and the programme, made when they are missing."""
    department = db.scalar(
        select(Department).where(Department.code_key == normalised(CODE), Department.live == 1)
    )
    if department is None:
        department = Department(code=CODE, code_key=CODE, name=UNIVERSITY, sort_name=UNIVERSITY)
        db.add(department)
        db.flush()
    programme = db.scalar(
        select(Programme).where(Programme.code_key == normalised(CODE), Programme.live == 1)
    )
    if programme is None:
        programme = Programme(
            code=CODE,
            code_key=CODE,
            name=UNIVERSITY,
            sort_name=UNIVERSITY,
            department_id=department.id,
            grading_scheme_id=_scheme(db),
            credits_required=HONOURS_CREDITS,
            duration_terms=HALF_YEARS,
        )
        db.add(programme)
        db.flush()
    return House(department.id, programme.id)


def _scheme(db: Session) -> int:
    """Return a scheme that has exactly the dataset's three results and makes no averages."""
    wanted = {letter for letter, *_rest in TEMPLATE.bands}
    rows = db.execute(
        select(GradingScheme.id, GradeBand.letter)
        .join(GradeBand, GradeBand.scheme_id == GradingScheme.id)
        .where(GradingScheme.averaging == Averaging.NONE, GradingScheme.live == 1)
        .order_by(GradingScheme.id)
    ).all()
    letters: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        letters[row.id].add(row.letter)
    for scheme_id, known in letters.items():
        if known == wanted:
            return scheme_id
    scheme = scheme_of(TEMPLATE, f"{TEMPLATE.name} ({CODE})")
    db.add(scheme)
    db.flush()
    return scheme.id


def build_rooms(
    db: Session, house: House, contents: Contents, counts: Counts, problems: Problems
) -> dict[Place, Room]:
    """Return the offering of every presentation, made when it is missing."""
    term_ids = _terms(db, contents, counts)
    course_ids = _courses(db, house, contents, counts, problems)
    there = {
        (row.course_id, row.term_id): row
        for row in db.scalars(
            select(Offering)
            .where(Offering.course_id.in_(course_ids.values()), Offering.section == SECTION)
            .order_by(Offering.id)
            .with_for_update()
        )
    }
    rooms: dict[Place, Room] = {}
    for module, code in sorted(contents.presentations):
        if module not in course_ids:
            continue
        known = there.get((course_ids[module], term_ids[code]))
        counts.offerings.note(exists=known is not None)
        rooms[module, code] = Room(
            known or _offering(db, house, course_ids[module], term_ids[code]), known is None
        )
    db.flush()
    return rooms


def _offering(db: Session, house: House, course_id: int, term_id: int) -> Offering:
    row = Offering(
        course_id=course_id,
        term_id=term_id,
        section=SECTION,
        department_id=house.department_id,
        state=ResultState.PUBLISHED,
        weighting=Weighting.COURSEWORK_EXAM,
    )
    db.add(row)
    return row


def _terms(db: Session, contents: Contents, counts: Counts) -> dict[str, int]:
    """A term begins with its presentations and ends with the longest of them."""
    days: dict[str, int] = {}
    for (_module, code), presentation in contents.presentations.items():
        days[code] = max(presentation.days, days.get(code, 0))
    found: dict[str, int] = {}
    newest: Term | None = None
    for code in sorted(days, key=first_day):
        row = db.scalar(select(Term).where(Term.code_key == normalised(code), Term.live == 1))
        counts.terms.note(exists=row is not None)
        if row is None:
            begins = first_day(code)
            ends = begins + timedelta(days=days[code])
            name = f"{begins:%B} {begins.year}"
            row = newest = Term(code=code, code_key=code, name=name, starts_on=begins, ends_on=ends)
            db.add(row)
            db.flush()
        found[code] = row.id
    if newest is not None and terms.current(db) is None:
        newest.is_current = True
    return found


def _courses(
    db: Session, house: House, contents: Contents, counts: Counts, problems: Problems
) -> dict[str, int]:
    credits = contents.credits()
    found: dict[str, int] = {}
    fresh: list[Course] = []
    for module in contents.modules:
        row = db.scalar(
            select(Course).where(Course.code_key == normalised(module), Course.live == 1)
        )
        if row is not None and row.department_id != house.department_id:
            _refuse_module(contents, problems, module)
            continue
        counts.courses.note(exists=row is not None)
        if row is None:
            title = f"Module {module}"
            row = Course(
                code=module,
                code_key=module,
                title=title,
                sort_title=title,
                credits=Decimal(credits.get(module, 0)),
                department_id=house.department_id,
            )
            db.add(row)
            db.flush()
            fresh.append(row)
        found[module] = row.id
    documents = findable.course_documents(db, [row.id for row in fresh])
    index_many(db, findable.COURSES, list(documents), new=True)
    return found


def _refuse_module(contents: Contents, problems: Problems, module: str) -> None:
    sentence = _("Another department has a course with the code %(code)s.", code=module)
    for place, presentation in contents.presentations.items():
        if place[0] == module:
            file = contents.folder.name(PRESENTATIONS)
            problems.add(file, presentation.line, sentence, "code_module")

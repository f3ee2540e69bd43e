"""What transcripts, mark sheets and ID cards say: a record turned into the data of a template.

Only what is published is on paper, whoever has it made.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.models.teaching import ComponentKind
from quad.academics.service.record_parts import CourseRecord, StudentRecord, TermRecord
from quad.core.errors import NotFound
from quad.core.files import Files, StoredFile
from quad.core.i18n import gettext as _
from quad.core.i18n import number
from quad.identity.models.profiles import Profile

Data = dict[str, Any]


def transcript(record: StudentRecord) -> Data:
    """Return everything a student has a result in, the first term first."""
    return {
        "title": _("Transcript of records"),
        "subtitle": record.programme or record.department or "",
        "person": _about(record)
        + _pairs(
            (_("Credits earned"), number(record.credits_earned)),
            (_("CGPA") if not record.by_percentage else _("Average"), _average(record.cgpa))
            if record.averaged
            else ("", ""),
        ),
        "sections": [_term(record, term) for term in reversed(record.terms) if _finished(term)],
        "notes": _notes(record, record.terms),
        "signature": _("Registrar"),
    }


def marksheet(record: StudentRecord, term_id: int) -> Data:
    """Return one term of a student, with what was reached before and in the exam. Raises NotFound without results."""
    term = next((one for one in record.terms if one.term_id == term_id), None)
    if term is None or not _finished(term):
        raise NotFound(_("There are no published results in this term yet."))
    section = {
        "title": term.name,
        "columns": [
            {"label": _("Course"), "width": 4},
            {"label": _("Credits"), "align": "right", "width": 1.1},
            {"label": _("Internal"), "align": "right", "width": 1.4},
            {"label": _("External"), "align": "right", "width": 1.4},
            {"label": _("Per cent"), "align": "right", "width": 1.2},
            {"label": _("Grade"), "width": 1},
            {"label": _("Points"), "align": "right", "width": 1},
        ],
        "rows": [
            [
                f"{course.code} {course.title}",
                number(course.credits),
                _fraction(course, exam=False),
                _fraction(course, exam=True),
                "–" if course.percentage is None else number(course.percentage, 2),
                course.shown or "–",
                _points(course),
            ]
            for course in _results(term)
        ],
        "summary": _summary(record, term),
    }
    return {
        "title": _("Mark sheet"),
        "subtitle": term.name,
        "person": _about(record),
        "sections": [section],
        "notes": _notes(record, [term]),
        "signature": _("Registrar"),
    }


def id_card(record: StudentRecord, photo: bytes) -> Data:
    """Return what a student's card says."""
    until = record.graduation_year
    return {
        "title": _("Student card"),
        "name": record.name,
        "lines": _pairs(
            (_("Number"), record.register_number),
            (_("Programme"), record.programme or ""),
            (_("Department"), record.department or ""),
            (_("Batch"), record.batch or ""),
            (_("Admitted"), str(record.admission_year)),
        ),
        "valid": _("Valid until %(year)s", year=until) if until else "",
        "photo": list(photo),
    }


def photo_of(db: Session, user_id: int, files: Files) -> bytes:
    """Return a person's photo; nothing without one."""
    sha256 = db.scalar(
        select(StoredFile.sha256)
        .join(Profile, Profile.photo_id == StoredFile.id)
        .where(Profile.user_id == user_id)
    )
    if sha256 is None:
        return b""
    try:
        with files.open(sha256) as stream:
            return stream.read()
    except NotFound:
        return b""


def unofficial(data: Data, today: str) -> Data:
    """Mark what a student prints as no proof."""
    said = _("Printed by the student on %(day)s. Not valid as proof: ask the registrar.", day=today)
    return data | {
        "watermark": _("Unofficial"),
        "issued": said,
        "signature": "",
        "notes": [said, *data["notes"]],
    }


def has_results(record: StudentRecord) -> list[TermRecord]:
    """Return the terms a mark sheet can be made of, the latest first."""
    return [term for term in record.terms if _finished(term)]


def _about(record: StudentRecord) -> list[Data]:
    return _pairs(
        (_("Name"), record.name),
        (_("Register number"), record.register_number),
        (_("Programme"), record.programme or ""),
        (_("Department"), record.department or ""),
        (_("Admitted"), str(record.admission_year)),
    )


def _pairs(*pairs: tuple[str, str]) -> list[Data]:
    return [{"label": label, "value": text} for label, text in pairs if text]


def _results(term: TermRecord) -> Sequence[CourseRecord]:
    """What stands on paper: results, and I and W instead of them."""
    return [course for course in term.courses if course.shown]


def _finished(term: TermRecord) -> bool:
    return any(course.finished for course in term.courses)


def _term(record: StudentRecord, term: TermRecord) -> Data:
    return {
        "title": term.name,
        "columns": [
            {"label": _("Code"), "width": 1.4},
            {"label": _("Course"), "width": 5},
            {"label": _("Credits"), "align": "right"},
            {"label": _("Grade")},
            {"label": _("Points"), "align": "right"},
        ],
        "rows": [
            [
                course.code,
                course.title
                + ("" if course.attempt == 1 else _(" (attempt %(n)s)", n=course.attempt)),
                number(course.credits),
                course.shown + ("*" if course.superseded else ""),
                _points(course),
            ]
            for course in _results(term)
        ],
        "summary": _summary(record, term),
    }


def _summary(record: StudentRecord, term: TermRecord) -> list[Data]:
    if not record.averaged or term.sgpa is None:
        return []
    names = (_("Average"), _("Average so far")) if record.by_percentage else (_("SGPA"), _("CGPA"))
    return _pairs((names[0], _average(term.sgpa)), (names[1], _average(term.cgpa)))


def _average(value: Decimal | None) -> str:
    return "–" if value is None else number(value, 2)


def _points(course: CourseRecord) -> str:
    return "–" if course.points is None else number(course.points, 2)


def _fraction(course: CourseRecord, *, exam: bool) -> str:
    """Write the marks before the exam, or in it, out of what was to be had."""
    marks = [
        mark
        for mark in course.components
        if mark.marked and (mark.kind is ComponentKind.EXTERNAL) is exam
    ]
    if not marks:
        return "–"
    if all(mark.absent for mark in marks):
        return "AB"
    got = sum((mark.value or Decimal(0) for mark in marks), Decimal(0))
    whole = sum((mark.maximum for mark in marks), Decimal(0))
    return f"{number(got)} / {number(whole)}"


def _notes(record: StudentRecord, terms: Sequence[TermRecord]) -> list[str]:
    courses = [course for term in terms for course in term.courses]
    short = {course.shown for course in courses}
    notes = []
    if record.averaged and not record.by_percentage and record.highest_points is not None:
        notes.append(
            _("Grade points run up to %(top)s.", top=number(record.highest_points))
            + " "
            + _("SGPA and CGPA are averages of the grade points weighed by credits.")
        )
    if any(course.superseded for course in courses):
        notes.append(_("* A later or better attempt counts instead."))
    words = {"W": _("W: withdrawn"), "I": _("I: incomplete"), "AB": _("AB: absent from the exam")}
    used = [text for letter, text in words.items() if letter in short]
    return [*notes, ", ".join(used)] if used else notes

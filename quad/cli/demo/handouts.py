"""Materials of the current term: a handout, notes, recordings and a link for courses that are taught."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any

from docx import Document
from sqlalchemy import case, insert, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.academics.models.teaching import Course, Enrolment, EnrolmentStatus, Offering
from quad.cli.demo import plan, recordings
from quad.cli.demo.college import College
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.documents.render import render_pdf
from quad.core.files import Files
from quad.core.i18n import day
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.institution.models import Term
from quad.materials.forms import CaptionIn, NewLink, NewSection, Where
from quad.materials.kinds import RECORDINGS
from quad.materials.models.materials import Material, Opening, ReaderChoice
from quad.materials.service import adding, captions, kinds, sections, telling

MOST = 24
READING = 19  # where the chances of who has read what begin
READERS, FINISHED = 0.6, 0.3
NAMED = 3  # one of so many agreed to be named
HEARD, LENGTH = 7, 11  # seconds of the welcome: where many stop, and all of it


@dataclass(frozen=True)
class Giving:
    """One offering that gets its materials, and what that needs."""

    db: Session
    files: Files
    what: kinds.Taken
    teacher: Actor
    course_id: int
    offering_id: int
    title: str
    code: str

    def add(self, name: str, content: bytes, section_id: int | None) -> int:
        """Add a file as its teacher would."""
        given = kinds.prepare(self.files, BytesIO(content), name, self.what)
        where = Where(offering_id=self.offering_id, section_id=section_id)
        (made,) = adding.add_files(self.db, self.teacher, self.course_id, where, [given])
        return made.id


def build_materials(db: Session, college: College) -> None:
    """Give the offerings of the current term their materials, as their teachers would."""
    runtime = runtime_of(db)
    assert runtime is not None
    files, what = Files.from_settings(runtime.settings), kinds.taken(db)
    for number, row in enumerate(_taught(db, college.departments["CSE"])):
        teacher = actor_by_id(db, row.faculty_id)
        set_acting_user(teacher.id)
        giving = Giving(
            db, files, what, teacher, row.course_id, row.id, str(row.title), str(row.code)
        )
        _give(giving, number)
    set_acting_user(None)
    db.flush()
    chance = Random(READING)
    for row in _taught(db, college.departments["CSE"]):
        _read(db, row.id, chance)
        telling.tell(db, row.course_id)


def _read(db: Session, offering_id: int, chance: Random) -> None:
    """Let many of the students open the outline, fewer the rest; some stop in between, some agreed to be named."""
    people = db.scalars(
        select(Student.user_id)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .where(Enrolment.offering_id == offering_id, Enrolment.status == EnrolmentStatus.ENROLLED)
        .order_by(Student.user_id)
    ).all()
    materials = db.execute(
        select(Material.id, Material.kind)
        .where(Material.offering_id == offering_id)
        .order_by(Material.id)
    ).all()
    rows = []
    for place, material in enumerate(materials):
        sounds = material.kind in RECORDINGS
        for user_id in people:
            if chance.random() > READERS / (place + 1):
                continue
            stopped = sounds and chance.random() > FINISHED
            rows.append(
                {
                    "user_id": user_id,
                    "material_id": material.id,
                    "times": chance.randint(1, 4),
                    "last_at": clock.now() - timedelta(hours=chance.randint(1, 90)),
                    "seconds": chance.randint(3, HEARD) if stopped else 0,
                    "length": LENGTH if stopped else 0,
                }
            )
    if rows:
        db.execute(insert(Opening), rows)
    known = set(db.scalars(select(ReaderChoice.user_id).where(ReaderChoice.user_id.in_(people))))
    db.add_all(
        ReaderChoice(user_id=user_id, by_name=True)
        for user_id in people
        if user_id not in known and user_id % NAMED == 0
    )
    db.flush()


def _taught(db: Session, visited: int) -> Sequence[Any]:
    """The department that visitors see first comes first."""
    return db.execute(
        select(Offering.id, Offering.course_id, Offering.faculty_id, Course.title, Course.code)
        .join(Course, Course.id == Offering.course_id)
        .join(Term, Term.id == Offering.term_id)
        .where(Term.is_current, Offering.faculty_id.is_not(None))
        .order_by(case((Course.department_id == visited, 0), else_=1), Course.code_key, Offering.id)
        .limit(MOST)
    ).all()


def _give(to: Giving, number: int) -> None:
    """Two sections with a handout, notes and a recording; every third course has a film and a link as well."""
    first, second = (
        sections.add(
            to.db,
            to.teacher,
            to.course_id,
            NewSection(title=title, offering_id=to.offering_id),
        ).id
        for title in ("Start here", "Weeks 1 to 4")
    )
    to.add(f"{to.code} course outline.pdf", _outline(to), first)
    to.add(f"Notes on {to.title}.docx", _notes(to), second)
    heard = to.add("Welcome to the course.mp3", recordings.melody(), first)
    _caption(to, heard)
    if number % 3 == 0:
        to.add("A look into the laboratory.mp4", recordings.film(), second)
        link = NewLink(
            title="The library’s reading list",
            url=f"https://library.{plan.DOMAIN}/lists/{to.code.lower()}",
            about="Ask at the desk for the printed books.",
            section_id=second,
            offering_id=to.offering_id,
        )
        adding.add_link(to.db, to.teacher, to.course_id, link)


def _caption(to: Giving, material_id: int) -> None:
    given = kinds.prepare_captions(to.files, BytesIO(recordings.captions()), "welcome.en.vtt")
    captions.add(to.db, to.teacher, material_id, CaptionIn(language="en"), given)


def _parts(title: str) -> list[tuple[str, list[str]]]:
    return [
        (
            "What it is about",
            [
                f"{title} begins with the questions engineers ask every day, and ends with a project of your own.",
                "Each week has one lecture, one exercise and one hour in the laboratory. Read the notes before:"
                " the lecture takes up what was unclear in them.",
            ],
        ),
        (
            "How it is marked",
            [
                "Attendance counts for five parts in a hundred, assignments for fifteen, the two internal tests for"
                " thirty and the written examination for fifty.",
                "An assignment that is late by up to three days loses a fifth of its marks. Illness and leave that was"
                " granted do not count as late.",
            ],
        ),
        (
            "Where to get help",
            [
                "Office hours are on Tuesday and Thursday afternoon. Bring the exercise that does not work; half of it"
                " is enough.",
                f"The library keeps the textbooks of {title} on the shelf beside the reading room.",
            ],
        ),
    ]


def _outline(to: Giving) -> bytes:
    parts = [{"heading": heading, "paragraphs": said} for heading, said in _parts(to.title)]
    return render_pdf(
        "materials/handout",
        {
            "title": to.title,
            "subtitle": f"{to.code}, course outline",
            "language": "en",
            "institution": {"name": plan.COLLEGE, "line": ""},
            "issued": day(clock.today(plan.TIME_ZONE)),
            "parts": parts,
        },
    )


def _notes(to: Giving) -> bytes:
    document = Document()
    document.add_heading(f"Notes on {to.title}", 0)
    for heading, said in _parts(to.title):
        document.add_heading(heading, 1)
        for paragraph in said:
            document.add_paragraph(paragraph)
    document.add_heading("To be done by next week", 1)
    for task in (
        "Read the first chapter and mark what is new to you.",
        "Solve exercises 1 to 4; the last one in two ways.",
        "Write one question for the laboratory.",
    ):
        document.add_paragraph(task, style="List Number")
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Week", "Subject"
    for week, subject in enumerate(("First terms", "Measuring", "Modelling", "A small project"), 1):
        cells = table.add_row().cells
        cells[0].text, cells[1].text = str(week), subject
    written = BytesIO()
    document.save(written)
    return written.getvalue()

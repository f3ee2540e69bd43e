"""What the demo college is made of. Everybody and everything in it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

COLLEGE = "Nandi Valley Institute of Technology"
DOMAIN = "nvit.example"
TIME_ZONE = "Asia/Kolkata"
SEED = 20261121
SEMESTERS = 8
CREDITS_REQUIRED = 80


@dataclass(frozen=True)
class PlannedTerm:
    """One half of a year of study."""

    code: str
    name: str
    starts_on: date
    ends_on: date


def _terms() -> tuple[PlannedTerm, ...]:
    """Two terms a year from the first batch's first day on; the last one is the current term."""
    made = []
    for year in range(2022, 2027):
        span = f"{year}–{(year + 1) % 100}"
        made.append(
            PlannedTerm(f"{year}-ODD", f"Odd term {span}", date(year, 8, 3), date(year, 12, 19))
        )
        made.append(
            PlannedTerm(
                f"{year}-EVEN", f"Even term {span}", date(year + 1, 1, 18), date(year + 1, 6, 6)
            )
        )
    return tuple(made[:-1])


TERMS = _terms()
CURRENT = len(TERMS) - 1

# Code: (name, city).
CAMPUSES = {"HILL": ("Hill Campus", "Nandi Valley"), "LAKE": ("Lakeside Campus", "Mysuru")}
# Code: (name, level).
DEGREES = {
    "B.E.": ("Bachelor of Engineering", "bachelor"),
    "M.Tech.": ("Master of Technology", "master"),
    "Ph.D.": ("Doctor of Philosophy", "doctorate"),
}
# Code: (name, campus).
DEPARTMENTS = {
    "CSE": ("Computer Science and Engineering", "HILL"),
    "ECE": ("Electronics and Communication", "HILL"),
    "MEC": ("Mechanical Engineering", "LAKE"),
    "CIV": ("Civil Engineering", "LAKE"),
}
# Department: (programme code, name).
PROGRAMMES = {
    "CSE": ("BE-CSE", "B.E. Computer Science"),
    "ECE": ("BE-ECE", "B.E. Electronics"),
    "MEC": ("BE-MEC", "B.E. Mechanical"),
    "CIV": ("BE-CIV", "B.E. Civil"),
}
# Year of admission: the semester studied now; 0 has graduated. The visitors' student is of the first one.
BATCHES = {2024: 5, 2023: 7, 2025: 3, 2026: 1, 2022: 0}
STAR_BATCH = 2024
STUDENTS = 30  # of each programme and year
CLASSES = ("A", "B")

# Of every offering: its name, kind, maximum, weight in per cent, and the week of the term it is due in.
COMPONENTS = (
    ("Attendance", "attendance", 5, 5, 18),
    ("Assignment 1", "assignment", 10, 7, 4),
    ("Assignment 2", "assignment", 10, 8, 9),
    ("Internal 1", "internal", 30, 15, 6),
    ("Internal 2", "internal", 30, 15, 13),
    ("External", "external", 100, 50, 19),
)
WRITTEN_SO_FAR = 4  # of the current term's components
ABSENT = 0.015  # of all marks but attendance
WITHDRAWN = 0.012  # of all enrolments
INCOMPLETE = 3  # results of the last term in each department
CORRECTIONS = 4

DESIGNATIONS = ("Professor", "Associate professor", "Assistant professor")
TEACHERS_PER_DEPARTMENT = 5
ADVISORS = (3, 4)  # which of them are class mentors as well, counted from 1

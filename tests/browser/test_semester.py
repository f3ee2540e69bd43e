"""A whole semester in a real browser: every number on the way equals one that is calculated here, by other means."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from playwright.sync_api import Page, expect

from tests.browser import semester as do
from tests.browser.conftest import OpenPage
from tests.browser.looking import no_console_errors
from tests.browser.semester import College, Course, Part, Person

pytestmark = [pytest.mark.browser]

PASSWORD = "seven-quiet-lanterns-on-the-lake"
# Somebody of the demo as whom no other test signs in.
TEACHER, PASSWORD_OF_THE_DEMO = "civ5@nvit.example", "walk-across-the-quad"
MARK = "ZQ"
PARTS = (
    Part("Attendance", "Attendance", 5, 5),
    Part("Essay", "Assignment", 10, 15),
    Part("Internal", "Internal", 30, 30),
    Part("Exam", "External", 100, 50),
)
DAYS = ("2026-08-10", "2026-08-17", "2026-08-24", "2026-08-31")
ZOOLOGY = Course(f"{MARK}101", "Zoology of Lakes", 4, DAYS)
ZYMURGY = Course(f"{MARK}102", "Zymurgy", 3, DAYS[:3])
COURSES = (ZOOLOGY, ZYMURGY)
PASSES, FAILS, LEAVES = (
    Person("Zareen", "Zutshi", f"{MARK}26001", f"zareen.zutshi.{MARK.lower()}@nvit.example"),
    Person("Zubin", "Zaveri", f"{MARK}26002", f"zubin.zaveri.{MARK.lower()}@nvit.example"),
    Person("Zoya", "Zende", f"{MARK}26003", f"zoya.zende.{MARK.lower()}@nvit.example"),
)
# What each student was in each class, and got in each component that is marked by hand.
HERE = {
    ZOOLOGY.code: {PASSES.name: "PAPL", FAILS.name: "AAPP"},
    ZYMURGY.code: {PASSES.name: "PPA", FAILS.name: "PAA"},
}
MARKS = {
    ZOOLOGY.code: {PASSES.name: ("8.5", "24.5", "71"), FAILS.name: ("6", "17.25", "48.5")},
    ZYMURGY.code: {PASSES.name: ("7", "19.5", "61.25"), FAILS.name: ("AB", "9", "33.5")},
}
WORDS = {"P": "Present", "A": "Absent", "L": "Late"}
# From per cent: letter and points, as the 10-point scale of the UGC has them.
SCALE = (
    (90, "O", 10),
    (80, "A+", 9),
    (70, "A", 8),
    (60, "B+", 7),
    (50, "B", 6),
    (45, "C", 5),
    (40, "P", 4),
    (0, "F", 0),
)
EXTRA = ("Zeal", 5, "A+", 9)


# The independent calculation


def rounded(value: Fraction, places: str = "0.01") -> Decimal:
    """Round half up, once."""
    exact = Decimal(value.numerator * 10**6 // value.denominator) / 10**6
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


def shown(value: Fraction, digits: int | None = None) -> str:
    """Write a number as pages do: always with `digits`, else with as few decimals as it takes."""
    text = f"{rounded(value):.2f}"
    return text if digits == 2 else text.rstrip("0").rstrip(".")


def attendance(course: Course, person: Person) -> Fraction:
    """Return the share of the classes; being late is being there."""
    states = HERE[course.code][person.name]
    return Fraction(sum(state != "A" for state in states), len(states))


def percentage(course: Course, person: Person) -> Fraction:
    """Return what all components come to, in per cent."""
    there, *others = PARTS
    got = Fraction(
        rounded(Fraction(rounded(attendance(course, person) * 100)) / 100 * there.maximum)
    )
    whole = got / there.maximum * there.weight
    for part, text in zip(others, MARKS[course.code][person.name], strict=True):
        value = Fraction(0) if text == "AB" else Fraction(text)
        whole += value / part.maximum * part.weight
    return whole


def grade(course: Course, person: Person) -> tuple[str, int]:
    """Return letter and points."""
    read_as = rounded(percentage(course, person))
    return next((letter, points) for least, letter, points in SCALE if read_as >= least)


def average(person: Person, *more: tuple[int, int]) -> Fraction:
    """Return the points weighed by credits, with further (credits, points)."""
    counted = [(course.credits, grade(course, person)[1]) for course in COURSES] + list(more)
    return Fraction(
        sum(credits * points for credits, points in counted),
        sum(credits for credits, _points in counted),
    )


def earned(person: Person) -> int:
    return sum(course.credits for course in COURSES if grade(course, person)[1])


# The story


@pytest.mark.timeout(400)  # a machine that is busy with other tests takes its time
@pytest.mark.feature(
    "C25", "C30", "L5", "L17", "L18", "L20", "L21", "L22", "L26", "L27", "L28", "L29", "L34", "L35"
)
def test_a_semester_from_enrolment_to_graduation_has_the_numbers_of_an_independent_calculation(
    open_page: OpenPage,
) -> None:
    admin, teacher, student, stranger = open_page("admin"), open_page(), open_page(), open_page()
    college = College(
        f"Lake Studies {MARK}", MARK, f"Lake Studies {MARK} 1", f"{MARK} 2026", 7, 2026
    )
    do.sign_in(teacher, "/faculty_login", TEACHER, PASSWORD_OF_THE_DEMO)
    enrol(admin, college, do.own_name(teacher))
    teach(teacher, college)
    the_teacher_sees_attendance_and_results(teacher, college)
    the_office_sees_the_totals(admin, college)
    the_student_sees_the_record(admin, student)
    request = do.ask_for_a_letter(student, "Bank account")
    do.resolve(admin, request, "Ready.")
    student.goto(request)
    serial = do.main(student).get_by_role("link", name=do.SERIAL).text_content() or ""
    do.verify(stranger, serial, PASSES)
    the_simulator_says_what_a_further_course_brings(student)
    promote(admin, college)
    the_graduate_keeps_the_record(admin, student)
    for page in (admin, teacher, student, stranger):
        no_console_errors(page)


def enrol(admin: Page, college: College, teacher: str) -> None:
    """The office founds a department, brings the students in, and enrols them; one of them withdraws later."""
    do.found_a_department(admin, college)
    do.admit(admin, college, (PASSES, FAILS, LEAVES))
    for course in COURSES:
        do.teach_a_course(admin, college, course, teacher)
        do.withdraw(admin, college.offerings[course.code], LEAVES)


def teach(teacher: Page, college: College) -> None:
    for course in COURSES:
        offering = college.offerings[course.code]
        do.set_up_components(teacher, offering, PARTS)
        for number, day in enumerate(course.days):
            here = {name: WORDS[states[number]] for name, states in HERE[course.code].items()}
            do.take_register(teacher, offering, day, here)
        do.type_marks(teacher, offering, MARKS[course.code])
        do.publish(teacher, offering)


def the_teacher_sees_attendance_and_results(teacher: Page, college: College) -> None:
    for course in COURSES:
        teacher.goto(f"{college.offerings[course.code]}/attendance")
        for person in (PASSES, FAILS):
            row = do.row_of(teacher, "Table of students", person.name)
            there = rounded(attendance(course, person) * 100, "0.1")
            expect(row.get_by_role("cell").last).to_have_text(f"{there} %")
        teacher.goto(f"{college.offerings[course.code]}/results")
        for person in (PASSES, FAILS):
            row = do.row_of(teacher, "Table of results", person.name)
            expect(row).to_contain_text(f"{shown(percentage(course, person), 2)} %")
            letter, points = grade(course, person)
            expect(row.get_by_role("cell").nth(1)).to_have_text(str(points))
            expect(row.get_by_role("cell").nth(2)).to_have_text(letter)


def the_office_sees_the_totals(admin: Page, college: College) -> None:
    """The own department's results, passes and mean, over everybody who did not leave."""
    given = [
        (course.credits, grade(course, one)[1]) for course in COURSES for one in (PASSES, FAILS)
    ]
    passed = sum(points > 0 for _credits, points in given)
    mean = Fraction(
        sum(credits * points for credits, points in given),
        sum(credits for credits, _points in given),
    )
    do.ask_for_results(admin, college)
    share = rounded(Fraction(passed, len(given)) * 100, "0.1")
    expect(do.figure(admin, "Results passed")).to_have_text(f"{share} %")
    expect(do.figure(admin, "Results")).to_have_text(str(len(given)))
    expect(do.figure(admin, "Failed")).to_have_text(str(len(given) - passed))
    expect(do.figure(admin, "Average grade point")).to_have_text(shown(mean, 2))


def the_student_sees_the_record(admin: Page, student: Page) -> None:
    """The new student chooses a password, signs in, and finds every mark and average."""
    do.send_activation_links(admin, PASSES)
    do.activate(student, PASSES, PASSWORD)
    do.sign_in(student, "/student_login", PASSES.address, PASSWORD)
    student.goto("/record")
    the_record_is_right(student, PASSES)


def the_record_is_right(page: Page, person: Person) -> None:
    """The averages, the credits, and of each course the result, the grade and the points."""
    mean = shown(average(person), 2)
    expect(do.figure(page, "CGPA")).to_have_text(f"{mean} of 10")
    expect(do.figure(page, "Last SGPA")).to_have_text(mean)
    expect(do.figure(page, "Credits")).to_have_text(f"{earned(person)} of 7")
    expect(do.main(page).get_by_text(f"SGPA {mean}, CGPA {mean}")).to_be_visible()
    for course in COURSES:
        row = do.main(page).get_by_role("row").filter(has_text=course.title)
        letter, points = grade(course, person)
        words = [
            str(course.credits),
            f"{shown(percentage(course, person), 2)} %",
            letter,
            str(points),
        ]
        cells = row.get_by_role("cell")
        assert [cells.nth(place).inner_text().strip() for place in (1, 2, 3, 4)] == words


def the_simulator_says_what_a_further_course_brings(student: Page) -> None:
    title, credits, letter, points = EXTRA
    do.suppose(student, title, credits, letter)
    simulated = student.get_by_role("region", name="Simulated figures")
    expect(simulated).to_contain_text(shown(average(PASSES, (credits, points)), 2))
    expect(simulated).to_contain_text(f"was {shown(average(PASSES), 2)}")


def promote(admin: Page, college: College) -> None:
    """The results are locked; who passed graduates, who failed is held back, who left is left out."""
    for course in COURSES:
        do.lock(admin, college.offerings[course.code])
    do.set_status(admin, LEAVES, "Withdrawn")
    run = do.preview_promotion(admin, college)
    held = f"{earned(FAILS)} of {college.credits} credits"
    for person, outcome, why in (
        (PASSES, "Graduates", ""),
        (FAILS, "Held back", f"1 backlog, {held}"),
        (LEAVES, "Left out", "has withdrawn"),
    ):
        row = do.row_of(admin, "Table of students", person.name)
        expect(row).to_contain_text(outcome)
        expect(row).to_contain_text(why)
    do.apply_promotion(admin, run)
    for label, count in (("Moved up", 0), ("Graduated", 1), ("Held back", 1), ("Left out", 1)):
        expect(do.figure(admin, label)).to_have_text(str(count))


def the_graduate_keeps_the_record(admin: Page, student: Page) -> None:
    admin.goto(PASSES.user)
    roles = do.main(admin).get_by_role("region", name="Roles")
    expect(roles.get_by_role("listitem")).to_have_count(1)
    expect(roles.get_by_role("listitem")).to_contain_text("Alumnus")
    student.goto("/record")
    expect(do.main(student)).to_contain_text("You graduated on")
    the_record_is_right(student, PASSES)
    expect(do.main(student).get_by_role("textbox")).to_have_count(0)

"""Every page of academics, as the people who use it."""

from __future__ import annotations

import pytest

PAGES = (
    "/",
    "/students",
    "/students?q=number&semester=1&cgpa=5&sort=-cgpa",
    "/students?q=nobodyatall",
    "/students/deleted",
    "/students/new",
    "/students/{student}",
    "/students/{student}/edit",
    "/courses",
    "/courses/new",
    "/courses/{course}",
    "/courses/{course}/edit",
    "/courses/{course}/offer",
    "/offerings",
    "/offerings/{offering}",
    "/offerings/{offering}/edit",
    "/offerings/{offering}/components",
    "/offerings/{offering}/components/{component}/edit",
    "/offerings/{offering}/marks",
    "/offerings/{offering}/reopen",
    "/enrolments/{enrolment}/components/{component}/mark",
    "/teachers",
    "/teachers/new",
    "/teachers/{teacher}",
    "/teachers/{teacher}/edit",
)


def address(path, college):
    return path.format(
        student=college.students[0].id,
        course=college.course.id,
        offering=college.offering.id,
        component=college.components[0].id,
        enrolment=college.enrolments[0].id,
        teacher=college.teacher.id,
    )


TEACHERS_PAGES = (
    "/",
    "/students",
    "/courses",
    "/offerings",
    "/offerings/{offering}",
    "/offerings/{offering}/marks",
    "/offerings/{offering}/components",
    "/students/{student}",
)
STUDENTS_PAGES = ("/", "/record", "/courses", "/courses/{course}", "/students/{student}")


def opens(client, pages, college):
    """Return the pages that do not open, with the beginning of what they say."""
    answers = [(path, client.get(address(path, college))) for path in pages]
    return [(path, answer.text[:300]) for path, answer in answers if answer.status_code != 200]


@pytest.mark.db
@pytest.mark.feature("L26", "L27", "L28", "L29", "M6", "M7", "M8", "M11", "M12", "M13", "M15")
def test_every_page_opens_for_an_administrator(college, as_role):
    assert not opens(as_role("admin"), PAGES, college)


@pytest.mark.db
@pytest.mark.feature("L2", "L28")
def test_the_pages_of_a_teacher_open(college, as_user):
    assert not opens(as_user(college.teacher.user_id), TEACHERS_PAGES, college)


@pytest.mark.db
@pytest.mark.feature("L1", "L16", "L19")
def test_the_pages_of_a_student_open(college, as_user):
    assert not opens(as_user(college.students[0].user_id), STUDENTS_PAGES, college)

"""Whether a person is meant is asked in four ways, which must come to one answer on every database."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from quad.academics.models.people import StudentStatus
from quad.academics.models.results import EnrolmentResult, Standing
from quad.audience.forms import AudienceIn
from quad.audience.service.conditions import unmet
from quad.audience.service.keeping import form_of, save, values_of
from quad.audience.service.meeting import contains, people, reach
from quad.core import clock
from quad.core.policy import Actor
from quad.identity.models.accounts import AccountState, Role, User
from quad.institution.models import RetakeRule
from quad.skills.models import PersonSkill
from tests.factories import academics as factory
from tests.factories.people import grant, person
from tests.factories.skills import skill

PEOPLE, AUDIENCES = 30, 50


class Crowd:
    """People of all kinds, by chance: students of two schemes, teachers, alumni, holders of several roles."""

    def __init__(self, db, chance):
        self.db, self.chance = db, chance
        self.departments = [factory.department(db) for _ in range(3)]
        schemes = [factory.scheme(db), factory.scheme(db, retake=RetakeRule.LATEST)]
        self.programmes = [
            factory.programme(db, each, chance.choice(schemes)) for each in self.departments
        ]
        self.batches = [factory.batch(db, each) for each in self.programmes]
        self.skills = [skill(db) for _ in range(4)]
        self.offerings = [factory.offering(db) for _ in range(4)]
        for offering in list(self.offerings):
            course = offering.course_id
            again = factory.offering(db)
            again.course_id = course
            self.offerings.append(again)
        self.ids = [self._person(number) for number in range(PEOPLE)]
        db.flush()

    def _person(self, number):
        db, chance = self.db, self.chance
        if number % 5 == 4:
            user = person(db, role=chance.choice(["faculty", "placement", "hod", None]))
            if chance.random() < 0.6:
                held = grant(db, user, "advisor", chance.choice(self.departments).id)
                if chance.random() < 0.4:
                    held.ends_on = clock.today() - timedelta(days=1)
        else:
            user = self._student()
        for each in chance.sample(self.skills, chance.randrange(3)):
            db.add(
                PersonSkill(
                    person_id=user.id,
                    skill_id=each.id,
                    level=2,
                    strength=1,
                    hidden=chance.random() < 0.2,
                )
            )
        if chance.random() < 0.05:
            user.state = AccountState.DISABLED
        return user.id

    def _student(self):
        db, chance = self.db, self.chance
        place = chance.randrange(3)
        row = factory.student(
            db, on=self.programmes[place], semester=chance.randint(1, 4), admission_year=2024
        )
        row.batch_id = self.batches[place].id
        row.graduation_year = chance.choice([2027, 2028, None])
        row.status = chance.choice([*StudentStatus])
        if chance.random() < 0.8:
            row.cgpa = row.cgpa_order = Decimal(chance.randint(500, 1000)) / 100
        if chance.random() < 0.1:
            row.deleted_at = clock.now()
        for offering in chance.sample(self.offerings, chance.randrange(6)):
            self._result(row, offering)
        if row.status is StudentStatus.GRADUATED:
            grant(db, db.get_one(User, row.user_id), "alumnus")
        return db.get_one(User, row.user_id)

    def _result(self, row, offering):
        attempt = 1 + self.offerings.index(offering) // 4
        enrolment = factory.enrolment(self.db, row, offering, attempt=attempt)
        self.db.add(
            EnrolmentResult(
                enrolment_id=enrolment.id,
                student_id=row.id,
                offering_id=offering.id,
                course_id=offering.course_id,
                term_id=offering.term_id,
                attempt=attempt,
                credits=Decimal(4),
                total=Decimal(50),
                percentage=Decimal(50),
                passed=self.chance.random() < 0.5,
                complete=True,
                standing=Standing.FINAL,
                counts=self.chance.random() < 0.8,
            )
        )

    def audience(self):
        chance = self.chance

        def some(values, likely):
            return chance.sample(values, chance.randint(1, 2)) if chance.random() < likely else []

        return AudienceIn(
            for_roles=some([Role.STUDENT, Role.ALUMNUS, Role.FACULTY, Role.ADVISOR], 0.4),
            for_departments=some([each.id for each in self.departments], 0.4),
            for_programmes=some([each.id for each in self.programmes], 0.2),
            for_semesters=some([1, 2, 3, 4], 0.3),
            for_batches=some([each.id for each in self.batches], 0.2),
            for_graduation_years=some([2027, 2028], 0.2),
            for_skills=some([each.name for each in self.skills], 0.2),
            for_min_cgpa=Decimal(chance.randint(500, 900)) / 100 if chance.random() < 0.3 else None,
            for_max_backlogs=chance.randint(0, 2) if chance.random() < 0.3 else None,
        )


@pytest.mark.db
@pytest.mark.feature("A32")
def test_membership_people_reach_and_unmet_conditions_agree_for_anybody(db):
    crowd = Crowd(db, Random(7))
    forms = [AudienceIn(), *(crowd.audience() for _ in range(AUDIENCES))]
    ids = [save(db, form) for form in forms]
    inside = {
        user_id: set(db.scalars(contains(Actor(id=user_id, name="x")))) for user_id in crowd.ids
    }
    short = {user_id: unmet(db, user_id, ids) for user_id in crowd.ids}
    filled = 0
    for audience_id, form in zip(ids, forms, strict=True):
        meant = set(db.scalars(people(audience_id)))
        assert len(meant) == reach(db, form)
        for user_id in crowd.ids:
            there = user_id in meant
            assert (audience_id in inside[user_id]) is there
            assert (not short[user_id][audience_id]) is there, short[user_id][audience_id]
        filled += 0 < len(meant) < PEOPLE
    assert filled > AUDIENCES // 3, "most audiences would be empty or everyone"


@pytest.mark.db
@pytest.mark.feature("A32")
def test_equal_audiences_are_one_row_and_come_back_as_they_were_asked(db):
    home, away = factory.department(db), factory.department(db)
    known = skill(db)
    form = AudienceIn(
        for_roles=[Role.STUDENT],
        for_departments=[home.id, away.id],
        for_skills=[known.name],
        for_min_cgpa=Decimal("7.5"),
        for_max_backlogs=0,
    )
    other = form.model_copy(
        update={"for_departments": [away.id, home.id, home.id], "for_min_cgpa": Decimal("7.50")}
    )
    first = save(db, form)
    assert save(db, other) == first
    assert save(db, form.model_copy(update={"for_max_backlogs": 1}), first) != first
    assert set(form_of(db, first).for_departments) == {home.id, away.id}
    assert values_of(db, first)["for_min_cgpa"] == Decimal("7.50")


def test_students_without_an_average_or_a_record_are_told_so(db):
    plain = factory.student(db)
    teacher = person(db, role="faculty")
    asked = save(db, AudienceIn(for_min_cgpa=Decimal(7), for_max_backlogs=0))
    of_student = unmet(db, plain.user_id, [asked])[asked]
    assert [(one.kind, one.actual) for one in of_student] == [("cgpa", "You have no average yet.")]
    of_teacher = unmet(db, teacher.id, [asked])[asked]
    assert [one.kind for one in of_teacher] == ["cgpa", "backlogs"]
    assert of_teacher[1].actual == "You have no record here."
    assert of_teacher[0].required == "CGPA 7.00 or more"

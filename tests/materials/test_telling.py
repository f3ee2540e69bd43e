"""Students hear of new materials: once per course and day, of what comes later when it comes, unless they mute it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from quad.academics.models.teaching import Course
from quad.core import clock
from quad.core.facts import unit
from quad.core.jobs.runtime import runtime_of
from quad.core.jobs.upkeep import Clockwork
from quad.core.mail.models import Mail
from quad.institution.models import Term
from quad.materials.models.materials import Material
from tests.materials import samples
from tests.materials.conftest import API, state_all, work

NOON = clock.now().replace(hour=12, minute=0, second=0) + timedelta(days=1)
SOON = timedelta(minutes=31)


@pytest.fixture
def tick(database):
    """Let the clock go on to a moment and the worker do what is due then."""

    def to(moment):
        with clock.travel(moment):
            with database.reader() as db:
                runtime = runtime_of(db)
            assert runtime is not None
            started = Clockwork(runtime).tick()
            work(database)
        return started

    return to


@pytest.fixture
def lines(sign_in):
    """Return what one of the people was told of materials: sentence and place, the newest first."""

    def of(name):
        found = sign_in(name).get(f"{API}/me/notifications").json["data"]
        return [(row["text"], row["url"]) for row in found if row["kind"] == "materials_new"]

    return of


def mails(database):
    with database.reader() as db:
        rows = db.scalars(select(Mail).order_by(Mail.id))
        return [mail.subject for mail in rows if mail.subject.startswith("New in")]


@pytest.mark.db
@pytest.mark.feature("M15")
def test_what_came_on_a_day_is_told_once_to_those_who_can_see_it(
    add, tick, lines, database, school
):
    with clock.travel(NOON):
        for name in ("scales.pdf", "chords.pdf"):
            add(name=name)
        add(name="reading list.pdf", offering_id=None, by="admin")
        add(name="draft.pdf", offering_id=school.other_offering, by="colleague")
    assert "materials.tell" in tick(NOON + timedelta(minutes=10))
    assert lines("asha") == [], "the teacher may not be done yet"
    assert "materials.tell" in tick(NOON + SOON)
    place = f"/courses/{school.course}/materials"
    assert lines("asha") == [("New in Music theory: scales, chords, reading list", place)]
    assert lines("bina") == [("New in Music theory: reading list, draft", place)]
    for other in ("chen", "teacher", "admin"):
        assert lines(other) == []
    assert len(mails(database)) == 2
    assert "materials.tell" not in tick(NOON + SOON), "a turn is taken once"
    with clock.travel(NOON + timedelta(hours=2)):
        later = add(name="rhythm.pdf")
    tick(NOON + timedelta(hours=4))
    assert len(lines("asha")) == 1, "once a day"
    night = (NOON + timedelta(days=1)).replace(hour=3)
    tick(night)
    assert len(lines("asha")) == 1, "and not at night"
    tick(night.replace(hour=7, minute=5))
    assert lines("asha")[0] == ("New in Music theory: rhythm", f"/materials/{later['id']}")
    assert len(lines("bina")) == 1
    tick(night.replace(hour=9))
    assert len(mails(database)) == 3


def test_what_is_seen_later_is_told_when_it_is_seen(add, tick, lines, sign_in, database):
    with clock.travel(NOON):
        hidden, later, _waiting, gone = (
            add(name=f"{name}.pdf") for name in ("hidden", "later", "waiting", "gone")
        )
        teacher = sign_in("teacher")
        day = (NOON + timedelta(days=2)).date().isoformat()
        for made, more in ((hidden, {"hidden": True}), (later, {"visible_from": day})):
            form = {"title": made["title"]} | more
            answer = teacher.put(f"{API}/materials/{made['id']}", json=form)
            assert answer.status_code == 200, answer.text
        teacher.delete(f"{API}/materials/{gone['id']}")
        work(database)
    state_all(database, "waiting")
    tick(NOON + SOON)
    assert lines("asha") == []
    state_all(database, "clean")
    tick(NOON + timedelta(hours=1))
    assert [text for text, _url in lines("asha")] == ["New in Music theory: waiting"]
    with clock.travel(NOON + timedelta(days=1)):
        form = {"title": "hidden", "hidden": False}
        assert (
            sign_in("teacher").put(f"{API}/materials/{hidden['id']}", json=form).status_code == 200
        )
    tick(NOON + timedelta(days=1, hours=1))
    assert lines("asha")[0][0] == "New in Music theory: hidden"
    tick(NOON + timedelta(days=2))
    assert lines("asha")[0][0] == "New in Music theory: later"
    with database.reader() as db:
        told = {row.title: row.told_on for row in db.scalars(select(Material))}
    assert told["gone"] is None
    assert told["later"] == (NOON + timedelta(days=2)).date()


def test_long_titles_make_a_line_that_still_fits_a_mail(add, tick, lines, database, school):
    with database.writer() as db, unit(db):
        db.get_one(Course, school.course).title = "調和" * 70
    with clock.travel(NOON):
        for number in range(4):
            add(name=f"{number} {'long ' * 30}.pdf")
    tick(NOON + SOON)
    ((text, _url),) = lines("asha")
    assert text.startswith("New in 調和調和")
    assert text.endswith(", …")
    assert mails(database) == [text]
    assert len(text) <= 300


def test_a_student_mutes_it_and_courses_of_earlier_terms_are_silent(
    add, tick, lines, sign_in, database, school
):
    chosen = {"in_app": ["materials_new"], "by_mail": []}
    asha = sign_in("asha")
    assert asha.put(f"{API}/me/notification-preferences", json=chosen).status_code == 200
    nothing = {"in_app": list[str](), "by_mail": list[str]()}
    sign_in("bina").put(f"{API}/me/notification-preferences", json=nothing)
    page = asha.get("/account/notifications").text
    assert "There are new materials in a course of mine" in page
    with clock.travel(NOON):
        add(samples.pdf(), offering_id=None, by="admin")
    tick(NOON + SOON)
    assert len(lines("asha")) == 1
    assert lines("bina") == []
    assert mails(database) == []
    with database.writer() as db, unit(db):
        for row in db.scalars(select(Material)):
            row.told_on = None
        db.scalars(select(Term)).one().is_current = False
    tick(NOON + timedelta(hours=3))
    assert len(lines("asha")) == 1

"""The numbers of requests are kept with every step and equal to a count."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select, update

from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.errors import QuadError
from quad.core.facts import attempt, unit
from quad.welfare.forms.requests import Assign, NewRequest, RejectRequest, Resolve, Why
from quad.welfare.models.requests import DayCount, Request, State
from quad.welfare.service import asking, chasing, counts, figures, handling
from quad.welfare.service.figures import Range
from tests.welfare.conftest import ANSWERS

API = "/api/v1/welfare"


def a_step(db, world, chance):
    asha, admin = actor_by_id(db, world.people.asha), actor_by_id(db, world.people.admin)
    ids = list(db.scalars(select(Request.id)))
    act = chance.randrange(7)
    if act < 2 or not ids:
        name = chance.choice(["hostel", "bonafide", "grievance"])
        form = NewRequest(answers=ANSWERS[name])
        asking.submit(db, asha, getattr(world.categories, name), form)
        return
    one = chance.choice(ids)
    [
        lambda: handling.start(db, admin, one),
        lambda: handling.assign(db, admin, one, Assign(to=f"person:{world.people.clerk}")),
        lambda: handling.resolve(db, admin, one, Resolve()),
        lambda: handling.reject(db, admin, one, RejectRequest(reason="No")),
        lambda: handling.withdraw(db, asha, one, Why()),
        lambda: handling.reopen(db, asha, one, Why()),
    ][act - 1]()


@pytest.mark.db
@pytest.mark.feature("L37", "L38", "L39")
def test_whatever_happens_the_numbers_equal_a_count_and_a_rebuild(world, database, sign_in):
    chance = Random(7)
    for _turn in range(45):
        with clock.travel(timedelta(hours=chance.randrange(48))), database.writer() as db, unit(db):
            try:
                with attempt(db):
                    a_step(db, world, chance)
            except QuadError:
                pass
    categories = list(vars(world.categories).values())
    with database.writer() as db, unit(db):
        assert counts.rebuild(db, categories) == 0
        counted = dict(
            db.execute(
                select(Request.state, func.count())
                .where(Request.confidential.is_(False))
                .group_by(Request.state)
            ).all()
        )
        admin = actor_by_id(db, world.people.admin)
        found = figures.figures(db, admin, Range())
        assert {state: n for state, n in found.by_state if n} == counted
        assert found.total == sum(part.count for part in found.by_category)
        assert found.resolved == counted.get(State.RESOLVED, 0)
        db.execute(update(DayCount).values(number=DayCount.number + 1))
    with database.writer() as db, unit(db):
        assert counts.rebuild(db, categories) > 0
        assert counts.rebuild(db, categories) == 0
        chasing.escalate_some(db, admin)
    day = clock.today().isoformat()
    whole = sign_in("admin").get(f"{API}/figures").json["data"]
    today = sign_in("admin").get(f"{API}/figures?first={day}").json["data"]
    assert 0 < today["total"] <= whole["total"] == found.total
    away = sign_in("hod_away").get(f"{API}/figures").json["data"]
    assert away["total"] == 0
    other = f"{API}/figures?department_id={world.departments.home}"
    assert sign_in("hod_away").get(other).status_code == 403
    page = sign_in("hod").get("/requests/numbers").text
    assert "Hostel" in page
    assert sign_in("admin").get("/requests/queue?waits=overdue").status_code == 200

"""Two accounts of one person, who applied for the same job with both."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from quad.careers.models.applications import Application
from tests.careers.test_applications import asked_reference, give

__all__ = ["asked_reference"]

API = "/api/v1"


@pytest.fixture
def join(as_role):
    """Let an administrator make one of two accounts."""

    def merge(kept, gone):
        answer = as_role("admin").post(f"{API}/users/{kept}/merge", json={"gone_id": gone})
        assert answer.status_code == 200, answer.text

    return merge


@pytest.fixture
def twice(asked_reference, apply_for, database):
    """Let Chen apply for the job of Asha's application; return the numbers of hers, of his and of the reference."""
    hers, reference = asked_reference
    with database.reading() as db:
        job = db.scalars(select(Application.job_id).where(Application.id == int(hers))).one()
    return hers, apply_for(job, by="chen"), reference


@pytest.mark.feature("A44", "C29")
@pytest.mark.db
def test_a_reference_for_the_dropped_application_goes_with_the_kept_one(
    twice, join, sign_in, world
):
    hers, his, reference = twice
    join(world.people.chen, world.people.asha)
    assert sign_in("officer").get(f"{API}/applications/{hers}").status_code == 404
    give(sign_in("other"), reference)
    shown = sign_in("karthik").get(f"{API}/applications/{his}").json["data"]["references"]
    assert [(one["state"], one["text"]) for one in shown] == [
        ("delivered", "She finds what others overlook.")
    ]
    assert "Olga Other" in sign_in("chen").get(f"/applications/{his}").text


@pytest.mark.feature("A44", "C29")
@pytest.mark.db
def test_somebody_asked_with_both_accounts_writes_one_reference(twice, join, sign_in, world):
    _hers, his, _reference = twice
    form = {"writer_id": str(world.people.other)}
    chen = sign_in("chen")
    assert chen.post(f"{API}/applications/{his}/references", json=form).status_code == 201
    join(world.people.chen, world.people.asha)
    shown = chen.get(f"{API}/applications/{his}").json["data"]["references"]
    assert [(one["writer"], one["state"]) for one in shown] == [("Olga Other", "requested")]
    again = chen.post(f"{API}/applications/{his}/references", json=form)
    assert again.status_code == 409


@pytest.mark.feature("A49", "C29")
@pytest.mark.db
def test_of_two_applications_for_one_job_the_further_one_stays(twice, join, sign_in, world):
    hers, his, _reference = twice
    poster = sign_in("karthik")
    moved = poster.post(f"{API}/applications/{hers}/move", json={"stage": "shortlisted"})
    assert moved.status_code == 200, moved.text
    join(world.people.chen, world.people.asha)
    own = sign_in("chen").get(f"{API}/applications").json["data"]
    assert [(one["id"], one["stage"]) for one in own] == [(str(hers), "shortlisted")]
    assert poster.get(f"{API}/applications/{his}").status_code == 404

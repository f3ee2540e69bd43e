"""The network in the matrix: who is in it, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.alumni.models.members import Achievement, Education, Member, MemberStanding, Work
from quad.alumni.service import members
from quad.core.listing.saved import SavedSearch
from quad.identity.models.accounts import User
from tests.factories import academics as make
from tests.factories.people import person

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]


def build(db: Session, people: dict[str, User]) -> Given:
    """Bring everybody into the network; the student has a job there, and one graduate waits to be verified."""
    claimed = person(db, role="alumnus", name="Clara Claim")
    record = make.student(db, name="Clara Claim")
    ids = [user.id for user in people.values()]
    members.follow(db, [*ids, claimed.id, record.user_id])

    def member(user_id: int) -> Member:
        return db.scalars(select(Member).where(Member.user_id == user_id)).one()

    claim = member(claimed.id)
    claim.standing, claim.programme_id = MemberStanding.CLAIMED, None
    mine = member(people["stu"].id).id
    work = Work(
        member_id=mine,
        company="Acme",
        company_key="acme",
        title="Intern",
        begins_on=date(2025, 1, 1),
    )
    school = Education(member_id=mine, school="Elsewhere", begins_in=2020)
    prize = Achievement(member_id=mine, title="Prize", year=2024)
    kept = SavedSearch(
        user_id=people["stu"].id,
        list_name="alumni.alumni",
        name="Kept",
        name_key="kept",
        address="/alumni?year=2020",
    )
    db.add_all([work, school, prize, kept])
    db.flush()
    return {
        "network_alumnus": member(people["alu"].id).id,
        "network_person": people["stu"].id,
        "network_claim": claim.id,
        "network_record": record.id,
        "network_work": work.id,
        "network_education": school.id,
        "network_achievement": prize.id,
        "network_kind": "work",
        "kept_search": kept.id,
    }


USUAL = {"search_id": "kept_search"}
WORDS: dict[str, str] = {}
_ENTRY = {"kind": "network_kind", "entry_id": "network_work"}
_CLAIM = {"member_id": "network_claim"}
_ALUMNUS = {"member_id": "network_alumnus"}
_ME = "/profiles/me"
OTHERS: dict[str, dict[str, str]] = {
    "/people/<int:user_id>": {"user_id": "network_person"},
    "/people/<int:user_id>/timeline": {"user_id": "network_person"},
    "/alumni/<int:member_id>": _ALUMNUS,
    "/alumni/<int:member_id>/timeline": _ALUMNUS,
    "/profiles/<int:member_id>": _ALUMNUS,
    "/alumni/verify/<int:member_id>": _CLAIM,
    "/alumni/verify/<int:member_id>/link": _CLAIM,
    "/alumni/verify/<int:member_id>/vouch": _CLAIM,
    "/alumni/verify/<int:member_id>/refuse": _CLAIM,
    "/alumni/claims/<int:member_id>": _CLAIM,
    "/alumni/claims/<int:member_id>/link": _CLAIM,
    "/alumni/claims/<int:member_id>/vouch": _CLAIM,
    "/alumni/claims/<int:member_id>/refuse": _CLAIM,
    "/profile/network/<kind>/add": _ENTRY,
    "/profile/network/<kind>/<int:entry_id>": _ENTRY,
    "/profile/network/<kind>/<int:entry_id>/remove": _ENTRY,
    f"{_ME}/work/<int:entry_id>": {"entry_id": "network_work"},
    f"{_ME}/education/<int:entry_id>": {"entry_id": "network_education"},
    f"{_ME}/achievements/<int:entry_id>": {"entry_id": "network_achievement"},
}
_JOB = {"company": "Acme", "title": "Engineer", "begins_on": "2025-02"}
_FIELDS = (
    "photo",
    *("headline", "bio", "work", "education", "achievements", "skills"),
    *("links", "location", "open", "email", "phone", "cgpa"),
)
_PRIVACY = dict.fromkeys(_FIELDS, "network")
_REFUSED = {"reason": "Nobody of this name graduated here."}


def _vouched(v: SimpleNamespace) -> Given:
    return {"programme_id": str(v.programme), "graduation_year": 2001}


FORMS: dict[str, Give] = {
    "/lists/<name>/searches": lambda _: {"name": "Mine", "address": "/alumni"},
    "/lists/searches/<int:search_id>/delete": lambda _: {"next": "/alumni"},
    "/lists/searches/<int:search_id>/rename": lambda _: {"name": "Other", "next": "/alumni"},
    "/profile/network": lambda _: {"headline": "Hello"},
    "/profile/network/<kind>/add": lambda _: dict(_JOB),
    "/profile/network/<kind>/<int:entry_id>": lambda _: dict(_JOB),
    "/profile/privacy": lambda _: {**_PRIVACY, "listed": "true"},
    "/alumni/verify/<int:member_id>/link": lambda v: {"student_id": str(v.network_record)},
    "/alumni/verify/<int:member_id>/vouch": _vouched,
    "/alumni/verify/<int:member_id>/refuse": lambda _: dict(_REFUSED),
}
_SCHOOL = {"school": "Elsewhere", "begins_in": 2020}
_PRIZE = {"title": "Prize", "year": 2024}
BODIES: dict[str, Give] = {
    "POST /me/searches": lambda _: {
        "list": "alumni.alumni",
        "name": "Mine",
        "address": "/alumni",
    },
    "PATCH /me/searches/<int:search_id>": lambda _: {"name": "Renamed"},
    f"PUT {_ME}": lambda _: {"headline": "Hello"},
    f"PUT {_ME}/privacy": lambda _: {**_PRIVACY, "listed": True},
    f"POST {_ME}/work": lambda _: dict(_JOB),
    f"PUT {_ME}/work/<int:entry_id>": lambda _: dict(_JOB),
    f"POST {_ME}/education": lambda _: dict(_SCHOOL),
    f"PUT {_ME}/education/<int:entry_id>": lambda _: dict(_SCHOOL),
    f"POST {_ME}/achievements": lambda _: dict(_PRIZE),
    f"PUT {_ME}/achievements/<int:entry_id>": lambda _: dict(_PRIZE),
    "POST /alumni/claims/<int:member_id>/link": lambda v: {"student_id": str(v.network_record)},
    "POST /alumni/claims/<int:member_id>/vouch": _vouched,
    "POST /alumni/claims/<int:member_id>/refuse": lambda _: dict(_REFUSED),
}
NAMES = {"/lists/<name>/searches": "alumni-alumni"}

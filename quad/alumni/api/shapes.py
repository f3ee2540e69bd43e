"""What the API answers about the network. A field the reader does not see is null or empty, as one nobody filled in."""

from __future__ import annotations

from datetime import date
from typing import Any

from quad.alumni.models.members import MemberStanding
from quad.alumni.service.reading import Shown
from quad.identity.models.profiles import photo_path
from quad.web.api import Number, Out, WireId


class PersonBrief(Out):
    """A person of a directory."""

    id: WireId
    user_id: WireId
    full_name: str
    photo: str | None
    is_alumnus: bool
    headline: str
    title: str
    company: str
    city: str
    country: str
    degree: str | None
    programme: str | None
    department: str | None
    campus: str | None
    graduation_year: int | None
    open_to: list[str]
    email: str


class StudiesOut(Out):
    """What the institution says; nobody can change it here."""

    degree: str
    programme: str
    department: str
    campus: str
    graduation_year: int | None


class WorkOut(Out):
    id: WireId
    company: str
    title: str
    begins_on: date
    ends_on: date | None
    city: str
    description: str
    version: int


class EducationOut(Out):
    id: WireId
    school: str
    degree: str
    subject: str
    begins_in: int
    ends_in: int | None
    description: str
    version: int


class AchievementOut(Out):
    id: WireId
    title: str
    year: int
    given_by: str
    link: str
    description: str
    version: int


class NetworkProfileOut(Out):
    id: WireId
    user_id: WireId
    full_name: str
    photo: str | None
    pronouns: str
    is_alumnus: bool
    is_student: bool
    standing: MemberStanding
    studies: StudiesOut
    headline: str | None
    bio: str | None
    city: str | None
    country: str | None
    open_to: list[str]
    email: str | None
    phone: str | None
    links: list[str]
    cgpa: Number | None
    skills: list[str]
    work: list[WorkOut]
    education: list[EducationOut]
    achievements: list[AchievementOut]


class OwnNetworkProfileOut(NetworkProfileOut):
    """The own profile, with what only its owner is told."""

    version: int
    views: int
    reason: str
    complete_percent: int
    missing: list[str]


class PrivacyOut(Out):
    """Who sees each field: network, department, connections or hidden."""

    photo: str
    headline: str
    bio: str
    work: str
    education: str
    achievements: str
    skills: str
    links: str
    location: str
    open: str
    email: str
    phone: str
    cgpa: str
    listed: bool
    named_in_views: bool
    version: int


class LookerOut(Out):
    profile_id: WireId
    full_name: str
    day: date


class LookersOut(Out):
    """Looks of the last 30 days, once for each person and day; names of those who allow it."""

    lately: int
    in_all: int
    names: list[LookerOut]


class FacetValueOut(Out):
    """`count` is null where more than 10,000 people match."""

    value: str
    label: str
    count: int | None


class ClaimBrief(Out):
    id: WireId
    full_name: str
    email: str
    register_number: str
    graduation_year: int
    standing: MemberStanding


class RecordSuggestionOut(Out):
    student_id: WireId
    full_name: str
    register_number: str
    graduation_year: int | None
    programme: str | None
    score: int
    reasons: list[str]


class ClaimOut(ClaimBrief):
    note: str | None
    reason: str
    suggestions: list[RecordSuggestionOut]


def person(row: Any) -> PersonBrief:
    """Return a listed row."""
    opens = [name for name in ("mentoring", "hiring", "speaking") if getattr(row, name)]
    photo = photo_path(row.user_id, row.photo) or None
    values = {
        **row._mapping,
        "photo": photo,
        "graduation_year": row.graduation_year or None,
        "open_to": opens,
    }
    return PersonBrief.model_validate(values)


def fields(shown: Shown, skills: list[str]) -> dict[str, Any]:
    """Return a profile as the fields of NetworkProfileOut."""
    studies = {name: getattr(shown.studies, name) for name in StudiesOut.model_fields}
    plain = set(NetworkProfileOut.model_fields) - {
        "full_name",
        "photo",
        "studies",
        "skills",
        *ENTRIES,
    }
    return {
        **{name: getattr(shown, name) for name in plain},
        "full_name": shown.name,
        "photo": shown.photo or None,
        "studies": studies,
        "skills": skills,
        **{name: [dict(row._mapping) for row in getattr(shown, name)] for name in ENTRIES},
    }


ENTRIES = ("work", "education", "achievements")

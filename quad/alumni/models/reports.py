"""SQL views for reports. They hold only what everybody in the network may see, and only people who stand in it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, literal, null, select

from quad.alumni.models.members import Achievement, Member, Seen, Work
from quad.core.db.views import view
from quad.identity.models.accounts import User
from quad.institution.models import Campus, Degree, Department, Programme
from quad.skills.models import PersonSkill, Skill, SkillCategory

NETWORK = int(Seen.NETWORK)
_IN_IT = (Member.shown == 1, Member.is_alumnus)


def _public(code: Any, value: Any) -> Any:
    """Return a value that everybody sees; nothing where it is not for everybody."""
    return case((code == NETWORK, func.nullif(value, "")), else_=null())


def shown_email(person: Any, member: Any) -> Any:
    """Return the mail address of `person`; nothing where the outer-joined `member` does not tell it to everybody."""
    return case(
        (member.id.is_(None), person.email_as_typed),
        else_=_public(member.email_seen, person.email_as_typed),
    )


def _number(model: Any, code: Any) -> Any:
    found = select(func.count(model.id)).where(model.member_id == Member.id).correlate(Member)
    return case((code == NETWORK, found.scalar_subquery()), else_=null())


def _opens(column: Any) -> Any:
    return case(((Member.open_seen == NETWORK) & column, literal(1)), else_=literal(0))


_ACTIVE = (
    select(
        Member.id.label("alumnus_id"),
        User.full_name.label("name"),
        Degree.name.label("degree"),
        Programme.name.label("programme"),
        Department.name.label("department"),
        Campus.name.label("campus"),
        func.nullif(Member.graduation_year, 0).label("graduation_year"),
        Member.standing.label("verified_by"),
        _public(Member.headline_seen, Member.headline).label("headline"),
        _public(Member.work_seen, Member.title).label("title"),
        _public(Member.work_seen, Member.company).label("company"),
        _public(Member.location_seen, Member.city).label("city"),
        _public(Member.location_seen, Member.country).label("country"),
        _opens(Member.mentoring).label("open_to_mentoring"),
        _opens(Member.hiring).label("open_to_hiring"),
        _opens(Member.speaking).label("open_to_speaking"),
        _number(Work, Member.work_seen).label("jobs"),
        _number(Achievement, Member.achievements_seen).label("achievements"),
        Member.views.label("profile_views"),
        Member.updated_at.label("changed_at"),
    )
    .join(User, User.id == Member.user_id)
    .outerjoin(Degree, Degree.id == Member.degree_id)
    .outerjoin(Programme, Programme.id == Member.programme_id)
    .outerjoin(Department, Department.id == Member.department_id)
    .outerjoin(Campus, Campus.id == Member.campus_id)
    .where(*_IN_IT)
)
ACTIVE_ALUMNI = view(
    "vw_active_alumni",
    _ACTIVE,
    about="Graduates who stand in the network, one row each, with degree, campus and figures of the profile.",
    columns={
        "alumnus_id": "Number of the profile, as in /alumni/<id>",
        "name": "Full name",
        "degree": "Degree the programme ended in",
        "programme": "Programme of the academic record",
        "department": "Department of the academic record",
        "campus": "Campus of that department",
        "graduation_year": "Year of graduation, empty where it is not known",
        "verified_by": "record (academic record) or institution (an administrator or a file)",
        "headline": "One line about the person, where everybody sees it",
        "title": "Title of the present work, where everybody sees it",
        "company": "Company of the present work, where everybody sees it",
        "city": "City, where everybody sees it",
        "country": "Country, where everybody sees it",
        "open_to_mentoring": "1 for who says so to everybody, else 0",
        "open_to_hiring": "1 for who says so to everybody, else 0",
        "open_to_speaking": "1 for who says so to everybody, else 0",
        "jobs": "How many jobs the profile names, empty where not everybody sees them",
        "achievements": "How many achievements the profile names, empty where not everybody sees them",
        "profile_views": "How often the profile was looked at, once for each person and day",
        "changed_at": "When the profile or its record last changed (UTC)",
    },
)

_BY_SKILL = (
    select(
        Member.id.label("alumnus_id"),
        User.full_name.label("name"),
        SkillCategory.name.label("skill_domain"),
        Skill.name.label("skill"),
        PersonSkill.level.label("proficiency"),
        PersonSkill.strength.label("evidence"),
        PersonSkill.endorsements.label("endorsements"),
        Department.name.label("department"),
        func.nullif(Member.graduation_year, 0).label("graduation_year"),
        _public(Member.work_seen, Member.company).label("company"),
        _public(Member.location_seen, Member.city).label("city"),
    )
    .join(User, User.id == Member.user_id)
    .join(PersonSkill, PersonSkill.person_id == Member.user_id)
    .join(Skill, Skill.id == PersonSkill.skill_id)
    .join(SkillCategory, SkillCategory.id == Skill.category_id)
    .outerjoin(Department, Department.id == Member.department_id)
    .where(*_IN_IT, Member.skills_seen == NETWORK, PersonSkill.hidden.is_(False))
)
ALUMNI_BY_SKILL = view(
    "vw_alumni_by_skill",
    _BY_SKILL,
    about="Skills of graduates that everybody sees, one row for each person and skill.",
    columns={
        "alumnus_id": "Number of the profile, as in /alumni/<id>",
        "name": "Full name",
        "skill_domain": "Category the skill belongs to",
        "skill": "Name of the skill",
        "proficiency": "1 beginner, 2 intermediate, 3 advanced, 4 expert",
        "evidence": "1 own word, 2 endorsed, 3 shown by coding, 4 shown by a course",
        "endorsements": "How many people confirm the skill",
        "department": "Department of the academic record",
        "graduation_year": "Year of graduation, empty where it is not known",
        "company": "Company of the present work, where everybody sees it",
        "city": "City, where everybody sees it",
    },
)

_CAREERS = (
    select(
        Member.id.label("alumnus_id"),
        User.full_name.label("name"),
        Degree.name.label("degree"),
        func.nullif(Member.graduation_year, 0).label("graduation_year"),
        Work.id.label("job_id"),
        Work.company.label("company"),
        Work.title.label("title"),
        func.nullif(Work.city, "").label("city"),
        Work.begins_on.label("begins_on"),
        Work.ends_on.label("ends_on"),
        case((Work.ends_on.is_(None), literal(1)), else_=literal(0)).label("is_current"),
    )
    .join(User, User.id == Member.user_id)
    .join(Work, Work.member_id == Member.id)
    .outerjoin(Degree, Degree.id == Member.degree_id)
    .where(*_IN_IT, Member.work_seen == NETWORK)
)
ALUMNI_CAREERS = view(
    "vw_alumni_careers",
    _CAREERS,
    about="The working lives of graduates who show them to everybody, one row for each job.",
    columns={
        "alumnus_id": "Number of the profile, as in /alumni/<id>",
        "name": "Full name",
        "degree": "Degree the programme ended in",
        "graduation_year": "Year of graduation, empty where it is not known",
        "job_id": "Number of the entry",
        "company": "Company",
        "title": "Title",
        "city": "City of the job",
        "begins_on": "First day of the first month",
        "ends_on": "First day of the last month; empty for a present job",
        "is_current": "1 for a present job, else 0",
    },
)

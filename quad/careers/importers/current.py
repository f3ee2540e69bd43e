"""Jobs as a file: what one can still apply for, or has not opened yet, each line as the import reads it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    String,
    case,
    func,
    literal,
    select,
    true,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import aliased
from sqlalchemy.types import TypeDecorator

from quad.audience.models import Audience
from quad.careers.forms.files import FiledState
from quad.careers.models.jobs import Job, JobSkill, PostingState
from quad.careers.policy import JOB_MANAGED
from quad.core.db.now import database_now
from quad.core.policy import Actor
from quad.identity.models.accounts import User
from quad.skills.models import Skill

BETWEEN = "\n"
AS_THEY_ARE = (
    "title", "company", "about", "kind", "workplace", "salary_min", "salary_max", "pay_period", "places", "starts_on",
    "deadline",
)  # fmt: skip


class _InOrder(TypeDecorator[str]):
    """Names that the database put together in any order, by the alphabet and with commas."""

    impl = String
    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return ", ".join(sorted(value.split(BETWEEN), key=lambda name: (name.casefold(), name)))


def _skills(*, required: bool) -> Any:
    names: ScalarSelect[Any] = (
        select(func.aggregate_strings(Skill.name, BETWEEN))
        .join(JobSkill, JobSkill.skill_id == Skill.id)
        .where(JobSkill.job_id == Job.id, JobSkill.required.is_(required))
        .correlate(Job)
        .scalar_subquery()
    )
    return type_coerce(names, _InOrder())


def _seen(actor: Actor) -> ColumnElement[bool]:
    """Who takes a whole installation along takes the drafts as well."""
    return true() if actor.id is None else JOB_MANAGED.where(actor, many=True)


def _newest() -> ColumnElement[bool]:
    """Of jobs that an import cannot tell apart, the one that it would find."""
    later = aliased(Job)
    return ~(
        select(later.id)
        .where(
            later.poster_id == Job.poster_id,
            later.sort_title == Job.sort_title,
            later.company_key == Job.company_key,
            later.live == 1,
            later.id > Job.id,
        )
        .exists()
    )


def current(actor: Actor) -> Select[*tuple[Any, ...]]:
    """Select jobs that are not over. One for certain people is a draft in the file, which cannot say for whom."""
    everybody = (
        (Audience.kinds == 0) & Audience.min_cgpa.is_(None) & Audience.max_backlogs.is_(None)
    )
    opened = (Job.state == PostingState.OPEN) & Job.only_audience.is_(False) & everybody
    return (
        select(
            *(getattr(Job, name).label(name) for name in AS_THEY_ARE),
            *(func.nullif(getattr(Job, name), "").label(name) for name in ("location", "currency")),
            User.email.label("poster"),
            User.full_name.label("poster_name"),
            _skills(required=True).label("required_skills"),
            _skills(required=False).label("nice_skills"),
            case(
                (opened, literal(FiledState.OPEN.value, String(10))),
                else_=literal(FiledState.DRAFT.value, String(10)),
            ).label("state"),
        )
        .join(User, User.id == Job.poster_id)
        .join(Audience, Audience.id == Job.audience_id)
        .where(
            _seen(actor),
            Job.live == 1,
            Job.state != PostingState.CLOSED,
            Job.deadline > database_now(),
            User.live == 1,
            _newest(),
        )
        .order_by(Job.id)
    )

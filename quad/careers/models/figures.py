"""Numbers and views that the database keeps of jobs and applications."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Integer, String, func, literal_column, select, type_coerce
from sqlalchemy.orm import Mapped, mapped_column

from quad.alumni.models.members import Member
from quad.alumni.models.reports import shown_email
from quad.careers.models.applications import Application
from quad.careers.models.jobs import COMPANY_LENGTH, Drive, Job, JobSkill, JobView, PostingState
from quad.core.counters import counter
from quad.core.cubes import cube
from quad.core.db.model import Model
from quad.core.db.types import BigId, Fixed, NormalisedKey
from quad.core.db.views import view
from quad.identity.models.accounts import User
from quad.skills.models import Skill

APPLICATIONS = counter(
    Job.applications_count, Application.job_id, while_null=(Application.withdrawn_at,)
)
VIEWS = counter(Job.views_count, JobView.job_id)


class PlacementFigures(Model):
    """Offers by year, department (0 for none), currency, yearly amount and stage (offered or hired).

    The median of a group is read from the amounts in their order, so no offer is looked at.
    """

    __tablename__ = "careers_placement_figures"
    __audited__ = False

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    department_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    currency: Mapped[str] = mapped_column(String(3), primary_key=True)
    yearly: Mapped[int] = mapped_column(Fixed(2), primary_key=True, autoincrement=False)
    stage: Mapped[str] = mapped_column(String(30), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


PLACEMENT = cube(
    PlacementFigures,
    Application,
    keys={
        "year": "{row}decided_year",
        "department_id": "{row}department_id",
        "currency": "{row}offer_currency",
        "yearly": "{row}offer_yearly",
        "stage": "{row}stage",
    },
    sums={},
    counts="{row}stage IN ('offered', 'hired')",
    watched=("decided_year", "department_id", "offer_currency", "offer_yearly", "stage"),
)


class CompanyFigures(Model):
    """Jobs that are or were on the board, by company."""

    __tablename__ = "careers_company_figures"
    __audited__ = False

    company_key: Mapped[str] = mapped_column(NormalisedKey(COMPANY_LENGTH * 3), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


COMPANIES = cube(
    CompanyFigures,
    Job,
    keys={"company_key": "{row}company_key"},
    sums={},
    counts="{row}deleted_at IS NULL AND {row}state IN ('open', 'closed')",
    watched=("company_key", "state", "deleted_at"),
)

_SKILLS = (
    select(func.aggregate_strings(Skill.name, ", "))
    .join(JobSkill, JobSkill.skill_id == Skill.id)
    .where(JobSkill.job_id == Job.id)
    .correlate(Job)
)
_OPEN: Any = (
    select(
        Job.id.label("job_id"),
        Job.title.label("title"),
        Job.company.label("company"),
        Job.kind.label("kind"),
        Job.location.label("location"),
        Job.workplace.label("workplace"),
        (type_coerce(Job.salary_min, BigInteger) / literal_column("100.0")).label("salary_min"),
        (type_coerce(Job.salary_max, BigInteger) / literal_column("100.0")).label("salary_max"),
        Job.currency.label("currency"),
        Job.pay_period.label("pay_period"),
        Job.deadline.label("deadline"),
        Job.listed_at.label("open_since"),
        User.full_name.label("poster"),
        shown_email(User, Member).label("poster_email"),
        Drive.name.label("drive"),
        _SKILLS.where(JobSkill.required).scalar_subquery().label("required_skills"),
        _SKILLS.where(JobSkill.required.is_(False)).scalar_subquery().label("nice_skills"),
        Job.views_count.label("views"),
        Job.applications_count.label("applications"),
    )
    .join(User, User.id == Job.poster_id)
    .outerjoin(Member, Member.user_id == User.id)
    .outerjoin(Drive, Drive.id == Job.drive_id)
    .where(Job.state == PostingState.OPEN, Job.deleted_at.is_(None))
)
OPEN_JOBS_VIEW = view(
    "vw_open_jobs",
    _OPEN,
    about="Jobs that are open, one row each, with who posted them and what skills they ask for.",
    columns={
        "job_id": "Number of the job",
        "title": "What it is called",
        "company": "Who offers it",
        "kind": "full_time, internship, part_time or contract",
        "location": "Where the work is done, in the poster's words",
        "workplace": "on_site, hybrid or remote",
        "salary_min": "Lowest salary, in whole units of the currency with decimals",
        "salary_max": "Highest salary, in whole units of the currency with decimals",
        "currency": "Code of the currency, three letters",
        "pay_period": "What the salary is paid for: year, month, week or hour",
        "deadline": "Last moment to apply (UTC)",
        "open_since": "When it opened (UTC)",
        "poster": "Name of who posted it",
        "poster_email": "E-mail address of who posted it, where everybody sees it",
        "drive": "Name of the placement drive it belongs to",
        "required_skills": "Names of the skills it requires, with commas between them",
        "nice_skills": "Names of the skills that are welcome, with commas between them",
        "views": "How often it was looked at, each person once a day",
        "applications": "How many applied and did not withdraw",
    },
)

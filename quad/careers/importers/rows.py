"""One job of a file on the way in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from quad.careers.forms.files import FiledState, JobRow
from quad.careers.models.jobs import COMPANY_LENGTH, NAME_LENGTH, PLACE_LENGTH, TITLE_LENGTH
from quad.core.db.types import BigId, Fixed, NormalisedKey, Utc
from quad.core.importing.models import StagedRow

WORD = 20
MOMENT = 40


class StagedJob(StagedRow):
    """One job on the way in. `deadline_typed` is the last moment as the file has it, with or without an offset."""

    __tablename__ = "careers_staged_job"

    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    sort_title: Mapped[str] = mapped_column(NormalisedKey(TITLE_LENGTH * 3))
    company: Mapped[str] = mapped_column(String(COMPANY_LENGTH))
    company_key: Mapped[str] = mapped_column(NormalisedKey(COMPANY_LENGTH * 3))
    poster: Mapped[str] = mapped_column(NormalisedKey(254))
    poster_name: Mapped[str | None] = mapped_column(String(NAME_LENGTH))
    about: Mapped[str | None] = mapped_column(Text)
    deadline_typed: Mapped[str | None] = mapped_column(String(MOMENT))
    kind: Mapped[str | None] = mapped_column(String(WORD))
    workplace: Mapped[str | None] = mapped_column(String(WORD))
    location: Mapped[str | None] = mapped_column(String(PLACE_LENGTH))
    salary_min: Mapped[Decimal | None] = mapped_column(Fixed(2))
    salary_max: Mapped[Decimal | None] = mapped_column(Fixed(2))
    currency: Mapped[str | None] = mapped_column(String(3))
    pay_period: Mapped[str | None] = mapped_column(String(WORD))
    places: Mapped[int | None] = mapped_column(Integer)
    starts_on: Mapped[date | None] = mapped_column(Date)
    required_skills: Mapped[str | None] = mapped_column(Text)
    nice_skills: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(WORD))
    deadline: Mapped[datetime | None] = mapped_column(Utc())
    unknown_skill: Mapped[str | None] = mapped_column(Text)
    poster_id: Mapped[int | None] = mapped_column(BigId)
    job_id: Mapped[int | None] = mapped_column(BigId)


SAME = (
    *("title", "company", "about", "location", "salary_min", "salary_max", "currency", "places"),
    *("starts_on", "required_skills", "nice_skills", "poster_name"),
)
WORDS = ("kind", "workplace", "pay_period")


def prepare(row: JobRow) -> Mapping[str, Any]:
    """Return what is staged of a line."""
    chosen = {name: getattr(row, name) for name in WORDS}
    return {
        **{name: getattr(row, name) for name in SAME},
        **{name: value and value.value for name, value in chosen.items()},
        "sort_title": row.title,
        "company_key": row.company,
        "poster": row.poster or "",
        "deadline_typed": row.deadline and row.deadline.isoformat(),
        "state": (row.state or FiledState.DRAFT).value,
    }

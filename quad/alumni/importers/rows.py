"""One graduate of a file on the way in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from quad.alumni.forms.files import AlumnusRow
from quad.alumni.models.members import KEY_LENGTH, WORD_LENGTH
from quad.core import clock
from quad.core.db.types import BigId, NormalisedKey
from quad.core.importing.models import StagedRow
from quad.identity.service.users import sort_name


class StagedAlumnus(StagedRow):
    """One graduate on the way in."""

    __tablename__ = "alumni_staged_alumnus"

    email: Mapped[str] = mapped_column(NormalisedKey(254))
    email_as_typed: Mapped[str] = mapped_column(String(254))
    full_name: Mapped[str | None] = mapped_column(String(160))
    sort_name: Mapped[str | None] = mapped_column(NormalisedKey(180))
    register_number: Mapped[str | None] = mapped_column(String(40))
    register_key: Mapped[str | None] = mapped_column(NormalisedKey(40))
    department_key: Mapped[str | None] = mapped_column(NormalisedKey(60))
    programme_key: Mapped[str | None] = mapped_column(NormalisedKey(60))
    graduation_year: Mapped[int | None] = mapped_column(Integer)
    title: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    company: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    company_key: Mapped[str | None] = mapped_column(NormalisedKey(KEY_LENGTH))
    begins_on: Mapped[date | None] = mapped_column(Date)
    city: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    city_key: Mapped[str | None] = mapped_column(NormalisedKey(KEY_LENGTH))
    country: Mapped[str | None] = mapped_column(String(WORD_LENGTH))
    department_id: Mapped[int | None] = mapped_column(BigId)
    programme_id: Mapped[int | None] = mapped_column(BigId)
    degree_id: Mapped[int | None] = mapped_column(BigId)
    campus_id: Mapped[int | None] = mapped_column(BigId)
    user_id: Mapped[int | None] = mapped_column(BigId)
    recorded_id: Mapped[int | None] = mapped_column(BigId)
    member_id: Mapped[int | None] = mapped_column(BigId)


def prepare(row: AlumnusRow) -> Mapping[str, Any]:
    """Return what is staged of a line; without a year, work began with graduation."""
    since = row.since or row.graduation_year or clock.today().year
    return {
        "email": row.email,
        "email_as_typed": row.email,
        "full_name": row.full_name,
        "sort_name": sort_name(row.full_name) if row.full_name else None,
        "register_number": row.register_number,
        "register_key": row.register_number,
        "department_key": row.department,
        "programme_key": row.programme,
        "graduation_year": row.graduation_year,
        "title": row.title,
        "company": row.company,
        "company_key": row.company,
        "begins_on": date(since, 1, 1) if row.company else None,
        "city": row.city,
        "city_key": row.city,
        "country": row.country,
    }

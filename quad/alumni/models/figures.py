"""Graduates counted by the year they graduated in (0 where unknown); kept by the database (core.cubes)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped, mapped_column

from quad.alumni.models.members import Member
from quad.core.cubes import cube
from quad.core.db.model import Model


class AlumniFigures(Model):
    """How many verified graduates there are of a year."""

    __tablename__ = "alumni_figures"
    __audited__ = False

    graduation_year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


ALUMNI_FIGURES = cube(
    AlumniFigures,
    Member,
    keys={"graduation_year": "{row}graduation_year"},
    sums={},
    counts="{row}deleted_at IS NULL AND {row}is_alumnus AND {row}standing IN ('record', 'institution')",
    watched=("graduation_year", "is_alumnus", "standing", "deleted_at"),
)

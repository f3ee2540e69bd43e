"""What a student has tried out in the simulator and kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core import errors
from quad.core.db.model import Row
from quad.core.db.types import BigId, NormalisedKey
from quad.core.i18n import lazy_gettext


class Scenario(Row):
    """One "what if", kept by its student. `guesses` is a `forms.simulator.Guesses` as JSON; no record knows of it."""

    __tablename__ = "academics_scenario"
    __table_args__ = (UniqueConstraint("student_id", "name_key"),)

    student_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="CASCADE")
    )
    name: Mapped[str] = mapped_column(String(80))
    name_key: Mapped[str] = mapped_column(NormalisedKey(240))
    guesses: Mapped[dict[str, Any]] = mapped_column(JSON)
    shared: Mapped[bool] = mapped_column(Boolean, default=False)


errors.constraint(
    "uq_academics_scenario_student_id_name_key",
    lazy_gettext("You have a scenario of this name already."),
    "name",
)

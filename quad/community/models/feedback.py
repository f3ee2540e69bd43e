"""Forms by which people are asked what they think, and what they answered."""

from __future__ import annotations

import enum
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.audience.models import Audience
from quad.core.counters import counter
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, Utc, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

TITLE_LENGTH = 160


class Naming(enum.StrEnum):
    """Whose name an answer bears."""

    NAMED = "named"
    ANONYMOUS = "anonymous"
    EITHER = "either"


class FeedbackForm(SoftDeleted, Versioned, Row):
    """Questions to some people, for a while. `questions` are as `core.questions.kept_question` has them.

    Without an owner it is the box that always stands open (`standing` names it): people answer it as often as they
    like. All others are answered once. `answers` is counted by the database.
    """

    __tablename__ = "community_feedback_form"
    __table_args__ = (
        UniqueConstraint("standing"),
        Index(None, "owner_id", "id"),
        Index(None, "created_at", "id"),
        Index(None, "sort_title", "id"),
        CheckConstraint("closes_at IS NULL OR closes_at > opens_at", name="closes_after_opening"),
    )

    title: Mapped[str] = mapped_column(String(TITLE_LENGTH))
    sort_title: Mapped[str] = mapped_column(NormalisedKey(TITLE_LENGTH * 2))
    about: Mapped[str] = mapped_column(Text, default="")
    owner_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), default=None
    )
    standing: Mapped[str | None] = mapped_column(String(30), default=None)
    audience_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey(Audience.id, ondelete="RESTRICT"), index=True, default=None
    )
    naming: Mapped[Naming] = mapped_column(enum_type(Naming, name="naming"), default=Naming.NAMED)
    opens_at: Mapped[datetime] = mapped_column(Utc())
    closes_at: Mapped[datetime | None] = mapped_column(Utc(), default=None)
    questions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    answers: Mapped[int] = mapped_column(Integer, default=0)


class FeedbackAnswer(Row):
    """What somebody answered, by the keys of the questions. Without `user_id` nobody can tell who it was.

    Such a row has the hour at which the form opened, and a number drawn by lot: neither tells whose turn it was.
    """

    __tablename__ = "community_feedback_answer"
    __audited__: ClassVar[bool] = False
    __table_args__ = (Index(None, "form_id", "created_at", "id"),)

    form_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("community_feedback_form.id", ondelete="RESTRICT")
    )
    user_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), index=True, default=None
    )
    given: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class FeedbackDone(Row):
    """That somebody has answered a form; not what."""

    __tablename__ = "community_feedback_done"
    __audited__: ClassVar[bool] = False
    __table_args__ = (UniqueConstraint("form_id", "user_id"), Index(None, "user_id"))

    form_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("community_feedback_form.id", ondelete="CASCADE")
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))


counter(FeedbackForm.answers, FeedbackAnswer.form_id)

constraint("uq_community_feedback_done_form_id_user_id", _l("You have told us already. Thank you."))

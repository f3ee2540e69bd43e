"""Who looks after whom: one advisor and one counsellor for each student."""

from __future__ import annotations

import enum

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row
from quad.core.db.types import BigId, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import Role


class MentorKind(enum.StrEnum):
    """What a mentor is for somebody; the words are those of the roles that allow it."""

    ADVISOR = "advisor"
    COUNSELLOR = "counsellor"

    @property
    def role(self) -> Role:
        """The role a mentor of this kind must hold."""
        return Role(self.value)


class MentorAssignment(Row):
    """`mentor_id` looks after `mentee_id`. It counts only while the mentor holds the role."""

    __tablename__ = "identity_mentor_assignment"
    __table_args__ = (
        UniqueConstraint("mentee_id", "kind"),
        Index("ix_identity_mentor_assignment_of", "mentor_id", "kind", "mentee_id"),
    )

    mentee_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )
    kind: Mapped[MentorKind] = mapped_column(enum_type(MentorKind))
    mentor_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE")
    )


constraint(
    "uq_identity_mentor_assignment_mentee_id_kind",
    _l("Somebody else assigned a mentor to this student just now."),
)

"""The network: one member for each student and graduate, and what they tell about themselves.

Name, photo, e-mail, phone, words about oneself and web addresses live in identity. Studies come from the academic
record and are copied here, so that a directory of a million people reads one table by its indexes.
"""

from __future__ import annotations

import enum
from datetime import date
from typing import Any

from sqlalchemy import (
    Boolean,
    Computed,
    Date,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    false,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.counters import counter
from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l

WORD_LENGTH = 120
KEY_LENGTH = WORD_LENGTH * 3
HEADLINE_LENGTH = 160
TEXT_LENGTH = 5_000


class Seen(enum.IntEnum):
    """Who sees a field. The numbers are kept and mean nothing else; no audience contains another."""

    HIDDEN = 0
    CONNECTIONS = 1
    DEPARTMENT = 2
    NETWORK = 3


class MemberStanding(enum.StrEnum):
    """How it is known that somebody belongs to the network."""

    RECORD = "record"
    INSTITUTION = "institution"
    CLAIMED = "claimed"
    REFUSED = "refused"


KNOWN = (MemberStanding.RECORD, MemberStanding.INSTITUTION)


def _seen(usual: Seen) -> Any:
    return mapped_column(SmallInteger, default=int(usual), server_default=str(int(usual)))


class Member(Versioned, SoftDeleted, Row):
    """One person of the network. A graduate who studies again is both alumnus and student.

    `sort_name`, the studies (`department_id` … `graduation_year`, 0 where unknown) and the present work (`title`,
    `company`) are copies. `shown` is 1 for who stands in the directories. A `…_seen` column says who sees a field.
    `register_number` is what somebody said about themselves until a record is linked.
    """

    __tablename__ = "alumni_member"
    __table_args__ = (
        Index(None, "shown", "is_alumnus", "sort_name", "id"),
        Index(None, "shown", "is_alumnus", "graduation_year", "id"),
        Index(None, "shown", "is_student", "sort_name", "id"),
        Index(None, "shown", "is_student", "graduation_year", "id"),
        Index(None, "department_id", "sort_name", "id"),
        Index(None, "programme_id", "sort_name", "id"),
        Index(None, "company_key", "id"),
        Index(None, "city_key", "id"),
        Index(None, "standing", "sort_name", "id"),
        Index(None, "register_key"),
        Index(None, "deleted_at"),
    )

    user_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT"), unique=True
    )
    student_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("academics_student.id", ondelete="SET NULL"), unique=True, default=None
    )
    sort_name: Mapped[str] = mapped_column(NormalisedKey(180))
    is_alumnus: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    is_student: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    standing: Mapped[MemberStanding] = mapped_column(enum_type(MemberStanding))
    reason: Mapped[str] = mapped_column(String(500), default="", server_default="")
    register_number: Mapped[str] = mapped_column(String(40), default="", server_default="")
    register_key: Mapped[str] = mapped_column(NormalisedKey(40), default="", server_default="")
    graduation_year: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="RESTRICT"), default=None
    )
    programme_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_programme.id", ondelete="RESTRICT"), default=None
    )
    degree_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_degree.id", ondelete="RESTRICT"), index=True, default=None
    )
    campus_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_campus.id", ondelete="RESTRICT"), index=True, default=None
    )

    headline: Mapped[str] = mapped_column(String(HEADLINE_LENGTH), default="", server_default="")
    title: Mapped[str] = mapped_column(String(WORD_LENGTH), default="", server_default="")
    company: Mapped[str] = mapped_column(String(WORD_LENGTH), default="", server_default="")
    company_key: Mapped[str] = mapped_column(
        NormalisedKey(KEY_LENGTH), default="", server_default=""
    )
    city: Mapped[str] = mapped_column(String(WORD_LENGTH), default="", server_default="")
    city_key: Mapped[str] = mapped_column(NormalisedKey(KEY_LENGTH), default="", server_default="")
    country: Mapped[str] = mapped_column(String(WORD_LENGTH), default="", server_default="")
    mentoring: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    hiring: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    speaking: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())

    listed: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    named_in_views: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    photo_seen: Mapped[int] = _seen(Seen.NETWORK)
    headline_seen: Mapped[int] = _seen(Seen.NETWORK)
    bio_seen: Mapped[int] = _seen(Seen.NETWORK)
    work_seen: Mapped[int] = _seen(Seen.NETWORK)
    education_seen: Mapped[int] = _seen(Seen.NETWORK)
    achievements_seen: Mapped[int] = _seen(Seen.NETWORK)
    skills_seen: Mapped[int] = _seen(Seen.NETWORK)
    links_seen: Mapped[int] = _seen(Seen.NETWORK)
    location_seen: Mapped[int] = _seen(Seen.NETWORK)
    open_seen: Mapped[int] = _seen(Seen.NETWORK)
    email_seen: Mapped[int] = _seen(Seen.HIDDEN)
    phone_seen: Mapped[int] = _seen(Seen.HIDDEN)
    cgpa_seen: Mapped[int] = _seen(Seen.HIDDEN)

    views: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    shown: Mapped[int] = mapped_column(
        Integer,
        Computed(
            "CASE WHEN deleted_at IS NULL AND listed AND standing IN ('record', 'institution')"
            " THEN 1 ELSE 0 END",
            persisted=True,
        ),
        nullable=True,
        sort_order=97,
    )


class Work(Versioned, Row):
    """One job somebody has or had; months are kept as their first day. Without an end it is the present one."""

    __tablename__ = "alumni_work"
    __table_args__ = (
        Index(None, "member_id", "begins_on"),
        Index(None, "company_key", "member_id"),
    )

    member_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("alumni_member.id", ondelete="CASCADE")
    )
    company: Mapped[str] = mapped_column(String(WORD_LENGTH))
    company_key: Mapped[str] = mapped_column(NormalisedKey(KEY_LENGTH))
    title: Mapped[str] = mapped_column(String(WORD_LENGTH))
    begins_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date, default=None)
    city: Mapped[str] = mapped_column(String(WORD_LENGTH), default="")
    description: Mapped[str] = mapped_column(Text, default="")


class Education(Versioned, Row):
    """Something learned elsewhere; the studies here come from the academic record."""

    __tablename__ = "alumni_education"
    __table_args__ = (Index(None, "member_id", "begins_in"),)

    member_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("alumni_member.id", ondelete="CASCADE")
    )
    school: Mapped[str] = mapped_column(String(WORD_LENGTH))
    degree: Mapped[str] = mapped_column(String(WORD_LENGTH), default="")
    subject: Mapped[str] = mapped_column(String(WORD_LENGTH), default="")
    begins_in: Mapped[int] = mapped_column(Integer)
    ends_in: Mapped[int | None] = mapped_column(Integer, default=None)
    description: Mapped[str] = mapped_column(Text, default="")


class Achievement(Versioned, Row):
    """A prize, a patent, a publication."""

    __tablename__ = "alumni_achievement"
    __table_args__ = (Index(None, "member_id", "year"),)

    member_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("alumni_member.id", ondelete="CASCADE")
    )
    title: Mapped[str] = mapped_column(String(WORD_LENGTH))
    year: Mapped[int] = mapped_column(Integer)
    given_by: Mapped[str] = mapped_column(String(WORD_LENGTH), default="")
    link: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")


class ProfileView(Row):
    """Somebody looked at a profile; once for each of them and day. Rows are counted in `Member.views`."""

    __tablename__ = "alumni_profile_view"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("member_id", "viewer_id", "day"),
        Index(None, "viewer_id"),
    )

    # No cascade: the database counts these rows.
    member_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("alumni_member.id", ondelete="RESTRICT")
    )
    viewer_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="RESTRICT")
    )
    day: Mapped[date] = mapped_column(Date)


counter(Member.views, ProfileView.member_id)

constraint("uq_alumni_member_user_id", _l("This person has a profile already."))
constraint(
    "uq_alumni_member_student_id", _l("This academic record belongs to somebody else already.")
)

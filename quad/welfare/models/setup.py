"""What an administrator declares: categories with their own fields, offices, and who gets what."""

from __future__ import annotations

import enum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from quad.core.db.model import Row, SoftDeleted, Versioned
from quad.core.db.types import BigId, NormalisedKey, enum_type
from quad.core.errors import constraint
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import Role

NAME_LENGTH = 80
LONGEST_DUE = 365


class Letter(enum.StrEnum):
    """The letter that an approved request ends in."""

    NONE = "none"
    BONAFIDE = "bonafide"
    LEAVE = "leave"


class FieldKind(enum.StrEnum):
    """What may be written into a field of a category."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    YES_NO = "yes_no"


class Target(enum.StrEnum):
    """To whom a rule gives a request."""

    PERSON = "person"
    ROLE = "role"
    ADVISOR = "advisor"
    OFFICE = "office"


class Office(SoftDeleted, Versioned, Row):
    """People who answer requests together: the hostel office, a grievance committee."""

    __tablename__ = "welfare_office"
    __table_args__ = (
        UniqueConstraint("name_key", "live"),
        Index(None, "name_key", "id"),
    )

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))


class OfficeMember(Row):
    """One person of an office."""

    __tablename__ = "welfare_office_member"
    __table_args__ = (UniqueConstraint("user_id", "office_id"),)

    office_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("welfare_office.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int] = mapped_column(BigId, ForeignKey("identity_user.id", ondelete="CASCADE"))


class Category(SoftDeleted, Versioned, Row):
    """A kind of request. `with_days` asks for the first and the last day, which excuse the absence once approved.

    A confidential category has a committee, whose members at the time of asking are the named people of a request.
    """

    __tablename__ = "welfare_category"
    __table_args__ = (
        UniqueConstraint("name_key", "live"),
        Index(None, "position", "id"),
        Index(None, "name_key", "id"),
        CheckConstraint(f"due_days BETWEEN 1 AND {LONGEST_DUE}", name="due_days_range"),
    )

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    name_key: Mapped[str] = mapped_column(NormalisedKey(NAME_LENGTH * 3))
    about: Mapped[str] = mapped_column(String(300), default="")
    icon: Mapped[str] = mapped_column(String(40), default="file-text")
    position: Mapped[int] = mapped_column(Integer, default=0)
    due_days: Mapped[int] = mapped_column(Integer, default=5)
    with_days: Mapped[bool] = mapped_column(Boolean, default=False)
    confidential: Mapped[bool] = mapped_column(Boolean, default=False)
    letter: Mapped[Letter] = mapped_column(enum_type(Letter), default=Letter.NONE)
    committee_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("welfare_office.id", ondelete="RESTRICT"), index=True, default=None
    )
    open: Mapped[bool] = mapped_column(Boolean, default=True)


class CategoryField(Row):
    """One question of a category's form. `key` names the answer in the API and stays when the label changes."""

    __tablename__ = "welfare_field"
    __table_args__ = (UniqueConstraint("category_id", "key"),)

    category_id: Mapped[int] = mapped_column(
        BigId, ForeignKey("welfare_category.id", ondelete="CASCADE")
    )
    key: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(String(120))
    hint: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[FieldKind] = mapped_column(enum_type(FieldKind))
    required: Mapped[bool] = mapped_column(Boolean, default=True)
    choices: Mapped[list[Any]] = mapped_column(JSON, default=list)


class Route(Row):
    """A rule: requests of a category (or any) from a department (or any) go to `target`."""

    __tablename__ = "welfare_route"
    __table_args__ = (Index(None, "category_id", "department_id"),)

    category_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("welfare_category.id", ondelete="CASCADE"), default=None
    )
    department_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("institution_department.id", ondelete="CASCADE"), index=True, default=None
    )
    target: Mapped[Target] = mapped_column(enum_type(Target))
    person_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("identity_user.id", ondelete="CASCADE"), index=True, default=None
    )
    role: Mapped[Role | None] = mapped_column(enum_type(Role), default=None)
    office_id: Mapped[int | None] = mapped_column(
        BigId, ForeignKey("welfare_office.id", ondelete="RESTRICT"), index=True, default=None
    )


constraint(
    "uq_welfare_category_name_key_live", _l("There is a category of this name already."), "name"
)
constraint(
    "uq_welfare_office_name_key_live", _l("There is an office of this name already."), "name"
)
constraint(
    "uq_welfare_office_member_user_id_office_id",
    _l("This person is a member of the office already."),
    "user_id",
)
constraint(
    "uq_welfare_field_category_id_key",
    _l("Somebody else added this field just now. Have a look at the list."),
)

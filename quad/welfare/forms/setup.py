"""Input of what an administrator sets up. `version` is the one the editor started from."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.accounts import Role
from quad.welfare.models.setup import LONGEST_DUE, NAME_LENGTH, FieldKind, Letter, Target

MOST_FIELDS = 30
MOST_CHOICES = 60
LONGEST_CHOICE = 80
ROUTED_ROLES = (Role.HOD, Role.ADVISOR, Role.COUNSELLOR, Role.FACULTY)

LETTERS = (
    (Letter.NONE, _l("No letter")),
    (Letter.BONAFIDE, _l("Bonafide letter")),
    (Letter.LEAVE, _l("Leave letter")),
)
FIELD_KINDS = (
    (FieldKind.TEXT, _l("A line of text")),
    (FieldKind.LONG_TEXT, _l("Long text")),
    (FieldKind.NUMBER, _l("A number")),
    (FieldKind.DATE, _l("A date")),
    (FieldKind.CHOICE, _l("One of several choices")),
    (FieldKind.YES_NO, _l("Yes or no")),
)
TARGETS = (
    (Target.OFFICE, _l("An office")),
    (Target.PERSON, _l("A person")),
    (Target.ADVISOR, _l("The student’s advisor")),
    (Target.ROLE, _l("Somebody with a role in the student’s department")),
)
# The icons that say what a category is about.
ICONS = (
    ("calendar-event", _l("Calendar")),
    ("certificate", _l("Certificate")),
    ("home", _l("House")),
    ("shield-lock", _l("Shield")),
    ("award", _l("Award")),
    ("briefcase", _l("Briefcase")),
    ("heart-rate-monitor", _l("Health")),
    ("id-badge-2", _l("Badge")),
    ("book", _l("Book")),
    ("file-text", _l("Sheet")),
)

Version = Annotated[
    int | None,
    Field(title=_l("Version"), ge=1, le=2**31 - 1, json_schema_extra={"widget": "hidden"}),
]
Name = Annotated[str, words(_l("Name"), longest=NAME_LENGTH, autocomplete="off")]


def _lines(value: Any) -> Any:
    """Choices come from a page as one text with a line for each."""
    if isinstance(value, str):
        return value.splitlines()
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0].splitlines()
    return value


def _icon(value: Any) -> Any:
    if value not in {name for name, _label in ICONS}:
        raise ValueError(_("Choose one of the icons in the list."))
    return value


def as_choices(pairs: Any) -> list[tuple[str, str]]:
    """Return (value, label) pairs as a page needs them."""
    return [(getattr(value, "value", value), str(label)) for value, label in pairs]


class CategoryForm(Form):
    name: Name
    about: Annotated[
        str,
        words(
            _l("What it is for"),
            longest=300,
            shortest=0,
            hint=_l("Students read this when they choose."),
            widget="textarea",
            rows=2,
        ),
    ] = ""
    icon: Annotated[
        str,
        BeforeValidator(_icon),
        Field(title=_l("Icon"), json_schema_extra={"choices": as_choices(ICONS)}),
    ] = "file-text"
    due_days: Annotated[
        int,
        Field(
            title=_l("Days until it is due"),
            description=_l("Counted from the day of asking."),
            ge=1,
            le=LONGEST_DUE,
        ),
    ] = 5
    letter: Annotated[
        Letter,
        Field(
            title=_l("Letter"),
            description=_l("Written when the request is resolved, with a number and a code."),
            json_schema_extra={"choices": as_choices(LETTERS)},
        ),
    ] = Letter.NONE
    with_days: Annotated[
        bool,
        Field(
            title=_l("Is a leave"),
            description=_l("Asks for the first and last day; an approved leave excuses absence."),
        ),
    ] = False
    confidential: Annotated[
        bool,
        Field(
            title=_l("Confidential"),
            description=_l("Only the student and the people of the committee see the request."),
        ),
    ] = False
    committee_id: Annotated[
        Id | None,
        Field(
            title=_l("Committee"),
            description=_l("The office whose people see a confidential request."),
        ),
    ] = None
    open: Annotated[bool, Field(title=_l("Students may ask for this"))] = True
    version: Version = None

    @model_validator(mode="after")
    def _fits(self) -> CategoryForm:
        if self.confidential and self.committee_id is None:
            raise ValueError(_("A confidential category needs a committee."))
        if self.confidential and (self.with_days or self.letter is not Letter.NONE):
            raise ValueError(
                _("A leave or a letter shows to others, so it cannot be confidential.")
            )
        if self.letter is Letter.LEAVE and not self.with_days:
            raise ValueError(_("A leave letter needs the days: tick “Is a leave”."))
        return self


class FieldForm(Form):
    label: Annotated[str, words(_l("Question"), longest=120, autocomplete="off")]
    kind: Annotated[
        FieldKind,
        Field(title=_l("Answer"), json_schema_extra={"choices": as_choices(FIELD_KINDS)}),
    ] = FieldKind.TEXT
    hint: Annotated[str, words(_l("Hint"), longest=200, shortest=0, autocomplete="off")] = ""
    choices: Annotated[
        list[str],
        BeforeValidator(_lines),
        Field(
            title=_l("Choices"),
            description=_l("One a line, for “One of several choices”."),
            max_length=MOST_CHOICES,
            json_schema_extra={"widget": "textarea", "rows": 4},
        ),
    ] = []
    required: Annotated[
        bool,
        Field(
            title=_l("Must be answered"),
            description=_l("For “Yes or no”: must be ticked."),
        ),
    ] = False

    @model_validator(mode="after")
    def _fits(self) -> FieldForm:
        choices = self.cleaned_choices()
        if self.kind is FieldKind.CHOICE and len(choices) < 2:
            raise ValueError(_("Give at least two choices, one a line."))
        if any(len(choice) > LONGEST_CHOICE for choice in choices):
            raise ValueError(_("A choice has at most %(n)s characters.", n=LONGEST_CHOICE))
        return self

    def cleaned_choices(self) -> list[str]:
        """Return the choices without empty lines and doubles; none for other kinds."""
        if self.kind is not FieldKind.CHOICE:
            return []
        return list(
            dict.fromkeys(" ".join(choice.split()) for choice in self.choices if choice.strip())
        )


class FieldOrder(Form):
    """All fields of a category, the first one first."""

    field_ids: Annotated[list[Id], Field(title=_l("Fields"), max_length=MOST_FIELDS)]


class OfficeForm(Form):
    name: Name
    version: Version = None


class MemberForm(Form):
    """The e-mail address or the user name tells who; a program may give the number."""

    user_id: Annotated[Id, Field(title=_l("Person"))]


class RouteForm(Form):
    category_id: Annotated[
        Id | None, Field(title=_l("Category"), json_schema_extra={"placeholder": _l("Any")})
    ] = None
    department_id: Annotated[Id | None, Field(title=_l("Department"))] = None
    target: Annotated[
        Target, Field(title=_l("Goes to"), json_schema_extra={"choices": as_choices(TARGETS)})
    ]
    office_id: Annotated[Id | None, Field(title=_l("Office"))] = None
    person_id: Annotated[Id | None, Field(title=_l("Person"))] = None
    role: Annotated[Role | None, Field(title=_l("Role"))] = None

    @model_validator(mode="after")
    def _fits(self) -> RouteForm:
        if self.target is Target.OFFICE and self.office_id is None:
            raise ValueError(_("Choose the office."))
        if self.target is Target.PERSON and self.person_id is None:
            raise ValueError(_("Choose the person."))
        if self.target is Target.ROLE and self.role not in ROUTED_ROLES:
            raise ValueError(_("Choose a role that people hold in a department."))
        return self

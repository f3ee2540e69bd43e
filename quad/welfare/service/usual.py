"""The categories most institutions begin with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.core.errors import Rejected
from quad.core.facts import emit
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.welfare import policy
from quad.welfare.facts import StartedWithUsualCategories
from quad.welfare.forms.setup import CategoryForm, FieldForm, MemberForm, OfficeForm
from quad.welfare.models.setup import Category, FieldKind, Letter, Office
from quad.welfare.service import categories, offices

TEXT, LONG, CHOICE = FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.CHOICE
NUMBER, DATE, TICK = FieldKind.NUMBER, FieldKind.DATE, FieldKind.YES_NO


@dataclass(frozen=True)
class Usual:
    """One of them: its name, what it is for, and (label, kind, required, choices) of its questions."""

    name: str
    about: str
    icon: str
    due_days: int
    questions: tuple[tuple[str, FieldKind, bool, tuple[str, ...]], ...]
    letter: Letter = Letter.NONE
    with_days: bool = False
    confidential: bool = False


COMMITTEE = _l("Grievance committee")
USUAL = (
    Usual(
        _l("Leave"),
        _l("Be away for some days. An approved leave excuses the classes you miss."),
        "calendar-event",
        2,
        (
            (
                _l("Kind of leave"),
                CHOICE,
                True,
                (_l("Medical"), _l("Family"), _l("Competition or conference"), _l("Other")),
            ),
            (_l("Reason"), LONG, True, ()),
            (_l("Phone while away"), TEXT, False, ()),
        ),
        letter=Letter.LEAVE,
        with_days=True,
    ),
    Usual(
        _l("Bonafide letter"),
        _l("A letter that says that you study here, for a bank, an embassy or a scholarship."),
        "certificate",
        3,
        (
            (
                _l("Purpose"),
                CHOICE,
                True,
                (
                    _l("Bank account"),
                    _l("Education loan"),
                    _l("Passport or visa"),
                    _l("Internship"),
                    _l("Scholarship"),
                    _l("Travel concession"),
                ),
            ),
            (_l("Addressed to"), TEXT, False, ()),
        ),
        letter=Letter.BONAFIDE,
    ),
    Usual(
        _l("Hostel"),
        _l("Rooms, repairs, food, and everything else about the hostel."),
        "home",
        4,
        (
            (
                _l("What is it about?"),
                CHOICE,
                True,
                (_l("Repair"), _l("Change of room"), _l("Food"), _l("Cleaning"), _l("Other")),
            ),
            (_l("Room"), TEXT, True, ()),
            (_l("What happened?"), LONG, True, ()),
            (_l("We may enter while you are out"), TICK, False, ()),
        ),
    ),
    Usual(
        _l("Grievance"),
        _l("Something is wrong and should be known to few. Only the committee reads it."),
        "shield-lock",
        7,
        (
            (_l("When did it happen?"), DATE, False, ()),
            (_l("What happened?"), LONG, True, ()),
            (_l("What would help?"), LONG, False, ()),
        ),
        confidential=True,
    ),
    Usual(
        _l("Scholarship"),
        _l("Forms to sign, proof of income, and questions about a scholarship."),
        "award",
        10,
        (
            (_l("Scholarship"), TEXT, True, ()),
            (_l("Yearly family income"), NUMBER, False, ()),
            (_l("Last day to apply"), DATE, False, ()),
            (_l("What do you need?"), LONG, True, ()),
        ),
    ),
    Usual(
        _l("Fee"),
        _l("Pay in parts, a receipt, or a payment that did not arrive."),
        "briefcase",
        5,
        (
            (
                _l("What is it about?"),
                CHOICE,
                True,
                (
                    _l("Pay in parts"),
                    _l("Receipt"),
                    _l("Payment did not arrive"),
                    _l("Money back"),
                ),
            ),
            (_l("Amount"), NUMBER, False, ()),
            (_l("Tell us more"), LONG, True, ()),
        ),
    ),
    Usual(
        _l("Other"),
        _l("Whatever fits nowhere else."),
        "file-text",
        5,
        ((_l("In one line"), TEXT, True, ()), (_l("Tell us more"), LONG, True, ())),
    ),
)


def start(db: Session, actor: Actor) -> list[int]:
    """Add the usual categories to an empty setup, in the language of who asks for them; return their numbers.

    Grievances go to a committee, which begins with who sets this up; without anybody, they wait closed for one.
    Raises Forbidden, and Rejected when there are categories already.
    """
    policy.SET_UP.require(actor)
    if db.scalar(select(Category.id).limit(1)) is not None:
        raise Rejected(_("There are categories already. Add what is missing one by one."))
    committee = _committee(db, actor)
    made = [_add(db, actor, one, committee) for one in USUAL if committee or not one.confidential]
    emit(db, StartedWithUsualCategories(actor_id=actor.id, category_ids=tuple(made)))
    return made


def _committee(db: Session, actor: Actor) -> int | None:
    name = str(COMMITTEE)
    held = select(Office.id).where(Office.name_key == name, Office.deleted_at.is_(None))
    found = db.scalar(held)
    if found is None and actor.id is not None:
        found = offices.add(db, actor, OfficeForm(name=name)).id
        offices.add_member(db, actor, found, MemberForm(user_id=actor.id))
    return found


def _add(db: Session, actor: Actor, one: Usual, committee: int | None) -> int:
    form = CategoryForm(
        name=str(one.name),
        about=str(one.about),
        icon=one.icon,
        due_days=one.due_days,
        letter=one.letter,
        with_days=one.with_days,
        confidential=one.confidential,
        committee_id=committee if one.confidential else None,
    )
    category_id = categories.add(db, actor, form).id
    for label, kind, required, choices in one.questions:
        field = FieldForm(
            label=str(label), kind=kind, required=required, choices=[str(each) for each in choices]
        )
        categories.add_field(db, actor, category_id, field)
    return category_id

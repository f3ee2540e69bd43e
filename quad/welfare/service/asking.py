"""Asking for something: the answers are checked against the category's form, and the request finds its way."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy.orm import Session

from quad.academics.models.people import Student
from quad.core import clock
from quad.core.errors import Invalid, Rejected
from quad.core.facts import emit
from quad.core.forms import Form, sentences
from quad.core.i18n import day
from quad.core.i18n import gettext as _
from quad.core.jobs.runtime import local_today
from quad.core.policy import Actor
from quad.core.taking import Taken
from quad.welfare import policy
from quad.welfare.forms.requests import ANSWER, NewRequest, Question, answers_form
from quad.welfare.models.requests import (
    TITLE_LENGTH,
    EventKind,
    NamedPerson,
    Request,
    State,
)
from quad.welfare.models.setup import FieldKind
from quad.welfare.service import attachments, categories, counts, findable, people, routing
from quad.welfare.service.categories import Asked
from quad.welfare.service.story import Step, take

LONGEST_LEAVE = 366  # days
EARLIEST = 60  # days a leave may lie back
BRIEF = 80


def own_student(db: Session, actor: Actor) -> Student:
    """Return the student record one asks with. Raises Forbidden, and Rejected when there is none (any more)."""
    policy.ASK.require(actor)
    found = db.scalar(policy.ASKING_STUDENT.visible(actor).where(Student.user_id == actor.own_id))
    if found is None:
        raise Rejected(_("Only students who study here now can ask. Write to the office instead."))
    return found


def submit(
    db: Session,
    actor: Actor,
    category_id: int,
    form: NewRequest,
    files: Sequence[Taken] = (),
) -> Request:
    """Ask for something, with files that were looked at before.

    The same `submit_key` once more gives the request that is there.
    Raises NotFound for a category one cannot ask within, Forbidden, Rejected, and Invalid with a sentence per field;
    answers are named `answers.<key>`.
    """
    known = sent_before(db, actor, form.submit_key)
    if known is not None:
        return known
    asked = categories.asked(db, actor, category_id)
    student = own_student(db, actor)
    answers = _checked(asked, form)
    named = _named_people(db, actor, asked, form.people)
    _check_days(db, asked, form)
    now = local_today(db)
    request = Request(
        category_id=asked.id,
        student_id=student.id,
        user_id=student.user_id,
        department_id=student.department_id,
        title=_title(asked, form, answers),
        answers=answers,
        first_day=form.first_day if asked.with_days else None,
        last_day=form.last_day if asked.with_days else None,
        confidential=asked.confidential,
        asked_on=now,
        due_on=now + timedelta(days=asked.due_days),
        submit_key=form.submit_key or secrets.token_hex(16),
        created_at=clock.now(),
        state=State.SUBMITTED,
    )
    db.add(request)
    db.flush()
    db.add_all(NamedPerson(request_id=request.id, user_id=one) for one in named)
    db.flush()
    place = routing.place_for(db, request)
    if request.confidential:
        person = place.person_id if place.person_id in named else None
        place = routing.Place(person, asked.committee_id)
    request.office_id, request.assignee_id = place.office_id, place.person_id
    attachments.keep(db, actor, request, files)
    findable.index_request(db, request)
    counts.came(db, request)
    told = people.responsible(db, request) if place.person_id is None else ()
    emit(db, take(db, actor, request, Step(EventKind.SUBMITTED, office_id=place.office_id), told))
    if place.person_id is not None:
        step = Step(EventKind.ASSIGNED, State.ASSIGNED, person_id=place.person_id)
        emit(db, take(db, actor, request, step, [place.person_id]))
    return request


def sent_before(db: Session, actor: Actor, submit_key: str) -> Request | None:
    """Return the request that this key made already."""
    if not submit_key:
        return None
    return db.scalar(policy.OWN.visible(actor).where(Request.submit_key == submit_key))


def _checked(asked: Asked, form: NewRequest) -> list[list[Any]]:
    """Return the answers as they are kept, in the order of the questions."""
    kind = answers_form(asked.questions)
    given = {ANSWER + key: value for key, value in form.answers.items()}
    try:
        data = kind.model_validate_json(orjson.dumps(given, default=str), strict=True)
    except ValidationError as error:
        wrong = sentences(error, kind)
        raise Invalid(
            {f"answers.{name.removeprefix(ANSWER)}": said for name, said in wrong.items()}
        ) from error
    except TypeError as error:
        raise Invalid({"answers": _("These answers could not be read.")}) from error
    return [
        [question.key, question.label, question.kind.value, _kept(data, question)]
        for question in asked.questions
    ]


def _kept(data: Form, question: Question) -> Any:
    value = getattr(data, ANSWER + question.key)
    if isinstance(value, Decimal | date):
        return str(value)
    return value


def _named_people(db: Session, actor: Actor, asked: Asked, wanted: Sequence[int]) -> list[int]:
    """Return who sees a confidential request: those of the committee whom the student did not leave out."""
    if not asked.confidential or asked.committee_id is None:
        return []
    committee = {one for one in people.of_office(db, asked.committee_id) if one != actor.id}
    if not committee:
        raise Rejected(_("Nobody is in the committee at the moment. Please tell the office."))
    if not wanted:
        return sorted(committee)
    if not set(wanted) <= committee:
        raise Invalid({"people": _("Choose people of the committee only.")})
    return sorted(set(wanted))


def _check_days(db: Session, asked: Asked, form: NewRequest) -> None:
    if not asked.with_days:
        return
    first, last = form.first_day, form.last_day
    if first is None or last is None:
        missing = {"first_day": first, "last_day": last}
        needed = _("Please fill this in.")
        raise Invalid({name: needed for name, value in missing.items() if value is None})
    if last < first:
        raise Invalid({"last_day": _("The last day comes before the first one.")})
    if (last - first).days >= LONGEST_LEAVE:
        raise Invalid({"last_day": _("A leave lasts at most %(n)s days.", n=LONGEST_LEAVE)})
    if (local_today(db) - first).days > EARLIEST:
        sentence = _("The first day may be at most %(n)s days ago.", n=EARLIEST)
        raise Invalid({"first_day": sentence})


def _title(asked: Asked, form: NewRequest, answers: list[list[Any]]) -> str:
    """Make the line by which a request is known: the days of a leave, or the first brief answer."""
    if asked.with_days and form.first_day and form.last_day:
        span = (
            day(form.first_day)
            if form.first_day == form.last_day
            else _("%(first)s to %(last)s", first=day(form.first_day), last=day(form.last_day))
        )
        return f"{asked.name}: {span}"[:TITLE_LENGTH]
    brief = (FieldKind.CHOICE.value, FieldKind.TEXT.value, FieldKind.LONG_TEXT.value)
    for kind in brief:
        for _key, _label, its_kind, value in answers:
            if its_kind == kind and value:
                line = " ".join(str(value).split())
                short = line if len(line) <= BRIEF else line[: BRIEF - 1].rstrip() + "…"
                return f"{asked.name}: {short}"[:TITLE_LENGTH]
    return asked.name

"""Keeping an audience: the same people are kept once, however often they are meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from quad.audience.forms import FIELDS, AudienceIn
from quad.audience.models import Audience, AudienceTerm, Trait
from quad.audience.service.naming import TABLES, known
from quad.audience.service.understanding import Wanted, understood
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.skills.service.finding import names_of


def save(db: Session, form: AudienceIn, audience_id: int | None = None) -> int:
    """Return the number of the audience that `form` describes; made when it is not there.

    `audience_id` is what the thing had before. It comes back when nothing else is meant now, even if something it names
    was deleted since; otherwise another number does, which the caller keeps instead: an audience never changes under
    those who share it. Raises Invalid (the fields `for_…`) for what is not there.
    """
    wanted = understood(db, form)
    there = select(Audience.id).where(Audience.fingerprint == wanted.fingerprint())
    found = db.scalar(there)
    if found is not None and found == audience_id:
        return found
    _refuse_unknown(db, wanted)
    if found is not None:
        return found
    try:
        with db.begin_nested():
            return _add(db, wanted)
    except IntegrityError:  # somebody meant the same people a moment earlier
        return db.scalars(there).one()


def _add(db: Session, wanted: Wanted) -> int:
    row = Audience(
        fingerprint=wanted.fingerprint(),
        kinds=len(wanted.values),
        min_cgpa=wanted.min_cgpa,
        max_backlogs=wanted.max_backlogs,
    )
    db.add(row)
    db.flush()
    terms = wanted.terms()
    if terms:
        db.execute(
            insert(AudienceTerm),
            [
                {"audience_id": row.id, "kind": kind, "value": value, "word": word}
                for kind, value, word in terms
            ],
        )
    return row.id


def _refuse_unknown(db: Session, wanted: Wanted) -> None:
    asked = {trait: set(values) for trait, values in wanted.values.items() if trait in TABLES}
    names = known(db, asked)
    wrong = {
        FIELDS[trait]: _("Choose from the list: one of these is not there any more.")
        for trait, values in asked.items()
        if not values <= names[trait].keys()
    }
    if wrong:
        raise Invalid(wrong)


def values_of(db: Session, audience_id: int | None) -> Mapping[str, Any]:
    """Return an audience as the fields of the form hold it, for a form that changes it. Nothing for None: everyone."""
    if audience_id is None:
        return {}
    row = db.get_one(Audience, audience_id)
    found: dict[str, Any] = {
        "for_min_cgpa": row.min_cgpa,
        "for_max_backlogs": row.max_backlogs,
        **{field: [] for field in FIELDS.values()},
    }
    terms = db.execute(
        select(AudienceTerm.kind, AudienceTerm.value, AudienceTerm.word)
        .where(AudienceTerm.audience_id == audience_id)
        .order_by(AudienceTerm.kind, AudienceTerm.value, AudienceTerm.word)
    )
    for kind, value, word in terms:
        found[FIELDS[kind]].append(word or value)
    skills = FIELDS[Trait.SKILL]
    if found[skills]:
        found[skills] = list(names_of(db, found[skills]).values())
    return found


def form_of(db: Session, audience_id: int) -> AudienceIn:
    """Return an audience as the input that made it."""
    return AudienceIn.model_validate(values_of(db, audience_id), strict=False)

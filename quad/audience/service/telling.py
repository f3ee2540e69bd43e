"""How many people an audience reaches, as far as whoever asks may know.

A count over few people, or two counts with thresholds a little apart, would tell one person's average. So everybody but
the administration and the placement office is told no number below `FEW`, and steps of `FEW` where records are read.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from quad.audience import policy
from quad.audience.forms import AudienceIn
from quad.audience.service.meeting import CAP, reach
from quad.core.i18n import gettext as _
from quad.core.i18n import ngettext, number
from quad.core.policy import Actor

FEW = 10


@dataclass(frozen=True)
class Told:
    """`count` is None for so few that it is not told; `exact` false means about, or more than, so many."""

    count: int | None
    exact: bool
    sentence: str


def told(db: Session, actor: Actor, form: AudienceIn) -> Told:
    """Count whom a form would reach. Raises Forbidden, SignedOut."""
    policy.ASK.require(actor)
    count = reach(db, form)
    if count > CAP:
        return Told(CAP, False, _("Reaches more than %(count)s people.", count=number(CAP)))
    if policy.SEE_EXACTLY.may(actor) or not _reads_records(form):
        return Told(count, True, _exactly(count))
    if count < FEW:
        return Told(None, False, _("Reaches fewer than %(count)s people.", count=FEW))
    about = count // FEW * FEW
    return Told(about, False, _("Reaches about %(count)s people.", count=number(about)))


def _exactly(count: int) -> str:
    if not count:
        return _("Reaches nobody.")
    return ngettext("Reaches %(num)s person.", "Reaches %(num)s people.", count)


def _reads_records(form: AudienceIn) -> bool:
    """Tell whether the count says something that is on no list of people: averages, backlogs, skills."""
    return bool(
        form.for_min_cgpa is not None or form.for_max_backlogs is not None or form.for_skills
    )

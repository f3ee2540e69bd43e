"""The promotion rule of a programme, and how long a promotion may be undone."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.academics.facts.promotion import PromotionRuleChanged
from quad.academics.forms.promotion import RuleForm
from quad.academics.models.promotion import PromotionRule
from quad.academics.policy import promotion as policy
from quad.academics.service.promotion.judging import Rule
from quad.core.errors import EditedMeanwhile
from quad.core.facts import emit
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.settings import Setting, between
from quad.institution.models import Programme

LONGEST = 365


UNDO_DAYS = Setting(
    key="academics.promotion.undo_days",
    label=_l("A promotion may be undone for, in days"),
    hint=_l("While nothing depends on it. 0 never."),
    default=14,
    kind="int",
    group=_l("Promotion"),
    check=between(0, LONGEST, _l("Write a number of days from %(least)s to %(most)s.")),
)
CONDITIONS = (
    "most_backlogs",
    "credits_a_semester",
    "least_cgpa",
    "graduation_cgpa",
    "dues_hold",
    "open_results_hold",
)


def stored(db: Session, programme_id: int) -> PromotionRule | None:
    """Return what was set for a programme; None while the usual rule holds."""
    return db.scalar(select(PromotionRule).where(PromotionRule.programme_id == programme_id))


def rule_of(db: Session, programme: Programme) -> Rule:
    """Return the rule a programme's students are judged by (one query)."""
    row = stored(db, programme.id)
    conditions = {name: getattr(row, name) for name in CONDITIONS} if row is not None else {}
    return Rule(
        semesters=programme.duration_terms,
        credits_required=programme.credits_required,
        **conditions,
    )


def read(db: Session, actor: Actor, programme_id: int) -> tuple[Programme, Rule, int]:
    """Return a programme with its rule and the rule's version (0 while nothing was set). Raises NotFound."""
    programme = policy.RULE_READ.get(db, actor, programme_id)
    row = stored(db, programme_id)
    return programme, rule_of(db, programme), row.version if row else 0


def change(db: Session, actor: Actor, programme_id: int, form: RuleForm) -> Rule:
    """Set the rule of a programme; previews made before keep the rule they were made with until they are made again.

    Raises NotFound, Forbidden, EditedMeanwhile.
    """
    programme = policy.RULE_CHANGE.get(db, actor, programme_id, read=policy.RULE_READ, lock=True)
    row = stored(db, programme_id)
    if row is None:
        row = PromotionRule(programme_id=programme_id)
        db.add(row)
    elif form.version is not None and form.version != row.version:
        raise EditedMeanwhile
    for name in CONDITIONS:
        setattr(row, name, getattr(form, name))
    db.flush()
    emit(db, PromotionRuleChanged(actor_id=actor.id, programme_id=programme_id))
    return rule_of(db, programme)

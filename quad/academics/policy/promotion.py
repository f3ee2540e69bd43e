"""Who moves batches up, and who flags dues."""

from __future__ import annotations

from sqlalchemy import select

from quad.academics.models.people import Student
from quad.academics.models.promotion import Dues, Promotion, PromotionLine
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import EVERYTHING, NOTHING, Actor, Branches, Gate, Permission
from quad.institution.models import Programme


def _admin(actor: Actor) -> Branches:
    return EVERYTHING if actor.has("admin") else NOTHING


def _seen_runs(actor: Actor) -> Branches:
    """Heads see how it went in their department; the administration does it."""
    if actor.has("admin"):
        return EVERYTHING
    departments = actor.departments("hod")
    return (Promotion.department_id.in_(departments),) if departments else NOTHING


def _seen_lines(actor: Actor) -> Branches:
    branches = _seen_runs(actor)
    if branches is EVERYTHING or not branches:
        return branches
    return (PromotionLine.promotion_id.in_(select(Promotion.id).where(*branches)),)


def _flaggable(actor: Actor) -> Branches:
    if actor.has("admin"):
        return EVERYTHING
    departments = actor.departments("hod")
    return (Student.department_id.in_(departments),) if departments else NOTHING


def _seen_dues(actor: Actor) -> Branches:
    branches = _flaggable(actor)
    if branches is EVERYTHING or not branches:
        return branches
    return (Dues.student_id.in_(select(Student.id).where(*branches)),)


PROMOTION_READ = Permission(
    "academics.promotion.read", _l("See how a batch was moved up"), Promotion, _seen_runs
)
PROMOTION_RUN = Permission(
    "academics.promotion.run", _l("Apply, undo or discard a promotion"), Promotion, _admin
)
PROMOTION_START = Gate(
    "academics.promotion.start", _l("Move a batch up"), lambda actor: actor.has("admin")
)
PROMOTION_LIST = Gate(
    "academics.promotion.list",
    _l("Open the list of promotions"),
    lambda actor: actor.has("admin", "hod"),
)
LINE_READ = Permission(
    "academics.promotion.line.read",
    _l("See what becomes of a student in a promotion"),
    PromotionLine,
    _seen_lines,
)
LINE_OVERRIDE = Permission(
    "academics.promotion.line.override",
    _l("Decide otherwise than the promotion rule"),
    PromotionLine,
    _admin,
)
RULE_READ = Permission(
    "academics.promotion.rule.read",
    _l("See a programme’s promotion rule"),
    Programme,
    lambda _actor: EVERYTHING,
)
RULE_CHANGE = Permission(
    "academics.promotion.rule.change",
    _l("Change a programme’s promotion rule"),
    Programme,
    _admin,
)
DUES_READ = Permission("academics.dues.read", _l("See a dues flag"), Dues, _seen_dues)
DUES_SET = Permission(
    "academics.dues.set", _l("Set and clear a student’s dues flag"), Student, _flaggable
)
DUES_CLEAR = Permission("academics.dues.clear", _l("Clear a dues flag"), Dues, _seen_dues)
DUES_LIST = Gate(
    "academics.dues.list",
    _l("Open the list of dues"),
    lambda actor: actor.has("admin", "hod"),
)
DUES_IMPORT = Gate("academics.dues.import", _l("Import dues"), lambda actor: actor.has("admin"))

"""The groups somebody belongs to, by which posts are meant for some: departments, programmes, batches."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.audience.forms import FIELDS, AudienceIn
from quad.audience.models import Trait
from quad.audience.service.keeping import save, values_of
from quad.audience.service.naming import known
from quad.audience.service.traits import tokens
from quad.community.forms.posts import FOLLOWERS, MEMBERS
from quad.community.kinds import VISIBILITIES
from quad.community.models.posts import Post, PostVisibility
from quad.core.errors import Invalid
from quad.core.i18n import gettext as _
from quad.core.policy import Actor

GROUPS = (Trait.DEPARTMENT, Trait.PROGRAMME, Trait.BATCH)
Whom = tuple[PostVisibility, int | None]


def own_groups(db: Session, user_id: int) -> dict[Trait, list[int]]:
    """Return the numbers of somebody's groups by kind (one query)."""
    had = tokens(user_id).subquery("had")
    query = (
        select(had.c.kind, had.c.value)
        .where(had.c.kind.in_([trait.value for trait in GROUPS]))
        .distinct()
        .order_by(had.c.kind, had.c.value)
    )
    found: dict[Trait, list[int]] = {}
    for kind, number in db.execute(query):
        found.setdefault(Trait(kind), []).append(number)
    return found


def own_department(db: Session, user_id: int) -> int | None:
    """Return the department somebody belongs to, the one with the lowest number of several."""
    return next(iter(own_groups(db, user_id).get(Trait.DEPARTMENT, [])), None)


def choices(db: Session, actor: Actor) -> list[tuple[str, str]]:
    """Return for whom one may write, as pairs of a word and its name (two queries)."""
    groups = own_groups(db, actor.own_id)
    names = known(db, groups)
    found = [
        (MEMBERS, str(VISIBILITIES[PostVisibility.MEMBERS])),
        (FOLLOWERS, str(VISIBILITIES[PostVisibility.FOLLOWERS])),
    ]
    for trait in GROUPS:
        for number in groups.get(trait, ()):
            name = names.get(trait, {}).get(number)
            if name:
                found.append((f"{trait.value}-{number}", name))
    return found


def whom(db: Session, actor: Actor, who: str, audience_id: int | None = None) -> Whom:
    """Return visibility and audience of a post. Raises Invalid (`who`) for a group that is not one's own.

    `audience_id` is what the post has now: it stays when nothing else is meant, also for who left that group.
    """
    if who in (MEMBERS, FOLLOWERS):
        return PostVisibility(who), None
    kind, _dash, number = who.partition("-")
    trait, group = Trait(kind), int(number)
    if audience_id is not None and who_of(db, PostVisibility.GROUP, audience_id) == who:
        return PostVisibility.GROUP, audience_id
    if group not in own_groups(db, actor.own_id).get(trait, []):
        raise Invalid({"who": _("Choose one of your own groups.")})
    values: dict[str, Any] = {FIELDS[trait]: [group]}
    return PostVisibility.GROUP, save(db, AudienceIn(**values))


def who_of(db: Session, visibility: PostVisibility, audience_id: int | None) -> str:
    """Return for whom a post is, as the form says it."""
    if audience_id is None:
        return visibility.value
    values = values_of(db, audience_id)
    for trait in GROUPS:
        for number in values.get(FIELDS[trait], ()):
            return f"{trait.value}-{number}"
    return MEMBERS


def standing_of(db: Session, post: Post) -> str:
    """Return for whom a post is, as the form says it."""
    return who_of(db, post.visibility, post.audience_id)

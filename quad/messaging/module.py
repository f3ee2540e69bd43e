"""What messages add to the product."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.alumni.models.members import Member
from quad.core.i18n import lazy_gettext as _l
from quad.core.policy import Actor
from quad.core.search.searchable import Searchable, Through
from quad.identity.models.accounts import SEARCHED_AS
from quad.messaging import jobs, listeners, policy
from quad.messaging.api import messages as messages_api
from quad.messaging.models.conversations import Side
from quad.messaging.service import finding, settings
from quad.messaging.service.keeping import DERIVED, MERGES, OWN_DATA
from quad.messaging.service.live import unread_count
from quad.messaging.views import blueprint, inbox, talking
from quad.web.module import Badge, Module, Nav, Panel

PEOPLE = _l("People")


def _of_member(db: Session, actor: Actor, member_id: int) -> Mapping[str, Any] | None:
    """Return whom one may write to from this profile; None for oneself and those one may not."""
    person_id = db.scalar(select(Member.user_id).where(Member.id == member_id))
    if person_id is None or not policy.WRITE_TO.allowed(db, actor, [person_id]):
        return None
    return {"endpoint": "messaging.compose", "values": {"person_id": person_id}}


def _of_student(_db: Session, actor: Actor, student_id: int) -> Mapping[str, Any] | None:
    """Staff write to everybody, so that the record of a student asks nothing; where it leads asks."""
    if not actor.has(*policy.STAFF):
        return None
    return {"endpoint": "messaging.compose_to_student", "values": {"student_id": student_id}}


MODULE = Module(
    "messaging",
    blueprints=(blueprint.bp, messages_api.bp),
    nav=(Nav(_l("Messages"), "messaging.index", "messages", PEOPLE, badge="messages", order=50),),
    panels=(
        Panel("member", "messaging/panel.html", _of_member, order=5),
        Panel("student", "messaging/panel.html", _of_student, order=5),
    ),
    badges=(Badge("messages", unread_count),),
    searchables=(
        Searchable(
            finding.CONVERSATIONS,
            _l("Conversations"),
            policy.SIDE,
            lambda db, ids: (),
            icon="message",
            list_url="/messages",
            order=18,
            through=Through(
                SEARCHED_AS,
                Side.other_id,
                Side.conversation_id,
                lambda conversation_id: f"/messages/{conversation_id}",
            ),
        ),
        Searchable(
            finding.FOUND,
            _l("Messages"),
            policy.FOUND,
            finding.documents,
            icon="messages",
            list_url="/messages",
            order=90,
            pieces=True,
        ),
    ),
    merges=MERGES,
    own_data=(OWN_DATA,),
    derived=DERIVED,
    label=_l("Messages"),
    parts=(jobs, listeners, inbox, talking, settings),
)

"""What the community adds to the product."""

from __future__ import annotations

from quad.community import jobs, listeners, policy
from quad.community.api import feedback as feedback_api
from quad.community.api import follows as follows_api
from quad.community.api import posts as posts_api
from quad.community.kinds import FOUND
from quad.community.lists.timeline import TIMELINE
from quad.community.service import findable, following, reading, waiting
from quad.community.service.keeping import MERGES, OWN_DATA
from quad.community.views import blueprint, feed, feedback, moderation, posts
from quad.community.views import following as following_views
from quad.core.i18n import lazy_gettext as _l
from quad.core.search.searchable import Searchable
from quad.identity.models.accounts import Role
from quad.web.module import Badge, Card, Module, Nav, Panel, Preview

CAMPUS_LIFE = _l("Campus life")
EVERYBODY = frozenset(role.value for role in Role)

MODULE = Module(
    "community",
    blueprints=(blueprint.bp, posts_api.bp, feedback_api.bp, follows_api.bp),
    nav=(
        Nav(
            _l("Community"),
            "community.index",
            "messages",
            CAMPUS_LIFE,
            badge="community",
            order=58,
        ),
        Nav(_l("Feedback"), "community.asked", "bulb", CAMPUS_LIFE, order=64),
    ),
    cards=(
        Card(
            "new-posts",
            "community/card.html",
            reading.newest,
            EVERYBODY,
            width=6,
            order=62,
            later=True,
        ),
    ),
    panels=(
        Panel("member", "community/panel.html", reading.of_member, order=70, wide=True),
        Panel("department", "community/follow_panel.html", following.of_department, order=20),
        Panel("skill", "community/follow_panel.html", following.of_skill, order=20),
        Panel("connections", "community/followed.html", following.beside_people),
    ),
    badges=(
        Badge("community", waiting.waiting_count),
        Badge(waiting.BADGE, waiting.approvals_count),
    ),
    approvals=waiting.APPROVALS,
    searchables=(
        Searchable(
            FOUND,
            _l("Posts"),
            policy.SHOW,
            findable.documents,
            icon="messages",
            order=55,
            tokens=findable.tokens,
        ),
    ),
    previews=(Preview("skill_merge", following.effects_of_merge),),
    merges=MERGES,
    own_data=(OWN_DATA,),
    timeline=TIMELINE,
    label=_l("Community"),
    parts=(jobs, listeners, feed, feedback, following_views, moderation, posts),
)

"""Input of posts, comments, and of those who look after them."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from quad.community.models.posts import REASON_LENGTH, PostVisibility
from quad.core.forms import Form, Id, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.skills.forms import SkillNames

LONGEST_POST = 5_000
LONGEST_COMMENT = 2_000
MOST_SKILLS = 5
MEMBERS, FOLLOWERS = PostVisibility.MEMBERS.value, PostVisibility.FOLLOWERS.value
# Who sees a post: a word, or a kind of group with its number.
WHO = re.compile(r"members|followers|(?:department|programme|batch)-[1-9][0-9]{0,17}")


def _who(given: str) -> str:
    if not WHO.fullmatch(given):
        raise ValueError(_("Choose one of the values in the list."))
    return given


Who = Annotated[
    str,
    AfterValidator(_who),
    Field(
        title=_l("Who sees it"),
        description=_l("Of groups only your own are there."),
        json_schema_extra={"widget": "select", "pattern": f"^(?:{WHO.pattern})$"},
    ),
]


class EditPost(Form):
    """A post: Markdown, with people as @first.last and addresses as they are."""

    text: Annotated[
        str,
        words(
            _l("Your post"),
            hint=_l("Markdown works. Name people as @first.last; addresses become links."),
            longest=LONGEST_POST,
            widget="textarea",
            rows=4,
        ),
    ]
    who: Who = MEMBERS
    alt: Annotated[
        str,
        words(_l("What the pictures show"), longest=200, shortest=0),
    ] = ""
    skills: Annotated[
        SkillNames,
        Field(
            title=_l("Skills it is about"),
            description=_l("At most five. Who follows one of them has the post in their feed."),
        ),
    ] = []


class NewPost(EditPost):
    """A new post."""


class ChangedPost(EditPost):
    """A post with another text, for the people of `who`. Pictures in `drop` go; without `skills` those it has stay."""

    who: Who
    drop: Annotated[
        list[Id], Field(title=_l("Remove these pictures"), max_length=20, json_schema_extra={})
    ] = []
    version: Annotated[
        int | None, Field(title=_l("Version"), json_schema_extra={"widget": "hidden"})
    ] = None


def _text(hint: str = "") -> Any:
    return words(_l("Your comment"), hint=hint, longest=LONGEST_COMMENT, widget="textarea", rows=2)


class NewComment(Form):
    """A comment, or with `parent_id` an answer to one."""

    text: Annotated[str, _text()]
    parent_id: Annotated[
        Id | None, Field(title=_l("Answers"), json_schema_extra={"widget": "hidden"})
    ] = None


class ChangedComment(Form):
    """A comment with another text."""

    text: Annotated[str, _text()]


class HideThing(Form):
    """Why others do not see something any more. Its author reads this."""

    reason: Annotated[
        str,
        words(
            _l("Reason"),
            hint=_l("The author reads this."),
            longest=REASON_LENGTH,
            widget="textarea",
            rows=2,
        ),
    ]


class AppealHiding(Form):
    """Why a moderator should look again."""

    text: Annotated[
        str,
        words(
            _l("Why should we look again?"),
            hint=_l("You can ask once."),
            longest=REASON_LENGTH,
            widget="textarea",
            rows=3,
        ),
    ]

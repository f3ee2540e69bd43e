"""What the API answers about the community."""

from __future__ import annotations

from quad.community.models.feedback import Naming
from quad.community.models.posts import PostVisibility, ShownState
from quad.web.api import Moment, Number, Out, WireId


class PostPictureOut(Out):
    id: WireId
    alt: str
    url: str


class PostSkillOut(Out):
    """A skill that a post is about."""

    id: WireId
    name: str


class PostBrief(Out):
    """A post in a list; `text` is Markdown."""

    id: WireId
    author_id: WireId
    author: str
    text: str
    visibility: PostVisibility
    state: ShownState
    created_at: Moment
    edited_at: Moment | None
    likes: int
    comments: int
    version: int


class PostOut(PostBrief):
    """One post. `group` names the group it is for; `reason` says why a moderator hid it."""

    group: str
    reason: str
    liked: bool
    mine: bool
    pictures: list[PostPictureOut]
    skills: list[PostSkillOut]


class CommentOut(Out):
    """A comment; `parent_id` is the one it answers."""

    id: WireId
    post_id: WireId
    parent_id: WireId | None
    author_id: WireId
    author: str
    text: str
    state: ShownState
    created_at: Moment
    edited_at: Moment | None
    likes: int


class QueuedThingOut(Out):
    """A post or comment that waits for a moderator."""

    kind: str
    id: WireId
    post_id: WireId
    author_id: WireId
    author: str
    text: str
    state: ShownState
    reason: str
    appeal: str
    queued_at: Moment
    reports: list[tuple[str, str]]


class FeedbackBrief(Out):
    """A form one is asked to answer."""

    id: WireId
    title: str
    closes_at: Moment | None
    naming: Naming
    answered: bool


class FeedbackQuestionOut(Out):
    """`key` names the answer."""

    key: str
    label: str
    kind: str
    required: bool
    choices: list[str]


class FeedbackFormOut(Out):
    """One form with its questions."""

    id: WireId
    title: str
    about: str
    naming: Naming
    opens_at: Moment
    closes_at: Moment | None
    open: bool
    answered: bool
    answers: int
    questions: list[FeedbackQuestionOut]


class FeedbackOutcomeOut(Out):
    """What was answered to one question: how often each answer, or the words with their names.

    With `few` only their number is told: who answered could be guessed.
    """

    label: str
    kind: str
    count: int
    counts: list[tuple[str, int]]
    average: Number | None
    words: list[tuple[str, str]]
    few: bool


class FeedbackResultsOut(Out):
    """With fewer than `least` answers only their number is told."""

    count: int
    least: int
    shown: bool
    outcomes: list[FeedbackOutcomeOut]


class FeedbackManagedOut(Out):
    """A form in the list of those who run them."""

    id: WireId
    title: str
    opens_at: Moment
    closes_at: Moment | None
    answers: int
    owner: str

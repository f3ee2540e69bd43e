"""The community in the matrix: what there is, and what is sent."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.community.forms.feedback import FeedbackFormIn, FeedbackGivenIn, FeedbackQuestionIn
from quad.community.forms.posts import HideThing, NewComment, NewPost
from quad.community.models.posts import PostPicture
from quad.community.service import answering, asking, commenting, moderating, writing
from quad.community.service.pictures import PICTURE as PURPOSE
from quad.core.acting import actor_by_id
from quad.core.config import Settings
from quad.core.questions import QuestionKind
from quad.core.taking import take
from quad.identity.models.accounts import User
from tests.matrix.events import PICTURE

Given = dict[str, Any]
Give = Callable[[SimpleNamespace], Given]


def build(db: Session, settings: Settings, people: dict[str, User]) -> Given:
    """A student's post with a picture and a comment, ones that are deleted and hidden; forms of an administrator."""
    student, admin = (actor_by_id(db, people[name].id) for name in ("stu", "admin"))
    taken = take(settings, BytesIO(PICTURE), "a.png", PURPOSE, limit=1_000_000)
    post = writing.create(db, student, NewPost(text="Hello"), [taken])
    gone, hidden = (writing.create(db, student, NewPost(text=text)) for text in ("Gone", "Rude"))
    writing.delete(db, student, gone.id)
    moderating.hide(db, admin, "post", hidden.id, HideThing(reason="Be kind"))
    comment, erased = (
        commenting.add(db, student, post.id, NewComment(text=text)) for text in ("Well", "Oh")
    )
    commenting.delete(db, student, erased.id)
    form, answered = (
        asking.create(db, admin, FeedbackFormIn(title=title)) for title in ("Canteen", "Bus")
    )
    question = FeedbackQuestionIn(label="How is it?", kind=QuestionKind.SCALE)
    for one in (form, answered):
        asking.add_question(db, admin, one.id, question)
    answering.answer(db, admin, answered.id, FeedbackGivenIn())
    return {
        "post": post.id,
        "post_picture": db.scalar(select(PostPicture.id)),
        "gone_post": gone.id,
        "hidden_post": hidden.id,
        "post_comment": comment.id,
        "gone_comment": erased.id,
        "feedback_form": form.id,
        "answered_form": answered.id,
        "feedback_key": form.questions[0]["key"],
    }


USUAL = {
    "post_id": "post",
    "picture_id": "post_picture",
    "comment_id": "post_comment",
    "form_id": "feedback_form",
    "thing_id": "post",
}
WORDS = {"written": "post", "followed": "department"}
_POST, _COMMENT = "/community/posts/<int:post_id>", "/community/comments/<int:comment_id>"
_FORM, _THING = "/feedback/<int:form_id>", "<any(post,comment):written>/<int:thing_id>"
_MODERATED = "<written>/<int:thing_id>"
_FOLLOWED = "/follows/<any(department,skill):followed>/<int:thing_id>"
_HIDDEN, _KEY = {"thing_id": "hidden_post"}, {"key": "feedback_key"}
OTHERS: dict[str, dict[str, str]] = {
    "/community/people/<int:user_id>": {"user_id": "stu_user"},
    _FOLLOWED: {"thing_id": "department"},
    f"{_FOLLOWED}/end": {"thing_id": "department"},
    "/follows/<followed>/<int:thing_id>": {"thing_id": "department"},
    f"{_POST}/undelete": {"post_id": "gone_post"},
    "/posts/<int:post_id>/restore": {"post_id": "gone_post"},
    f"{_COMMENT}/undelete": {"comment_id": "gone_comment"},
    "/comments/<int:comment_id>/restore": {"comment_id": "gone_comment"},
    f"{_FORM}/questions/<key>/delete": _KEY,
    f"{_FORM}/questions/<key>": _KEY,
    f"{_FORM}/results": {"form_id": "answered_form"},
    f"{_FORM}/results.csv": {"form_id": "answered_form"},
    **{
        f"{start}/{verb}": _HIDDEN
        for start in (f"/community/{_THING}", f"/moderation/{_MODERATED}")
        for verb in ("stay", "appeal", "publish")
    },
}
PICTURES = "POST /api/v1/posts/<int:post_id>/pictures"
SUFFIXES = {PICTURES: "?name=a.png"}
RAW: dict[str, tuple[bytes, str]] = {PICTURES: (PICTURE, "application/octet-stream")}
_SAID = {"text": "Well said"}
_QUESTION = {"label": "And now?", "kind": "text"}
FORMS: dict[str, Give] = {
    "/community": lambda _: dict(_SAID),
    _FOLLOWED: lambda v: {"back": f"/departments/{v.department}"},
    f"{_FOLLOWED}/end": lambda v: {"back": f"/departments/{v.department}"},
    f"{_POST}/edit": lambda _: {**_SAID, "who": "members"},
    f"{_POST}/comments": lambda _: dict(_SAID),
    f"{_COMMENT}/edit": lambda _: dict(_SAID),
    f"/community/{_THING}/report": lambda _: {"reason": "spam"},
    f"/community/{_THING}/hide": lambda _: {"reason": "Rude"},
    f"/community/{_THING}/appeal": lambda _: {"text": "Please"},
    "/feedback/box": lambda _: {"a_about": "Praise", "a_text": "Fine"},
    _FORM: lambda v: {f"a_{v.feedback_key}": "4"},
    "/feedback/create": lambda _: {"title": "Library", "naming": "named"},
    f"{_FORM}/edit": lambda _: {"title": "Canteen", "naming": "named"},
    f"{_FORM}/questions": lambda _: dict(_QUESTION),
}
BODIES: dict[str, Give] = {
    "POST /posts": lambda _: _SAID,
    "POST /follows": lambda v: {"kind": "department", "id": v.department},
    "PUT /posts/<int:post_id>": lambda _: {**_SAID, "who": "members"},
    "POST /posts/<int:post_id>/comments": lambda _: _SAID,
    "PUT /comments/<int:comment_id>": lambda _: _SAID,
    f"POST /moderation/{_MODERATED}/report": lambda _: {"reason": "spam"},
    f"POST /moderation/{_MODERATED}/hide": lambda _: {"reason": "Rude"},
    f"POST /moderation/{_MODERATED}/appeal": lambda _: {"text": "Please"},
    "POST /feedback": lambda _: {"title": "Library"},
    "POST /feedback/box": lambda _: {"answers": {"about": "Praise", "text": "Fine"}},
    f"PUT {_FORM}": lambda _: {"title": "Canteen"},
    f"POST {_FORM}/questions": lambda _: _QUESTION,
    f"POST {_FORM}/answers": lambda v: {"answers": {v.feedback_key: 4}},
}

"""The community of the demo college, through the commands people use, at the hours it was said."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from itertools import cycle

from PIL import Image
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from quad.academics.models.people import Student, StudentStatus
from quad.cli.demo.college import STAR_MAILBOX
from quad.cli.demo.events import as_at, by_mailbox
from quad.cli.demo.talk import ASKED, SENT, TALK, WISHES, Said
from quad.community.forms.feedback import FeedbackFormIn, FeedbackGivenIn, FeedbackQuestionIn
from quad.community.forms.posts import NewComment, NewPost
from quad.community.models.feedback import Naming
from quad.community.models.follows import FollowKind
from quad.community.models.posts import CommentLike, PostLike
from quad.community.policy import SHOW
from quad.community.service import answering, asking, commenting, following, groups, writing
from quad.community.service.pictures import PICTURE
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.core.questions import QuestionKind
from quad.core.taking import Taken, take
from quad.institution.models import Department
from quad.skills.service import finding

FOLLOWED = ("Python", "Docker", "Public speaking")
CROWD = 60
ANSWERS = 18


def build_community(db: Session) -> None:
    """Let people talk, like and answer; the oldest post is written first, so that the newest stands on top."""
    star = by_mailbox(db, STAR_MAILBOX)
    students = _some(db, star, graduated=False)
    graduates = _some(db, star, graduated=True) or students
    turn = {"student": cycle(students), "graduate": cycle(graduates), "star": cycle([star])}
    for number, one in enumerate(sorted(TALK, key=lambda each: -each.hours)):
        author = next(turn[one.who]) if one.who in turn else by_mailbox(db, one.who)
        crowd = [each for each in [star, *students, *graduates] if each.id != author.id]
        _say(db, one, author, crowd[number % 7 :] + crowd[: number % 7])
    _follow(db, [star, star, *students])
    _ask(db, [star, *students])


def _some(db: Session, star: Actor, *, graduated: bool) -> list[Actor]:
    query = (
        select(Student.user_id)
        .where(
            (Student.status == StudentStatus.GRADUATED)
            if graduated
            else (Student.status == StudentStatus.ACTIVE),
            Student.user_id != star.own_id,
        )
        .order_by(Student.id)
        .limit(CROWD // 2)
    )
    return [actor_by_id(db, user_id) for user_id in db.scalars(query)]


def _say(db: Session, one: Said, author: Actor, crowd: list[Actor]) -> None:
    """Write a post at its hour; those who may read it answer and like it."""
    who = one.audience
    if who == "department":
        who = f"department-{groups.own_department(db, author.own_id)}"
    taken = [_picture(db, one.picture)] if one.picture else []
    alt = "A coloured field" if taken else ""
    form = NewPost(text=one.text, who=who, alt=alt, skills=list(one.skills))
    written = clock.now() - timedelta(hours=one.hours)
    with as_at(author, written):
        post = writing.create(db, author, form, taken)
    if who != "members":
        crowd = [each for each in crowd if _reads(db, post.id, each)]
    for number, (each, text) in enumerate(zip(crowd, one.answers, strict=False)):
        with as_at(each, written + timedelta(minutes=20 * (number + 1))):
            comment = commenting.add(db, each, post.id, NewComment(text=text))
        db.execute(insert(CommentLike), [{"comment_id": comment.id, "user_id": author.own_id}])
    # Hundreds of likes: as rows, which the database counts all the same.
    likes = [{"post_id": post.id, "user_id": each.own_id} for each in crowd[: one.likes]]
    if likes:
        db.execute(insert(PostLike), likes)


def _follow(db: Session, people: list[Actor]) -> None:
    """Let people follow a skill and a department each; who stands there twice follows two of both."""
    skills = sorted(finding.find(db, FOLLOWED).values())
    departments = db.scalars(select(Department.id).order_by(Department.id)).all()
    for number, person in enumerate(people):
        following.follow(db, person, FollowKind.SKILL, skills[number % len(skills)])
        department_id = departments[-1 - number % len(departments)]
        following.follow(db, person, FollowKind.DEPARTMENT, department_id)


def _reads(db: Session, post_id: int, reader: Actor) -> bool:
    """Tell whether somebody may read a post."""
    return post_id in SHOW.allowed(db, reader, [post_id])


def _picture(db: Session, colour: str) -> Taken:
    written = BytesIO()
    Image.new("RGB", (800, 500), colour).save(written, "PNG")
    written.seek(0)
    runtime = runtime_of(db)
    assert runtime is not None
    return take(runtime.settings, written, "campus.png", PICTURE, limit=1_000_000)


def _ask(db: Session, people: list[Actor]) -> None:
    """Ask about the canteen without names, and put something into the box."""
    admin = by_mailbox(db, "admin")
    about = "Two minutes, without your name. The kitchen reads it."
    given = FeedbackFormIn(title="The canteen", about=about, naming=Naming.ANONYMOUS)
    form = asking.create(db, admin, given)
    for label, kind, choices in ASKED:
        question = FeedbackQuestionIn(
            label=label, kind=QuestionKind(kind), choices="\n".join(choices)
        )
        asking.add_question(db, admin, form.id, question)
    scale, where, wish = (one["key"] for one in form.questions)
    for number, person in enumerate(people[1 : ANSWERS + 1]):
        answers = {
            scale: 2 + (number * 7) % 4,
            where: ASKED[1][2][number % 3],
            wish: WISHES[number % len(WISHES)],
        }
        answering.answer(db, person, form.id, FeedbackGivenIn(answers=answers))
    for person, (kind, text) in zip(people, SENT, strict=False):
        said = FeedbackGivenIn(answers={"about": kind, "text": text})
        answering.answer_box(db, person, said)

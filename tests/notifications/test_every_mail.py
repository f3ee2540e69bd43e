"""Every mail that comes by itself, of every domain: it says how to stop its like, in the text and to the program."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import quad
from quad.community.forms.posts import NewPost
from quad.community.service import writing
from quad.core import clock
from quad.core.acting import actor_by_id
from quad.core.facts import unit
from quad.core.mail.models import Mail
from quad.notifications.kinds.every import KINDS
from quad.notifications.mailing import digests
from quad.notifications.models import MailRhythm, Preference
from quad.notifications.service import Letter, notify
from tests.factories.people import person

HOUSE = Path(quad.__file__).parent
PLACE = re.compile(r"%\((\w+)\)")
# What letters that say more than a sentence want beside it; every one that a listener writes must stand here.
DETAILS: dict[str, dict[str, Any]] = {
    "careers/moved": {"note": "Come on Monday", "writer": "Piya"},
    "coding/digest": {
        "week": clock.today(),
        "digest": {
            "active": 1,
            "students": 2,
            "solved": 3,
            "waiting": 1,
            "best": [{"name": "Asha", "solved": 3}],
            "at_risk": [{"id": 1, "name": "Bina", "reason": "inactive"}],
            "more_at_risk": 2,
        },
    },
}


def written_letters():
    """The templates that anything in the house gives to `notify`."""
    found = set()
    for path in HOUSE.rglob("*.py"):
        text = path.read_text("utf-8")
        if "Letter(" not in text or path.parent.name == "mail":
            continue
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.Call) or getattr(node.func, "id", "") != "Letter":
                continue
            for template in node.args[:1]:
                assert isinstance(template, ast.Constant), f"{path}: name the template"
                found.add(template.value)
    return found


def data_for(kind):
    told = dict.fromkeys(PLACE.findall(f"{kind.text} {kind.together}"), "3")
    return {name: value for name, value in told.items() if name != "count"} | (
        {"when": clock.now().isoformat()} if "when" in told else {}
    )


def wish_all(db, user_id, rhythm):
    for name in KINDS:
        db.add(Preference(user_id=user_id, kind=name, in_app=True, mail=rhythm))


def gather(database):
    while True:
        with database.writer() as db, unit(db):
            user_id = digests.next_person(db)
            if user_id is None:
                return
            digests.mail_due(db, user_id)


def require_a_way_out(mail, about):
    stop = mail.headers["List-Unsubscribe"].strip("<>")
    assert "/unsubscribe/" in stop, about
    assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", about
    assert stop in mail.body_text, f"{about}: the text does not say how to stop"
    assert f'href="{stop}"' in mail.body_html, f"{about}: no link that stops"
    assert "/account/notifications" in mail.body_text, about
    assert "/account/notifications" in mail.body_html, about
    return stop


@pytest.mark.feature("A42", "C40")
def test_every_kind_of_notice_says_how_to_stop_its_like(app, database, client):
    with database.writer() as db, unit(db):
        ravi = person(db, name="Ravi Rao", email="ravi@college.example").id
        wish_all(db, ravi, MailRhythm.INSTANT)
        post_id = writing.create(db, actor_by_id(db, ravi), NewPost(text="There to be read")).id
        for name, kind in KINDS.items():
            notify(db, kind, [ravi], data_for(kind) | {"post": post_id}, f"/{name}")
    with clock.travel(timedelta(hours=1)):
        gather(database)
    with database.reading() as db:
        mails = list(db.scalars(select(Mail)))
    assert len(mails) == len(KINDS)
    ways = {require_a_way_out(mail, mail.subject) for mail in mails}
    assert len(ways) == len(KINDS), "each kind is stopped by itself"
    path = ways.pop().partition("//")[2].partition("/")[2]
    assert client.get(f"/{path}").status_code == 200


@pytest.mark.feature("A42", "C40")
def test_letters_that_say_more_and_digests_say_it_as_well(app, database):
    assert written_letters() == set(DETAILS)
    kind = KINDS["coding_digest"]
    with database.writer() as db, unit(db):
        ravi = person(db, name="Ravi Rao", email="ravi@college.example").id
        mina = person(db, name="Mina Rao", email="mina@college.example").id
        wish_all(db, ravi, MailRhythm.INSTANT)
        wish_all(db, mina, MailRhythm.DAILY)
        for template, details in DETAILS.items():
            notify(db, kind, [ravi], data_for(kind), "/x", letter=Letter(template, details))
        notify(db, kind, [mina], data_for(kind), "/x")
    with clock.travel(timedelta(days=2)):
        gather(database)
    with database.reading() as db:
        mails = {mail.template: mail for mail in db.scalars(select(Mail))}
    assert set(mails) == {*DETAILS, "notifications/digest"}
    for template, mail in mails.items():
        require_a_way_out(mail, template)
    assert "Come on Monday" in mails["careers/moved"].body_text

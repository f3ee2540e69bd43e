"""The mailbox of `capture:`: where codes and links are read when mail goes nowhere (development and demo only)."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from flask import Blueprint, Response, request, url_for
from sqlalchemy import select

from quad.core.errors import NotFound
from quad.core.i18n import moment
from quad.core.mail.models import Mail
from quad.web.kit import current_db, page, runtime

bp = Blueprint("mailbox", __name__, url_prefix="/dev/mailbox", template_folder="templates")

SHOWN = 50
STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


@bp.before_request
def _only_where_mail_is_captured() -> None:
    settings = runtime().settings
    if not (settings.development and settings.mail.startswith("capture:")):
        raise NotFound


@bp.get("/")
def index() -> tuple[str, int]:
    """The newest letters, to everybody or to one address."""
    return _mailbox(None)


@bp.get("/<int:mail_id>")
def show(mail_id: int) -> tuple[str, int]:
    """One letter, as a picture of the mail and as plain text."""
    return _mailbox(_letter(mail_id))


@bp.get("/<int:mail_id>/html")
def html(mail_id: int) -> Response:
    """The HTML part alone, for the frame.

    It may load nothing, run nothing and reach nothing; its own style sheet is allowed by its hash.
    """
    body = _letter(mail_id).body_html or ""
    response = Response(body.replace("<head>", '<head><base target="_blank">', 1))
    response.headers["Content-Security-Policy"] = _frame_policy(body)
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _frame_policy(body: str) -> str:
    hashes = " ".join(_hash(style) for style in STYLE.findall(body)) or "'none'"
    return (
        f"default-src 'none'; style-src {hashes}; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    )


def _hash(style: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def _letter(mail_id: int) -> Mail:
    found = current_db().get(Mail, mail_id)
    if found is None:
        raise NotFound
    return found


def _mailbox(mail: Mail | None) -> tuple[str, int]:
    address = request.args.get("to", "").strip()
    newest = select(Mail).order_by(Mail.id.desc()).limit(SHOWN)
    if address:
        newest = newest.where(Mail.address == address)
    letters = current_db().scalars(newest).all()
    chosen = mail or (letters[0] if letters else None)
    items = [_item(letter, letter is chosen, address) for letter in letters]
    return page(
        "operations/mailbox.html",
        items=items,
        chosen=chosen,
        opened=mail is not None,
        address=address,
    )


def _item(letter: Mail, current: bool, address: str) -> dict[str, Any]:
    return {
        "name": letter.name or letter.address,
        "sub": letter.subject,
        "when": moment(letter.created_at),
        "href": url_for("mailbox.show", mail_id=letter.id, to=address or None),
        "current": current,
    }

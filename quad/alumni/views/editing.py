"""Keeping the own profile: its head, its entries, and who sees what. Every step works without scripts."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quad.alumni.forms.profile import SEEN, SEEN_WORDS, EditMember, EditPrivacy
from quad.alumni.models.members import Member
from quad.alumni.policy.audience import FIELDS
from quad.alumni.service import editing, reading
from quad.alumni.service.completeness import hints
from quad.alumni.views.blueprint import bp
from quad.core.errors import NotFound
from quad.core.forms import Bound
from quad.core.i18n import gettext as _
from quad.web.added import panels
from quad.web.kit import bind, by_htmx, current_actor, current_db, done, page, refusals

HEAD = ("headline", "city", "country", "mentoring", "hiring", "speaking", "version")


def _member() -> Member:
    return editing.own_member(current_db(), current_actor())


@bp.get("/profile/network/view")
def own_profile() -> ResponseReturnValue:
    """The own page, as its owner sees it."""
    member = _member()
    return done("", url_for("alumni.alumnus", member_id=member.id))


@bp.route("/profile/network", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """The page for all of it; a POST keeps its head."""
    db, actor = current_db(), current_actor()
    member = _member()
    form = bind(EditMember, initial={name: getattr(member, name) for name in HEAD})
    if form.data is not None:
        with refusals(form):
            editing.edit_member(db, actor, form.data)
        if not form.errors:
            return done(_("Your profile is saved."), url_for("alumni.edit"))
    return _page(member, head=form)


def _page(
    member: Member,
    *,
    head: Bound[Any] | None = None,
    kind: str = "",
    entry_id: int | None = None,
    form: Bound[Any] | None = None,
) -> tuple[str, int]:
    """Draw the page; `form` stands open in the section `kind`, for a new entry or for `entry_id`."""
    db = current_db()
    head = head or Bound(EditMember, initial={name: getattr(member, name) for name in HEAD})
    return page(
        "alumni/edit.html",
        max(head.status, form.status if form else 200),
        member=member,
        head=head,
        rows={name: reading.entries(db, name, member.id) for name in editing.KINDS},
        titles=section_titles(),
        open_kind=kind,
        open_id=entry_id,
        form=form,
        hints=hints(db, member),
        parts=panels("own_member", member.id),
    )


def section_titles() -> dict[str, tuple[str, str, str]]:
    """Return, by kind of entry, the heading, the word for adding one, and what stands there without any."""
    return {
        "work": (_("Work"), _("Add work"), _("Where do you work, and where did you before?")),
        "education": (
            _("Education elsewhere"),
            _("Add education"),
            _("Your studies here are known. What did you learn elsewhere?"),
        ),
        "achievements": (
            _("Achievements"),
            _("Add an achievement"),
            _("Prizes, patents, publications."),
        ),
    }


def _form_of(kind: str) -> Any:
    if kind not in editing.KINDS:
        raise NotFound
    return editing.KINDS[kind][1]


@bp.route("/profile/network/<kind>/add", methods=["GET", "POST"])
def add_entry(kind: str) -> ResponseReturnValue:
    """A form for a new entry, where the entry will stand."""
    db, actor = current_db(), current_actor()
    form = bind(_form_of(kind))
    if form.data is not None:
        with refusals(form):
            editing.add_entry(db, actor, kind, form.data)
        if not form.errors:
            return _told(db, kind)
    return _page(_member(), kind=kind, form=form)


@bp.route("/profile/network/<kind>/<int:entry_id>", methods=["GET", "POST"])
def edit_entry(kind: str, entry_id: int) -> ResponseReturnValue:
    """A form for an entry, in its place."""
    db, actor = current_db(), current_actor()
    kind_form = _form_of(kind)
    _own, entry = editing.own_entry(db, actor, kind, entry_id)
    form = bind(kind_form, initial=editing.as_fields(kind, entry))
    if form.data is not None:
        with refusals(form):
            editing.edit_entry(db, actor, kind, entry_id, form.data)
        if not form.errors:
            return _told(db, kind)
    return _page(_member(), kind=kind, entry_id=entry_id, form=form)


@bp.post("/profile/network/<kind>/<int:entry_id>/remove")
def remove_entry(kind: str, entry_id: int) -> ResponseReturnValue:
    """Take an entry away."""
    _form_of(kind)
    editing.remove_entry(current_db(), current_actor(), kind, entry_id)
    return _told(current_db(), kind)


def _told(db: Session, kind: str) -> ResponseReturnValue:
    """Show the section as it is now: in place where scripts run, else by a new page."""
    if by_htmx():
        db.flush()
        return _page(_member())
    return done(_("Your profile is saved."), url_for("alumni.edit") + f"#entries-{kind}")


@bp.route("/profile/privacy", methods=["GET", "POST"])
def privacy() -> ResponseReturnValue:
    """Who sees what."""
    db, actor = current_db(), current_actor()
    member = _member()
    options = [(SEEN_WORDS[seen], str(label)) for seen, label in SEEN.items()]
    fields = [name for name in EditPrivacy.model_fields if name in FIELDS]
    form = bind(
        EditPrivacy,
        initial=editing.privacy_of(member),
        choices=dict.fromkeys(fields, options),
    )
    if form.data is not None:
        with refusals(form):
            editing.edit_privacy(db, actor, form.data)
        if not form.errors:
            return done(_("Saved."), url_for("alumni.privacy"))
    return page("alumni/privacy.html", form.status, member=member, form=form, fields=fields)

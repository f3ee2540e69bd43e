"""The pages that every kind of the institution's records has: list, add, edit, delete and restore."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from quad.core.forms import Form
from quad.core.i18n import gettext as _
from quad.core.listing.declaration import Listing
from quad.core.policy import Actor, Gate, Permission
from quad.institution.views.shared import add_button, bp, delete_and_say
from quad.web.added import reasons
from quad.web.kit import bind, current_actor, current_db, done, form_page, refusals
from quad.web.lists import list_page

F = TypeVar("F", bound=Form)
Act = Callable[[Session, Actor, int], object]


@dataclass(frozen=True)
class Words:
    """What the pages of a kind of record say: texts, translated when shown."""

    add: str
    all: str
    deleted: str
    restored: str


def nothing() -> dict[str, Any]:
    """Return no values and no choices."""
    return {}


@dataclass(frozen=True)
class Records(Generic[F]):
    """One kind of record. `name` and `plural` make addresses and endpoints: `/batches/5/edit`, `batch_edit`.

    `add`, `change`, `delete` and `restore` are the service's commands; `initial` gives the values of an empty form,
    `choices` those of its fields, `files` the kind of file that can be imported. The page of one record stands under
    the endpoint `name`.
    """

    name: str
    plural: str
    form: type[F]
    listing: Listing[Any]
    may_add: Gate
    readable: Permission[Any]
    changeable: Permission[Any]
    add: Callable[[Session, Actor, F], Any]
    change: Callable[[Session, Actor, int, F], object]
    delete: Callable[..., object]
    restore: Act
    words: Words
    initial: Callable[[], Mapping[str, Any]] = nothing
    choices: Callable[[], Mapping[str, Any]] = nothing
    files: str = ""

    def register(self, *, editing: bool = True) -> None:
        """Add the pages to the blueprint; with `editing=False` the domain has an edit page of its own."""
        record = f"/{self.plural}/<int:{self.name}_id>"
        both = ["GET", "POST"]
        self._rule(f"/{self.plural}", f"{self.plural}_list", self._all, ["GET"])
        self._rule(f"/{self.plural}/new", f"{self.name}_new", self._new, both)
        self._rule(f"{record}/delete", f"{self.name}_delete", self._delete, ["POST"])
        self._rule(f"{record}/restore", f"{self.name}_restore", self._restore, ["POST"])
        if editing:
            self._rule(f"{record}/edit", f"{self.name}_edit", self._edit, both)

    def place(self, record_id: int) -> str:
        """Return the address of one record's page."""
        record: dict[str, Any] = {f"{self.name}_id": record_id}
        return url_for(f"institution.{self.name}", **record)

    def values(self, row: Any) -> dict[str, Any]:
        """Return what the form shows of a row."""
        return {name: getattr(row, name) for name in self.form.model_fields}

    def _rule(
        self, rule: str, endpoint: str, view: Callable[..., ResponseReturnValue], methods: list[str]
    ) -> None:
        # The address names the record (`batch_id`), the view only takes its number.
        bp.add_url_rule(rule, endpoint, lambda **record: view(*record.values()), methods=methods)

    def _all(self) -> ResponseReturnValue:
        may = self.may_add.may(current_actor())
        actions = add_button(self.words.add, f"institution.{self.name}_new", may)
        if may and self.files:
            imported = url_for("importing.upload", kind=self.files)
            actions.insert(0, {"label": _("Import"), "href": imported, "icon": "file-import"})
        return list_page(self.listing, actions=actions)

    def _new(self) -> ResponseReturnValue:
        self.may_add.require(current_actor())
        form = bind(self.form, initial=self.initial(), choices=self.choices())
        if form.data is not None:
            with refusals(form):
                row = self.add(current_db(), current_actor(), form.data)
                return done(_("%(name)s is added.", name=row.name), self.place(row.id))
        every = url_for(f"institution.{self.plural}_list")
        return form_page(
            form,
            title=self.words.add,
            crumbs=[(self.words.all, every)],
            submit=_("Save"),
            cancel=every,
        )

    def _edit(self, record_id: int) -> ResponseReturnValue:
        db, actor = current_db(), current_actor()
        row = self.changeable.get(db, actor, record_id, read=self.readable)
        form = bind(self.form, initial=self.values(row), choices=self.choices())
        place = self.place(record_id)
        if form.data is not None:
            with refusals(form):
                self.change(db, actor, record_id, form.data)
                return done(_("The change is saved."), place)
        return form_page(
            form,
            title=_("Edit %(name)s", name=row.name),
            crumbs=[(row.name, place)],
            submit=_("Save"),
            cancel=place,
        )

    def _delete(self, record_id: int) -> ResponseReturnValue:
        db, actor = current_db(), current_actor()
        return delete_and_say(
            lambda: self.delete(db, actor, record_id, reasons(self.name)),
            self.place(record_id),
            self.words.deleted,
        )

    def _restore(self, record_id: int) -> ResponseReturnValue:
        self.restore(current_db(), current_actor(), record_id)
        return done(self.words.restored, self.place(record_id))

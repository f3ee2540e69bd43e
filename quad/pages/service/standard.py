"""What /about says as long as nobody has written it: a plain text that names the institution."""

from __future__ import annotations

from sqlalchemy.orm import Session

from quad.core import house
from quad.core.i18n import gettext as _
from quad.core.settings import value
from quad.pages.forms.content import EntryIn, SectionIn, SectionKind
from quad.pages.forms.pages import NewPage
from quad.pages.kinds import ABOUT


def about(db: Session) -> NewPage:
    """Return the page at /about as an editor would begin it, from the settings of the institution."""
    name, help_desk = value(db, house.NAME), value(db, house.HELP_DESK)
    sections = [
        SectionIn(
            kind=SectionKind.TEXT,
            heading=_("Who we are"),
            body=_(
                "%(name)s uses Quad for everything around its courses: records and results, materials, coding "
                "practice, events, jobs and the alumni network. One account stays with you, from the first term to "
                "long after graduation.",
                name=_as_plain(name),
            ),
        ),
        SectionIn(kind=SectionKind.CARDS, heading=_("What you find here"), entries=list(_cards())),
        SectionIn(
            kind=SectionKind.LINKS, heading=_("Quick links"), entries=list(_links(help_desk))
        ),
    ]
    return NewPage(
        title=_("About %(name)s", name=name)[:160],
        lead=_("Records, courses, coding progress and the alumni network, in one place."),
        slug=ABOUT,
        sections=sections,
    )


def _as_plain(text: str) -> str:
    """Keep signs of a name that Markdown would read as marks."""
    return "".join("\\" + letter if letter in "\\`*_[]<>#!|~" else letter for letter in text)


def _cards() -> tuple[EntryIn, ...]:
    return (
        EntryIn(
            title=_("Studies"),
            text=_("Courses, attendance, marks and documents that anybody can verify."),
            icon="school",
        ),
        EntryIn(
            title=_("Practice"),
            text=_("Progress on coding platforms, reviewed by mentors."),
            icon="code",
        ),
        EntryIn(
            title=_("Campus life"),
            text=_("Events with tickets and certificates, and help when you need it."),
            icon="calendar-event",
        ),
        EntryIn(
            title=_("Alumni"),
            text=_("Mentoring, jobs and references from those who were here before."),
            icon="users",
        ),
    )


def _links(help_desk: str) -> tuple[EntryIn, ...]:
    links = (
        EntryIn(title=_("Sign in"), link="/login", icon="users"),
        EntryIn(title=_("Register"), link="/register", icon="certificate"),
        EntryIn(title=_("Events"), link="/events", icon="calendar-event"),
    )
    if not help_desk:
        return links
    return (*links, EntryIn(title=_("Help desk"), link=f"mailto:{help_desk}", icon="mail"))

"""Pages of the demo college: about it, how to apply, and one for its teachers."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.cli.demo import plan
from quad.core.acting import actor_by_id
from quad.core.db.model import set_acting_user
from quad.core.jobs.runtime import runtime_of
from quad.core.policy import Actor
from quad.core.taking import take
from quad.identity.models.accounts import Role, RoleGrant
from quad.pages.forms.content import EntryIn, SectionIn, SectionKind
from quad.pages.forms.pages import NewPage, PageSettings, PublishPage, SectionSave
from quad.pages.models import Page, PageVisibility
from quad.pages.service import images, publishing, sections, standard, writing

ADMISSIONS = NewPage(
    title="Admissions and contact",
    lead="How to apply, what to bring, and whom to ask.",
    description="Applying for a place: dates, documents and the people who help.",
    slug="admissions",
    sections=[
        SectionIn(
            kind=SectionKind.TEXT,
            heading="How to apply",
            body="Applications for the next batch open on **1 March** and close on **31 May**.\n\n"
            "1. Register here with your e-mail address.\n2. Bring your certificates to the office.\n"
            "3. You hear from us within two weeks.\n\n| Programme | Seats |\n|---|---|\n"
            "| Computer science | 60 |\n| Electronics | 60 |\n| Mechanical engineering | 40 |",
        ),
        SectionIn(
            kind=SectionKind.CARDS,
            heading="Good to know",
            entries=[
                EntryIn(title="Scholarships", text="For one in ten students.", icon="certificate"),
                EntryIn(title="Hostel", text="Rooms for the first two years.", icon="building"),
                EntryIn(
                    title="Open day", text="See what comes next.", link="/events", icon="users"
                ),
            ],
        ),
        SectionIn(
            kind=SectionKind.LINKS,
            heading="Contact",
            entries=[
                EntryIn(title="Write to us", link=f"mailto:admissions@{plan.DOMAIN}", icon="mail"),
                EntryIn(title="Register", link="/register", icon="school"),
            ],
        ),
    ],
)
HANDBOOK = NewPage(
    title="Handbook for teachers",
    lead="Marks, attendance and office hours in one place.",
    slug="handbook",
    sections=[
        SectionIn(
            kind=SectionKind.TEXT,
            heading="Marks",
            body="Publish marks within ten days of a test. Requests for re-evaluation wait under *Approvals*.",
        )
    ],
)


def build_pages(db: Session) -> None:
    """Let the administrator write what the college says about itself."""
    held = select(RoleGrant.user_id).where(RoleGrant.role == Role.ADMIN)
    admin = actor_by_id(db, db.scalars(held.order_by(RoleGrant.id)).first() or 0)
    set_acting_user(admin.id)
    try:
        about = writing.create(db, admin, standard.about(db))
        _show_the_court(db, admin, about)
        _publish(db, admin, about, in_footer=True)
        _publish(db, admin, writing.create(db, admin, ADMISSIONS), in_footer=True)
        handbook = writing.create(db, admin, HANDBOOK)
        teachers = [Role.FACULTY, Role.HOD]
        _publish(db, admin, handbook, visibility=PageVisibility.AUDIENCE, for_roles=teachers)
    finally:
        set_acting_user(None)


def _publish(db: Session, admin: Actor, page: Page, **settings: object) -> None:
    db.flush()
    given = {"slug": page.slug, "version": page.version, **settings}
    writing.settle(db, admin, page.id, PageSettings.model_validate(given))
    db.flush()
    publishing.publish(db, admin, page.id, PublishPage(version=page.version))


def _show_the_court(db: Session, admin: Actor, page: Page) -> None:
    """Add a drawn picture of the campus."""
    runtime = runtime_of(db)
    if runtime is None:
        return
    picture = Image.new("RGB", (1200, 400), "#dfe9dd")
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom in (
        (80, 60, 1120, 110),
        (80, 60, 130, 340),
        (1070, 60, 1120, 340),
    ):
        draw.rectangle((left, top, right, bottom), fill="#33523f")
    draw.rectangle((420, 170, 780, 320), fill="#8fb58a")
    written = BytesIO()
    picture.save(written, "PNG")
    taken = take(
        runtime.settings, BytesIO(written.getvalue()), "court.png", images.PICTURE, limit=5_000_000
    )
    image = images.add(db, admin, page.id, taken, picture.size)
    db.flush()
    section = SectionSave(
        kind=SectionKind.IMAGE,
        heading="The court",
        image_id=image.id,
        alt="A plan of the campus: three wings around a lawn",
        version=page.version,
    )
    sections.save(db, admin, page.id, section)

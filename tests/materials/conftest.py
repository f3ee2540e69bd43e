"""A small school: two departments, one course with two offerings, and who may or may not see its materials."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from quad.core.behind import behind
from quad.core.facts import unit
from quad.core.files import Files
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import runtime_of
from quad.identity.models.accounts import User
from quad.materials.models.materials import Material, MaterialVersion, VersionState
from tests.factories import academics as factory
from tests.factories.people import person
from tests.materials import samples

API = "/api/v1"


@dataclass
class School:
    """Numbers of what there is."""

    people: SimpleNamespace
    course: int
    offering: int
    other_offering: int
    other_course: int


def build(db):
    home, away = factory.department(db, "MUS"), factory.department(db, "ART")
    now = factory.term(db, current=True)
    teacher = factory.teacher(db, of=home, name="Tara Teacher")
    colleague = factory.teacher(db, of=home, name="Cole League")
    stranger = factory.teacher(db, of=away, name="Stella Stranger")
    course = factory.course(db, of=home, code="MUS101", title="Music theory")
    other = factory.course(db, of=away, title="Drawing")
    first = factory.offering(db, taught=course, during=now, by=teacher, section="A")
    second = factory.offering(db, taught=course, during=now, by=colleague, section="B")
    asha = factory.student(db, of=home, name="Asha Rao")
    bina = factory.student(db, of=home, name="Bina Shah")
    chen = factory.student(db, of=away, name="Chen Li")
    factory.enrolment(db, asha, first)
    factory.enrolment(db, bina, second)
    people = SimpleNamespace(
        teacher=teacher.user_id,
        colleague=colleague.user_id,
        stranger=stranger.user_id,
        asha=asha.user_id,
        bina=bina.user_id,
        chen=chen.user_id,
        admin=person(db, role="admin", name="Ada Admin").id,
        hod=person(db, role="hod", department_id=home.id, name="Hema Head").id,
        hod_away=person(db, role="hod", department_id=away.id).id,
        placement=person(db, role="placement").id,
    )
    return School(people, course.id, first.id, second.id, other.id)


@pytest.fixture
def school(app, database):
    """The school, committed; the installation is attached, so that files and jobs work."""
    with database.writer() as db, unit(db):
        made = build(db)
        db.expunge_all()
    return made


@pytest.fixture
def sign_in(school, as_user):
    """Return a client signed in as one of the people, by name."""
    return lambda name: as_user(getattr(school.people, name))


@pytest.fixture
def files(settings):
    return Files.from_settings(settings)


@pytest.fixture
def add(sign_in, school):
    """Let somebody add a file over the API and return the material."""

    def send(content=None, name="scales.pdf", by="teacher", course=None, **more):
        more.setdefault("offering_id", school.offering)
        query = {"name": name} | {key: value for key, value in more.items() if value is not None}
        answer = sign_in(by).post(
            f"{API}/courses/{course or school.course}/materials",
            data=samples.pdf() if content is None else content,
            query_string=query,
            content_type="application/octet-stream",
        )
        assert answer.status_code == 201, answer.text
        return answer.json["data"]

    return send


def flush(database):
    """Write what reading requests left for later."""
    behind(database).flush()


def work(database):
    """Let the worker do what is due."""
    with database.reader() as db:
        runtime = runtime_of(db)
    assert runtime is not None
    perform_due(runtime)


def upload_form(*given, **more):
    """The fields of a form with files."""
    return {"file": [(BytesIO(content), name) for content, name in given], **more}


def versions_of(database, material_id):
    with database.reader() as db:
        query = select(MaterialVersion).where(MaterialVersion.material_id == int(material_id))
        return list(db.scalars(query.order_by(MaterialVersion.number)))


def state_all(database, state):
    """Put every file into a state of the check."""
    with database.writer() as db, unit(db):
        for version in db.scalars(select(MaterialVersion)):
            version.state = VersionState(state)


def titles(database):
    with database.reader() as db:
        query = select(Material.title).where(Material.deleted_at.is_(None))
        return list(db.scalars(query.order_by(Material.position, Material.id)))


def name_of(database, user_id):
    with database.reader() as db:
        return db.scalar(select(User.full_name).where(User.id == user_id))

"""The small college of the matrix: one of everything that an address can ask about, and one person per role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from sqlalchemy.orm import Session

from quad.academics.models.people import StudentStatus
from quad.academics.models.scenarios import Scenario
from quad.academics.models.teaching import EnrolmentStatus, Offering, ResultState
from quad.academics.service import rollups
from quad.audit.models import AuditEntry
from quad.core import clock
from quad.core.config import Settings
from quad.core.export.models import Export
from quad.core.files import Files, StoredFile
from quad.core.importing import pipeline
from quad.core.importing.staging import stage
from quad.core.jobs.models import Job, JobState
from quad.core.mail.models import Mail, MailAddress, MailState
from quad.core.origin import Origin
from quad.core.policy import Actor, Grant
from quad.identity.models.accounts import LinkPurpose, LoginChallenge, PersonalToken, Role, User
from quad.identity.models.factors import ExternalIdentity, Passkey, TrustedDevice
from quad.identity.models.joining import (
    AccountLinkPurpose,
    Invitation,
    Registration,
    RegistrationState,
)
from quad.identity.models.profiles import OwnDataCopy
from quad.identity.service import resets, second, sessions, tokens
from quad.identity.service.factors import Held
from quad.identity.service.links import new_account_link
from quad.identity.service.secrets import fingerprint
from quad.institution.models import Department
from tests.factories import academics as make
from tests.factories.people import PASSWORD, grant, hashed, person
from tests.matrix import (
    announcements,
    attending,
    careers,
    coding,
    community,
    events,
    giving,
    lifecycle,
    materials,
    messaging,
    network,
    pages,
    reports,
    welfare,
)

ROLES = ("nobody", "admin", "hod", "hod2", "fac", "fac2", "stu", "stu2", "plc", "alu")


@dataclass(frozen=True)
class Member:
    """A person who visits: the cookie, and what is their own."""

    user_id: int
    email: str
    cookie: str
    session_id: int
    other_session: int
    token_id: int
    factors: dict[str, int]
    department: int


@dataclass(frozen=True)
class World:
    """The numbers of everything, by the names the table and the requests use."""

    things: dict[str, Any]
    members: dict[str, Member]

    def seen_by(self, role: str) -> SimpleNamespace:
        """Return every name, with the own things of `role`; somebody signed out borrows the administrator's."""
        one = self.members.get(role, self.members["admin"])
        teaches = role == "fac2"
        return SimpleNamespace(
            **self.things,
            email=one.email,
            password=PASSWORD,
            me=one.user_id,
            own_session=one.other_session,
            own_token=one.token_id,
            **one.factors,
            own_department=one.department,
            own_role={"hod2": "hod", "fac": "faculty", "fac2": "faculty", "stu": "student"}.get(
                role, {"stu2": "student", "plc": "placement", "alu": "alumnus"}.get(role, role)
            ),
            will_teach=one.user_id if teaches else self.things["teacher_user"],
        )


def build(db: Session, settings: Settings) -> World:
    """Fill an empty database."""
    things: dict[str, Any] = {}
    home, away = make.department(db, "CSE", "Computing"), make.department(db, "ECE", "Electronics")
    things |= _institution(db, home)
    people = {
        "admin": person(db, role="admin"),
        "hod": person(db, role="hod", department_id=home.id),
        "hod2": person(db, role="hod", department_id=away.id),
        "plc": person(db, role="placement"),
        "alu": person(db, role="alumnus"),
    }
    person(db, role="admin")  # so that the first one may go
    teacher, other = make.teacher(db, of=home), make.teacher(db, of=home)
    people["fac"], people["fac2"] = (
        db.get_one(User, teacher.user_id),
        db.get_one(User, other.user_id),
    )
    things |= {"teacher": teacher.id, "teacher_user": teacher.user_id}
    pupil, stranger = make.student(db, on=things["_programme"]), make.student(db, of=away)
    people["stu"], people["stu2"] = (
        db.get_one(User, pupil.user_id),
        db.get_one(User, stranger.user_id),
    )
    graduate = make.student(db, user=people["alu"], of=away)
    graduate.status = StudentStatus.GRADUATED
    things |= _teaching(db, home, teacher, pupil)
    things |= attending.add(db, things["offering"], teacher, pupil, home)
    things |= lifecycle.add(db, things.pop("_programme"), teacher, pupil)
    things |= _members(db, settings)
    things |= _joining(db, home)
    things |= _mentors(db, home)
    things |= welfare.build(db, people)
    things |= materials.build(db, settings, people, things)
    things |= coding.build(db, people, pupil.id)
    things |= reports.build(db, people)
    things |= giving.build(db, people, things)
    things |= network.build(db, people)
    things |= careers.build(db, settings, people)
    things |= events.build(db, settings, people)
    things |= announcements.build(db, settings, people, home.id)
    things |= messaging.build(db, settings, people)
    things |= pages.build(db, settings, people)
    things |= community.build(db, settings, people)
    members = {
        name: _member(db, user, away if name in ("hod2", "stu2", "alu") else home)
        for name, user in people.items()
    }
    things |= _machinery(db, settings, members)
    things["papers"] = attending.batch(db, members["admin"].user_id, pupil.id)
    return World(things, members)


def _institution(db: Session, home: Department) -> dict[str, Any]:
    scheme, spare_scheme, old_scheme = (make.scheme(db) for _ in range(3))
    programme = make.programme(db, home, scheme)
    spare_programme, old_programme = (make.programme(db, home, scheme) for _ in range(2))
    spare_department, old_department = make.department(db), make.department(db)
    term, spare_term, old_term = (make.term(db) for _ in range(3))
    campus, spare_campus, old_campus = (make.campus(db) for _ in range(3))
    degree, spare_degree, old_degree = (make.degree(db) for _ in range(3))
    cohort, spare_cohort, old_cohort = (make.batch(db, programme) for _ in range(3))
    group, spare_group, old_group = (make.group(db, cohort) for _ in range(3))
    old = (old_scheme, old_programme, old_department, old_term)
    for gone in (*old, old_campus, old_degree, old_cohort, old_group):
        gone.deleted_at = clock.now()
    db.flush()
    return {
        "_programme": programme,
        "department": home.id,
        "spare_department": spare_department.id,
        "deleted_department": old_department.id,
        "programme": programme.id,
        "spare_programme": spare_programme.id,
        "deleted_programme": old_programme.id,
        "term": term.id,
        "_term": term,
        "spare_term": spare_term.id,
        "deleted_term": old_term.id,
        "scheme": scheme.id,
        "spare_scheme": spare_scheme.id,
        "deleted_scheme": old_scheme.id,
        "campus": campus.id,
        "spare_campus": spare_campus.id,
        "deleted_campus": old_campus.id,
        "degree": degree.id,
        "spare_degree": spare_degree.id,
        "deleted_degree": old_degree.id,
        "cohort": cohort.id,
        "spare_cohort": spare_cohort.id,
        "deleted_cohort": old_cohort.id,
        "group": group.id,
        "spare_group": spare_group.id,
        "deleted_group": old_group.id,
    }


def _teaching(db: Session, home: Department, teacher: Any, pupil: Any) -> dict[str, Any]:
    course, old_course = make.course(db, of=home), make.course(db, of=home)
    old_course.deleted_at = clock.now()
    offering = make.offering(db, taught=course, by=teacher)
    blank = make.offering(db, taught=course, by=teacher, section="B")
    published = make.offering(db, taught=course, by=teacher, section="C")
    draft = make.offering(db, taught=course, by=teacher, section="D")
    part, unused_part = make.component(db, offering), make.component(db, draft, weight=40)
    place = make.enrolment(db, pupil, offering)
    make.enrolment(db, pupil, draft)
    mark = make.mark(db, place, part, 60)
    _publish(db, published, pupil)
    newcomer, gone = make.student(db, of=home), make.student(db, of=home)
    spare_teacher, old_teacher = make.teacher(db, of=home), make.teacher(db, of=home)
    for former in (gone, old_teacher):
        former.deleted_at = clock.now()
        db.get_one(User, former.user_id).deleted_at = clock.now()
    left = make.offering(db, taught=course, by=teacher, section="E")
    withdrawn = make.enrolment(db, pupil, left)
    withdrawn.status = EnrolmentStatus.WITHDRAWN
    current_course = make.course(db, of=home)
    make.offering(db, taught=current_course, during=make.term(db, current=True), by=teacher)
    db.flush()
    return {
        "course": course.id,
        "deleted_course": old_course.id,
        "offering": offering.id,
        "blank": blank.id,
        "published": published.id,
        "component": part.id,
        "draft": draft.id,
        "draft_component": unused_part.id,
        "enrolment": place.id,
        "mark": mark.id,
        "student": pupil.id,
        "student_number": pupil.register_number,
        "newcomer": newcomer.id,
        "newcomer_number": newcomer.register_number,
        "deleted_student": gone.id,
        "spare_teacher": spare_teacher.id,
        "deleted_teacher": old_teacher.id,
        "left_offering": left.id,
        "withdrawn": withdrawn.id,
        "current_course": current_course.id,
        "empty": make.offering(db, taught=course, by=teacher, section="F").id,
        "scenario": _shared_scenario(db, pupil),
    }


def _shared_scenario(db: Session, pupil: Any) -> int:
    row = Scenario(student_id=pupil.id, name="A", name_key="A", guesses={}, shared=True)
    db.add(row)
    db.flush()
    return row.id


def _publish(db: Session, offering: Offering, pupil: Any) -> None:
    place = make.enrolment(db, pupil, offering)
    make.mark(db, place, make.component(db, offering), 80)
    offering.state = ResultState.PUBLISHED
    db.flush()
    rollups.refresh(db, [place.id])


def _members(db: Session, settings: Settings) -> dict[str, Any]:
    """Somebody whom only administrators may know of, with links and codes under way."""
    member = person(db, role="placement")
    opened = sessions.open_session(db, member.id, via_api=True)
    challenges = []
    with clock.travel(-timedelta(minutes=1)):
        for _ in range(2):
            challenges.append(_code(db, member, settings))
    return {
        "member": member.id,
        "member_email": member.email,
        "member_grant": grant(db, member, "faculty").id,
        "member_session": sessions.open_session(db, member.id).session_id,
        "reset_link": resets.new_link(db, member.id, LinkPurpose.RESET, resets.RESET_LIFE),
        **_links(db, member),
        "refresh_token": tokens.first_pair(db, opened.session_id, settings.secret).refresh_token,
        "challenge": challenges[0][0],
        "code": challenges[0][1],
        "resend_challenge": challenges[1][0],
    }


def _mentors(db: Session, home: Department) -> dict[str, Any]:
    """Advisors and a counsellor of the students' department, and an account that may go."""
    advisor, other = (person(db, role="advisor", department_id=home.id) for _ in range(2))
    return {
        "mentor": advisor.id,
        "other_mentor": other.id,
        "counsellor": person(db, role="counsellor", department_id=home.id).id,
        "spare_user": person(db, role=None).id,
    }


def _links(db: Session, member: User) -> dict[str, str]:
    """One mailed link of each kind."""
    purposes = {
        "activation": AccountLinkPurpose.ACTIVATE,
        "stay": AccountLinkPurpose.STAY,
        "new_email": AccountLinkPurpose.NEW_EMAIL,
        "keep_email": AccountLinkPurpose.KEEP_EMAIL,
    }
    day = timedelta(days=1)
    address = {"address": "moved@college.example"}
    return {
        f"{name}_link": new_account_link(db, member.id, purpose, day, **address)
        for name, purpose in purposes.items()
    }


def _joining(db: Session, home: Department) -> dict[str, Any]:
    """Somebody who applies, somebody whose address is not confirmed, and somebody who is invited."""
    tomorrow = clock.now() + timedelta(days=1)
    told: dict[str, Any] = {"password_hash": hashed(), "expires_at": tomorrow}
    rows = [
        Registration(
            full_name=f"Nila {name}",
            sort_name=f"{name}, nila",
            email=f"{name}@home.example",
            email_as_typed=f"{name}@home.example",
            department_id=home.id,
            state=state,
            token_hash=fingerprint(f"token of {name}"),
            **told,
        )
        for name, state in (
            ("waiting", RegistrationState.WAITING),
            ("unconfirmed", RegistrationState.UNCONFIRMED),
        )
    ]
    invitation = Invitation(
        email="invited@home.example",
        email_as_typed="invited@home.example",
        role=Role.FACULTY,
        department_id=home.id,
        token_hash=fingerprint("token of invited"),
        expires_at=tomorrow,
    )
    db.add_all([*rows, invitation])
    db.flush()
    return {
        "application": rows[0].id,
        "confirm_link": "token of unconfirmed",
        "invitation": invitation.id,
        "invitation_link": "token of invited",
    }


def _code(db: Session, user: User, settings: Settings) -> tuple[str, str]:
    """Begin a sign-in and return its challenge and the mailed code."""
    attempt = second.Attempt(user.email, Origin())
    door = second.Door("required", settings.secret, settings.session_days)
    needed = second.begin(db, user, attempt, door, Held())
    db.flush()
    # A whole walk of the table takes longer than a code lasts.
    db.query(LoginChallenge).update({LoginChallenge.expires_at: clock.now() + timedelta(hours=2)})
    letter = db.query(Mail).order_by(Mail.id.desc()).first()
    assert letter is not None
    assert letter.body_text is not None
    digits = next(word for word in letter.body_text.split() if len(word) == 6 and word.isdigit())
    return needed.challenge, digits


def _factors(db: Session, user: User) -> dict[str, int]:
    """A passkey, a trusted device and a linked provider of somebody."""
    key = Passkey(
        user_id=user.id,
        name="Phone",
        credential_hash=fingerprint(f"passkey of {user.id}"),
        credential_id="AAAA",
        user_handle=f"handle-{user.id}",
        public_key="AAAA",
    )
    device = TrustedDevice(
        user_id=user.id,
        key_hash=fingerprint(f"device of {user.id}"),
        last_used_at=clock.now(),
        expires_at=clock.now() + timedelta(days=30),
    )
    identity = ExternalIdentity(
        user_id=user.id, issuer="https://id.example", subject=f"subject of {user.id}"
    )
    copy = OwnDataCopy(user_id=user.id, expires_at=clock.now() + timedelta(days=1))
    copy.created_at = clock.now() - timedelta(hours=1)
    file = StoredFile(sha256="0" * 64, size=1, media_type="application/zip", name="my-data.zip")
    db.add_all([key, device, identity, copy, file])
    db.flush()
    copy.file_id = file.id
    db.flush()
    return {
        "own_passkey": key.id,
        "own_device": device.id,
        "own_identity": identity.id,
        "own_copy": copy.id,
    }


def _member(db: Session, user: User, department: Department) -> Member:
    here, there = (sessions.open_session(db, user.id) for _ in range(2))
    token = PersonalToken(
        user_id=user.id,
        name="script",
        token_hash=fingerprint(f"token of {user.id}"),
        tail="…",
        scopes="read write",
    )
    db.add(token)
    db.flush()
    factors = _factors(db, user)
    return Member(
        user.id,
        user.email,
        here.key,
        here.session_id,
        there.session_id,
        token.id,
        factors,
        department.id,
    )


def _machinery(db: Session, settings: Settings, members: dict[str, Member]) -> dict[str, Any]:
    files = Files.from_settings(settings)
    chief = members["admin"].user_id
    job = Job(kind="export.list", payload={"export": 0}, state=JobState.DEAD, max_attempts=1)
    job.created_by = members["fac"].user_id
    letter = Mail(
        template="identity/approved",
        address="someone@college.example",
        sender="Quad <quad@localhost>",
        subject="Welcome",
        body_text="Welcome",
        body_html="<head></head><p>Welcome</p>",
        message_id="<1@college.example>",
        state=MailState.SENT,
    )
    dead = MailAddress(
        address="nobody@college.example",
        refusals=3,
        reason="550 5.1.1 nobody",
        last_at=clock.now(),
        suppressed_at=clock.now(),
    )
    entry = AuditEntry(action="something", data={}, changes=[])
    stored = files.put(
        db, BytesIO(b"Name\r\n"), name="departments.csv", media_type="text/csv", owner_id=chief
    )
    export = Export(
        owner_id=chief,
        list_name="institution.departments",
        kind="csv",
        question="",
        fixed={},
        file_id=stored.id,
        rows=0,
        finished_at=clock.now(),
    )
    db.add_all([job, letter, dead, entry, export])
    db.flush()
    return {
        "job": job.id,
        "mail": letter.id,
        "address": dead.id,
        "entry": entry.id,
        "export": export.id,
        "batch": _batch(db, files, chief),
    }


def _batch(db: Session, files: Files, owner: int) -> int:
    """An import of one student that waits for its administrator."""
    chief = Actor(id=owner, grants=(Grant("admin"),))
    file = files.put(
        db, BytesIO(STUDENTS_CSV), name="students.csv", media_type="text/csv", owner_id=owner
    )
    batch = pipeline.begin(db, chief, pipeline.importer_of("students"), file)
    with files.local(file.sha256) as path:
        stage(lambda work: work(db), pipeline.importer_of("students"), batch.id, path)
    pipeline.preview(chief, batch.id, db)
    return batch.id


STUDENTS_CSV = b"register_number,first_name,last_name\r\n4NV24XX001,Asha,Rao\r\n"

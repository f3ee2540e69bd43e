"""The network of the demo: graduates of earlier years with their careers, and what students tell of themselves."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from quad.alumni.models.members import (
    Achievement,
    Education,
    Member,
    MemberStanding,
    ProfileView,
    Seen,
    Work,
)
from quad.alumni.service import members
from quad.cli.demo import plan
from quad.cli.demo.college import College, add_person
from quad.core import clock
from quad.core.db.bulk import insert_rows
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import Role, User
from quad.identity.models.profiles import Profile
from quad.institution.models import Department, Programme
from quad.skills.models import Skill
from quad.skills.service import own

GRADUATES = 150
FIRST_YEAR = 2004
VISITOR = "Karthik Raman"
VISITOR_MAILBOX = "alumnus"
ALIKE = 12  # so many work where others do: facets have something to count

COMPANIES = (
    ("Paisa Switch", "Bengaluru", "India"),
    ("Lagoon Pay", "Lagos", "Nigeria"),
    ("Meridian Pay", "Singapore", "Singapore"),
    ("Spree Bank", "Berlin", "Germany"),
    ("Sakura Robotics", "Tokyo", "Japan"),
    ("Kite Ledger", "Hyderabad", "India"),
    ("Deccan Motors", "Pune", "India"),
    ("Harbour Bridges", "Sydney", "Australia"),
    ("Monsoon Energy", "Chennai", "India"),
    ("Cedar Health", "Toronto", "Canada"),
    ("Northwind Turbines", "Aarhus", "Denmark"),
    ("Savanna Maps", "Nairobi", "Kenya"),
    ("Lotus Semiconductors", "Bengaluru", "India"),
    ("Tidal Systems", "Mangaluru", "India"),
)
TITLES = {
    "CSE": ("Software engineer", "Staff engineer", "Product manager", "Data engineer"),
    "ECE": ("Circuit designer", "Firmware engineer", "Test lead", "Radio engineer"),
    "MEC": ("Design engineer", "Plant manager", "Quality lead", "Robotics engineer"),
    "CIV": ("Site engineer", "Structural engineer", "Town planner", "Project manager"),
}
HEADLINES = (
    "Builds payment systems, mentors first-years",
    "Likes difficult bugs and simple answers",
    "From the workshop to the board room and back",
    "Hires people who ask why",
    "Bridges, mostly made of steel",
    "Writes firmware that outlives its hardware",
    "Measures twice, cuts once",
)
BIOS = (
    "I learned the most in the laboratory after hours.\n\nAsk me about **interviews**, or about moving abroad.",
    "Ten years of making things smaller. Now I help others to start.",
    "If you are in my city, there is coffee.",
    "What I would tell my younger self:\n\n- read the data sheet\n- sleep\n- call home",
)
PRIZES = (
    ("Best paper award", "National Conference on Systems"),
    ("Patent for a safer valve", "Patent office"),
    ("Forty under forty", "Business Weekly"),
    ("Open source maintainer of the year", "Free Software Association"),
)
SCHOOLS = (
    ("Valley Business School", "MBA", "Management"),
    ("Lakeside University", "M.Sc.", "Data science"),
    ("Institute of Design", "M.Des.", "Product design"),
)
SKILLS = (
    "Python",
    "Java",
    "SQL",
    "Kubernetes",
    "AutoCAD",
    "MATLAB",
    "Linux",
    "React",
    "Git",
    "C++",
)


def build_network(db: Session, college: College) -> None:
    """Bring everybody with a record into the network and add the graduates of earlier years."""
    chance = Random(plan.SEED + 8)
    members.follow(db, list(db.scalars(select(User.id).order_by(User.id))))
    fresh = list(db.scalars(select(Member).where(Member.is_alumnus).order_by(Member.id)))
    for number, row in enumerate(fresh):
        _tell(row, chance, number == 0)
    graduates = [_graduate(db, college, chance, number) for number in range(GRADUATES)]
    _careers(db, chance, [*graduates, *fresh])
    _skills(db, chance, [*graduates, *fresh])
    _students(db, chance)
    for shown in (graduates[0], fresh[0]):
        _looks(db, chance, shown, graduates)


def _graduate(db: Session, college: College, chance: Random, number: int) -> Member:
    first = number == 0
    name = VISITOR if first else college.new_name()
    mailbox = VISITOR_MAILBOX if first else f"alumnus{number}"
    user = add_person(db, college, name, mailbox, [(Role.ALUMNUS, None)])
    department = "CSE" if first else chance.choice(sorted(college.programmes))
    programme = db.get_one(Programme, college.programmes[department])
    row = Member(
        user_id=user.id,
        sort_name=user.sort_name[:180],
        is_alumnus=True,
        standing=MemberStanding.INSTITUTION,
        graduation_year=2017 if first else chance.randint(FIRST_YEAR, 2024),
        register_number="",
        register_key="",
        department_id=programme.department_id,
        programme_id=programme.id,
        degree_id=programme.degree_id,
        campus_id=db.get_one(Department, programme.department_id).campus_id,
    )
    _tell(row, chance, first)
    _hide(row, chance, first)
    db.add(row)
    if first or chance.random() < 0.5:
        db.add(
            Profile(user_id=user.id, bio=chance.choice(BIOS), links=[], phone="+91 80 5550 0199")
        )
    db.flush()
    return row


def _tell(row: Member, chance: Random, first: bool) -> None:
    if first or chance.random() < 0.7:
        row.headline = HEADLINES[0] if first else chance.choice(HEADLINES)
    row.mentoring, row.hiring, row.speaking = (
        first or chance.random() < share for share in (0.3, 0.25, 0.2)
    )
    row.named_in_views = first or chance.random() < 0.4


def _hide(row: Member, chance: Random, first: bool) -> None:
    """Let people differ in what they show, and to whom."""
    if first:
        row.email_seen, row.phone_seen = int(Seen.CONNECTIONS), int(Seen.HIDDEN)
        return
    for name in ("work_seen", "location_seen", "open_seen", "bio_seen", "headline_seen"):
        if chance.random() < 0.15:
            setattr(row, name, int(chance.choice(list(Seen))))
    if chance.random() < 0.25:
        row.email_seen = int(chance.choice((Seen.CONNECTIONS, Seen.DEPARTMENT, Seen.NETWORK)))
    row.listed = chance.random() > 0.03


def _careers(db: Session, chance: Random, graduates: list[Member]) -> None:
    departments = {row.id: row.code for row in db.scalars(select(Department))}
    for number, row in enumerate(graduates):
        code = departments[row.department_id or 0]
        begins = min(
            date(row.graduation_year, chance.randint(7, 12), 1), clock.today().replace(day=1)
        )
        jobs = 3 if number == 0 else chance.choice((0, 1, 1, 2, 2, 3))
        for job in range(jobs):
            last = job == jobs - 1
            few = COMPANIES[:3] if chance.random() < 1 / ALIKE or number == 0 else COMPANIES
            company, city, country = few[0] if number == 0 and last else chance.choice(few)
            title = TITLES[code][min(job, 3)]
            ends = None if last else begins + timedelta(days=365 * chance.randint(1, 4))
            ends = None if ends is None or ends > clock.today() else ends.replace(day=1)
            db.add(
                Work(
                    member_id=row.id,
                    company=company,
                    company_key=company,
                    title=title,
                    begins_on=begins,
                    ends_on=ends,
                    city=city,
                )
            )
            if ends is None:
                row.title, row.company, row.company_key = title, company, company
                row.city, row.city_key, row.country = city, city, country
                break
            begins = ends
        if chance.random() < 0.2 or number == 0:
            title, given_by = chance.choice(PRIZES)
            year = min(row.graduation_year + chance.randint(1, 8), clock.today().year)
            db.add(Achievement(member_id=row.id, title=title, year=year, given_by=given_by))
        if chance.random() < 0.2 or number == 0:
            school, degree, subject = chance.choice(SCHOOLS)
            db.add(
                Education(
                    member_id=row.id,
                    school=school,
                    degree=degree,
                    subject=subject,
                    begins_in=row.graduation_year + 1,
                    ends_in=row.graduation_year + 3,
                )
            )
    db.flush()


def _skills(db: Session, chance: Random, graduates: list[Member]) -> None:
    """Let graduates say what they can, as far as the catalogue has it."""
    known = list(db.scalars(select(Skill.id).where(Skill.name.in_(SKILLS)).order_by(Skill.id)))
    if not known:
        return
    for row in graduates:
        chosen = chance.sample(known, min(len(known), chance.randint(0, 4)))
        own.add_own(db, SYSTEM, row.user_id, [(each, chance.randint(1, 4)) for each in chosen])


def _students(db: Session, chance: Random) -> None:
    """Some students tell something of themselves as well."""
    rows = db.scalars(select(Member).where(Member.is_student).order_by(Member.id).limit(60))
    for number, row in enumerate(rows):
        if number % 3 == 0:
            row.headline = chance.choice(
                ("Looks for an internship", "Plays chess, builds drones", "Likes compilers")
            )
            row.city = row.city_key = chance.choice(("Bengaluru", "Mysuru", "Nandi Valley"))
            row.country = "India"
    db.flush()


def _looks(db: Session, chance: Random, shown: Member, graduates: list[Member]) -> None:
    """Somebody looked at a graduate in the last weeks."""
    today = clock.today()
    lookers = chance.sample(graduates[1:], 9)
    insert_rows(
        db,
        ProfileView,
        ("member_id", "viewer_id", "day"),
        [
            (shown.id, looker.user_id, today - timedelta(days=chance.randint(0, 20)))
            for looker in lookers
        ],
    )

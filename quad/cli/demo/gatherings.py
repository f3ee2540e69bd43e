"""What the demo college meets for. Days count from today, hours are the college's clock."""

from __future__ import annotations

from dataclasses import dataclass

from quad.events.models.events import EventRepeat, EventVisibility
from quad.identity.models.accounts import Role

TALK = """## What it is about

How a small team moved forty years of paper records into one place, **without losing a single mark**.

- What went wrong, and how it was noticed
- What the numbers say after one year
- Questions from the floor

Bring your own laptop if you want to try it."""
WORKSHOP = """You leave with something that works.

1. Set up
2. Build it together
3. Break it, and mend it

No previous knowledge is needed. *Seats are few*, so give yours back if you cannot come."""
PLAIN = """Everybody is welcome. There is tea.

See the [rules of the hall](https://example.org/hall) before you bring equipment."""


@dataclass(frozen=True)
class Gathering:
    """One event. `host` is a mailbox of the staff or "star"; `fate` is published, waiting, refused, draft, cancelled.

    `people` register in order; the visitors' student is the one at `star` (0: does not). Of a past one `came` of ten
    were checked in.
    """

    title: str
    summary: str
    about: str
    host: str
    day: int
    hour: int
    hours: int = 2
    venue: str = ""
    link: str = ""
    seats: int | None = None
    people: int = 0
    star: int = 0
    fate: str = "published"
    visibility: EventVisibility = EventVisibility.MEMBERS
    roles: tuple[Role, ...] = ()
    repeat: EventRepeat | None = None
    times: int = 1
    certificates: bool = False
    came: int = 8
    speakers: tuple[tuple[str, str], ...] = ()
    agenda: tuple[tuple[str, str], ...] = ()
    question: str = ""
    cover: str = ""


PUBLIC, MEANT = EventVisibility.PUBLIC, EventVisibility.AUDIENCE
GATHERINGS = (
    Gathering(
        "Open day 2027",
        "Labs, lawns and lectures for whoever thinks of studying here.",
        TALK,
        "admin",
        24,
        10,
        6,
        "Hill Campus, main lawn",
        visibility=PUBLIC,
        people=26,
        star=4,
        speakers=(("Dr. Nalini Rao", "Registrar"), ("Farhan Ali", "Student council")),
        agenda=(("10:00", "Welcome"), ("11:00", "Tour of the labs"), ("14:00", "Talk to students")),
        cover="#2f6b45",
    ),
    Gathering(
        "Git from the first commit to the pull request",
        "An afternoon at the keyboard.",
        WORKSHOP,
        "cse1",
        -9,
        14,
        3,
        "Computing lab 2",
        seats=20,
        people=24,
        star=3,
        certificates=True,
        speakers=(("Meera Krishnan", "Data engineer, graduate of 2022"),),
        agenda=(("14:00", "Set up"), ("15:00", "Branches"), ("16:15", "Pull requests")),
        cover="#31566b",
    ),
    Gathering(
        "Interview practice with graduates",
        "Twenty minutes each, honest feedback.",
        WORKSHOP,
        "placement",
        5,
        16,
        3,
        "Placement office",
        seats=12,
        people=19,
        star=15,
        roles=(Role.STUDENT,),
        question="Which role do you aim for?",
        certificates=True,
    ),
    Gathering(
        "Robotics club",
        "Build, drive, repair. Every week.",
        PLAIN,
        "cse2",
        3,
        17,
        2,
        "Workshop 1",
        seats=30,
        people=14,
        star=2,
        repeat=EventRepeat.WEEKLY,
        times=4,
    ),
    Gathering(
        "From campus to cloud: a talk by Ananya Iyer",
        "What nobody told her about the first year at work.",
        TALK,
        "cse1",
        8,
        18,
        2,
        link="https://meet.example.org/quad-cloud",
        visibility=PUBLIC,
        people=17,
        star=6,
        speakers=(("Ananya Iyer", "Platform engineer"),),
        cover="#6b4a2f",
    ),
    Gathering(
        "Alumni evening",
        "Food, old friends, and the new library.",
        PLAIN,
        "admin",
        31,
        19,
        4,
        "Library terrace",
        seats=120,
        people=9,
        visibility=MEANT,
        roles=(Role.ALUMNUS, Role.ADMIN, Role.HOD, Role.FACULTY),
        question="Whom do you bring along?",
    ),
    Gathering(
        "Staff seminar: marking with rubrics",
        "For everybody who teaches.",
        TALK,
        "cse1",
        12,
        15,
        2,
        "Seminar room",
        visibility=MEANT,
        roles=(Role.FACULTY, Role.HOD, Role.ADVISOR, Role.ADMIN),
    ),
    Gathering(
        "Hackathon: water",
        "Twenty-four hours, four to a team, one problem of the valley.",
        WORKSHOP,
        "cse2",
        -34,
        9,
        24,
        "Lakeside Campus, hall",
        seats=40,
        people=32,
        star=9,
        certificates=True,
        came=9,
        cover="#2f5a6b",
    ),
    Gathering(
        "Blood donation",
        "One hour that helps three people.",
        PLAIN,
        "admin",
        -20,
        10,
        5,
        "Health centre",
        people=18,
        came=7,
    ),
    Gathering(
        "Film night: the campus in 1974",
        "With those who were there.",
        PLAIN,
        "star",
        16,
        20,
        2,
        "Open-air theatre",
        seats=80,
        fate="waiting",
    ),
    Gathering(
        "Chess under the trees",
        "Boards are there.",
        PLAIN,
        "star",
        10,
        17,
        2,
        "Lawn",
        fate="refused",
    ),
    Gathering(
        "Placement talk: how offers are made",
        "What happens between the interview and the letter.",
        TALK,
        "placement",
        14,
        11,
        1,
        "Auditorium",
        link="https://meet.example.org/quad-offers",
        seats=200,
        people=21,
        star=1,
        roles=(Role.STUDENT,),
    ),
    Gathering(
        "Cricket: staff against students",
        "Cancelled twice before; third time lucky.",
        PLAIN,
        "cse2",
        6,
        15,
        4,
        "Ground",
        people=11,
        star=5,
        fate="cancelled",
    ),
    Gathering(
        "Reading group: The Mythical Man-Month",
        "Chapter by chapter.",
        PLAIN,
        "cse2",
        19,
        18,
        1,
        link="https://meet.example.org/quad-reading",
        fate="draft",
    ),
)
REFUSED = "The lawn is closed that week. Choose another day and ask again, please."
LIKED = (
    "Clear, and at the right speed.",
    "That we could try it ourselves.",
    "The questions at the end.",
    "The tea.",
    "Real examples instead of slides.",
)
BETTER = ("More time.", "A larger room.", "Slides before the talk.", "", "Begin on time.")

"""What the demo college says: posts with the hours since they were written, and what others answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Said:
    """One post. `who` is a mailbox of the staff, "star", "student" or "graduate"; likes and answers come from others.

    `audience` is members, followers or department; `skills` are what it is about.
    """

    who: str
    hours: int
    text: str
    likes: int = 0
    answers: tuple[str, ...] = ()
    audience: str = "members"
    picture: str = ""
    skills: tuple[str, ...] = ()


TALK = (
    Said(
        "admin",
        3,
        "The **library** stays open until midnight from today until the last exam.\n\nBring your "
        "card after ten: the side door asks for it.",
        21,
        (
            "Finally!",
            "Thank you. Is the reading room on the second floor included?",
            "Tea as well?",
        ),
    ),
    Said(
        "star",
        5,
        "Our team came second at the water hackathon! Twenty-four hours, one pump, *no "
        "sleep*.\n\nThanks to everybody who lent us sensors.",
        34,
        (
            "Well deserved.",
            "The demo was the best of the day.",
            "How did you calibrate the flow meter?",
        ),
        picture="#2f5a6b",
    ),
    Said(
        "cse2",
        8,
        "A question to my students, and to everybody else: which topic of this term should we have "
        "had **more time** for?",
        9,
        (
            "Concurrency. Two weeks were too short.",
            "Testing!",
            "More of the lab, less of the slides.",
        ),
    ),
    Said(
        "graduate",
        11,
        "Two years at work today. What I would tell myself as a student:\n\n1. Ask the question "
        "that sounds silly.\n2. Write things down.\n3. Keep your campus friends.",
        41,
        ("Saving this.", "Number one is so true."),
    ),
    Said(
        "student",
        14,
        "Found: a grey umbrella in room B204. It waits for you at the porter's.",
        4,
        ("Mine! On my way.",),
    ),
    Said(
        "placement",
        20,
        "Interview practice is on: twenty minutes each, honest feedback. Seats are under "
        "[Events](/events).",
        17,
        ("I went last year and it helped a lot.",),
        skills=("Public speaking",),
    ),
    Said(
        "student",
        23,
        "Does anybody have notes of Monday's lecture on graphs? I was ill.",
        3,
        ("I send you mine.", "Page 40 of the slides has the proof."),
    ),
    Said(
        "star",
        29,
        "Study group for data structures: Thursdays at 17:00, lawn in front of the workshop. All "
        "are welcome, beginners first.",
        15,
        ("I am in.", "Can first-year students come?", "Yes, please do."),
        audience="department",
    ),
    Said(
        "graduate",
        33,
        "We are looking for interns in our platform team. Ask me anything here before you apply: "
        "https://example.org/careers",
        26,
        ("Is it remote?", "Which languages do you use?"),
        skills=("Docker", "Linux"),
    ),
    Said(
        "cse1",
        40,
        "The talk about moving forty years of paper records is worth your evening. It shows what "
        "*data quality* means when people depend on it.",
        12,
        (),
        skills=("PostgreSQL",),
    ),
    Said(
        "student",
        46,
        "Small win: all tests green on the first run. I do not trust it.",
        38,
        ("Check whether they run at all.", "Been there."),
        skills=("Python", "Git"),
    ),
    Said(
        "student",
        52,
        "Is the bus to Lakeside late for everybody today, or is it me?",
        6,
        ("Everybody. Twenty minutes.",),
    ),
    Said(
        "admin",
        60,
        "New bicycle stands behind the main building. Please leave the ramp free.",
        13,
        ("The ramp is blocked again this morning.",),
        picture="#2f6b45",
    ),
    Said(
        "graduate",
        71,
        "I mentor again this term. Book an hour in my calendar if you think about a master abroad.",
        19,
        ("Booked, thank you!",),
    ),
    Said(
        "student",
        80,
        "What is your favourite place on campus when it rains?",
        11,
        ("Top floor of the library.", "The workshop. Always warm.", "Canteen, window seats."),
    ),
    Said(
        "cse2",
        95,
        "Robotics club: last week's robot drove *backwards* only. This week we find out why.",
        14,
        ("Swapped wires?", "It was the wires."),
    ),
    Said(
        "star",
        110,
        "I wrote down how I prepared for the coding season, week by week. Tell me if the page "
        "should be public.",
        22,
        ("Yes please!",),
        audience="followers",
    ),
    Said("student", 130, "Selling a drawing board, A2, good as new. Pick up at the hostel.", 2, ()),
    Said(
        "graduate",
        150,
        "Back on campus for the alumni evening. Who else is coming?",
        16,
        ("See you there.", "Batch of 2022 is complete!"),
    ),
    Said(
        "student",
        170,
        "To whoever plays the flute at night near block C: you are good, and it is two in the "
        "morning.",
        44,
        ("Sorry! I stop at ten from now on.",),
    ),
    Said(
        "placement",
        190,
        "Offers of this season so far are in the placement report. Congratulations to all, and "
        "patience to those who wait.",
        18,
        (),
    ),
    Said(
        "student",
        220,
        "First blood donation done. It does not hurt, and there are biscuits.",
        27,
        ("Brave!", "They also had mango juice."),
    ),
    Said(
        "cse1",
        260,
        "Marking with rubrics: I share mine below the seminar's page. Improve them, please.",
        7,
        (),
        audience="department",
    ),
    Said(
        "student",
        300,
        "Who else comes from a small town and is the first at college in the family? Let us have "
        "tea.",
        36,
        ("Me.", "Me too. Friday?", "This made my day."),
    ),
    Said(
        "admin",
        340,
        "Welcome to the community. Be curious and be kind; name people as @first.last, and report "
        "what does not belong here.",
        25,
        ("Good to be here.",),
    ),
)
ASKED = (
    ("How do you like the canteen?", "scale", ()),
    (
        "Where do you eat most often?",
        "choice",
        ("Hill Campus", "Lakeside Campus", "I bring my own"),
    ),
    ("What should be on the menu?", "long_text", ()),
)
WISHES = (
    "More fruit.",
    "Dosa on Fridays.",
    "Shorter queues at one o'clock.",
    "Warm food after eight.",
    "",
)
SENT = (
    ("Praise", "The map of free rooms saves me ten minutes every day."),
    ("An idea", "Let us see the canteen's menu on the start page."),
    ("Something does not work", "On my old phone the calendar is a little slow."),
)

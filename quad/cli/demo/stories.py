"""What the students of the demo college ask for. All of it is invented."""

from __future__ import annotations

# Each line: category, answers, days ago, and how far it came ("new", "assigned", "working", "asked back", "resolved",
# "rejected", "withdrawn", "reopened"). The visitors' student asked the first ones.
STORIES: tuple[tuple[str, dict[str, object], int, str], ...] = (
    (
        "Leave",
        {"kind_of_leave": "Medical", "reason": "Fever; the doctor says to rest."},
        9,
        "resolved",
    ),
    (
        "Bonafide letter",
        {"purpose": "Passport or visa", "addressed_to": "Regional Passport Office"},
        20,
        "resolved",
    ),
    (
        "Hostel",
        {
            "what_is_it_about": "Repair",
            "room": "B-214",
            "what_happened": "The fan makes a noise and stops after an hour.",
        },
        2,
        "asked back",
    ),
    (
        "Scholarship",
        {
            "scholarship": "State merit scholarship",
            "yearly_family_income": 280000,
            "what_do_you_need": "Please sign the renewal form.",
        },
        4,
        "working",
    ),
    (
        "Leave",
        {"kind_of_leave": "Competition or conference", "reason": "The regional hackathon in Pune."},
        1,
        "assigned",
    ),
    (
        "Fee",
        {
            "what_is_it_about": "Receipt",
            "amount": 45000,
            "tell_us_more": "The receipt of the odd term for the bank.",
        },
        30,
        "rejected",
    ),
    # Everybody else's.
    (
        "Leave",
        {"kind_of_leave": "Family", "reason": "My sister’s wedding in Hubli."},
        3,
        "assigned",
    ),
    (
        "Leave",
        {"kind_of_leave": "Medical", "reason": "A small operation on the knee."},
        14,
        "resolved",
    ),
    ("Leave", {"kind_of_leave": "Other", "reason": "A trip with friends."}, 11, "rejected"),
    (
        "Leave",
        {"kind_of_leave": "Competition or conference", "reason": "Paper at a student conference."},
        6,
        "resolved",
    ),
    ("Leave", {"kind_of_leave": "Family", "reason": "Harvest festival at home."}, 25, "withdrawn"),
    (
        "Leave",
        {"kind_of_leave": "Medical", "reason": "Dengue, with the report of the clinic."},
        2,
        "assigned",
    ),
    (
        "Leave",
        {"kind_of_leave": "Family", "reason": "My grandfather is in hospital."},
        1,
        "working",
    ),
    (
        "Bonafide letter",
        {"purpose": "Education loan", "addressed_to": "Canara Bank, Mysuru"},
        2,
        "new",
    ),
    (
        "Bonafide letter",
        {"purpose": "Internship", "addressed_to": "Karavali Systems"},
        12,
        "resolved",
    ),
    ("Bonafide letter", {"purpose": "Bank account"}, 33, "resolved"),
    (
        "Bonafide letter",
        {"purpose": "Travel concession", "addressed_to": "South Western Railway"},
        1,
        "new",
    ),
    ("Bonafide letter", {"purpose": "Scholarship"}, 5, "working"),
    ("Bonafide letter", {"purpose": "Passport or visa"}, 8, "withdrawn"),
    (
        "Hostel",
        {
            "what_is_it_about": "Food",
            "room": "A-102",
            "what_happened": "Breakfast ends before the first lecture of the fourth floor.",
        },
        7,
        "assigned",
    ),
    (
        "Hostel",
        {
            "what_is_it_about": "Repair",
            "room": "C-011",
            "what_happened": "Water comes through the window when it rains.",
            "we_may_enter_while_you_are_out": True,
        },
        10,
        "working",
    ),
    (
        "Hostel",
        {
            "what_is_it_about": "Change of room",
            "room": "B-305",
            "what_happened": "I would like to move to the quiet wing before the exams.",
        },
        16,
        "rejected",
    ),
    (
        "Hostel",
        {
            "what_is_it_about": "Cleaning",
            "room": "A-020",
            "what_happened": "The corridor was not cleaned for two weeks.",
        },
        21,
        "resolved",
    ),
    (
        "Hostel",
        {
            "what_is_it_about": "Repair",
            "room": "B-118",
            "what_happened": "The lock is broken; the key turns but nothing moves.",
        },
        1,
        "new",
    ),
    (
        "Hostel",
        {
            "what_is_it_about": "Other",
            "room": "C-207",
            "what_happened": "May I keep a bicycle in the stairwell?",
        },
        13,
        "reopened",
    ),
    (
        "Fee",
        {
            "what_is_it_about": "Pay in parts",
            "amount": 60000,
            "tell_us_more": "My father’s shop was closed for two months.",
        },
        3,
        "asked back",
    ),
    (
        "Fee",
        {
            "what_is_it_about": "Payment did not arrive",
            "amount": 52500,
            "tell_us_more": "Paid by transfer on the 3rd; the portal still shows it as due.",
        },
        8,
        "working",
    ),
    (
        "Fee",
        {
            "what_is_it_about": "Money back",
            "amount": 5000,
            "tell_us_more": "The caution deposit of the old hostel.",
        },
        40,
        "resolved",
    ),
    (
        "Fee",
        {"what_is_it_about": "Receipt", "tell_us_more": "For the income tax of my mother."},
        5,
        "new",
    ),
    (
        "Scholarship",
        {
            "scholarship": "National fellowship for girls",
            "what_do_you_need": "Income certificate attested.",
        },
        15,
        "assigned",
    ),
    (
        "Scholarship",
        {
            "scholarship": "Alumni fund",
            "yearly_family_income": 150000,
            "what_do_you_need": "A letter of recommendation from the department.",
        },
        26,
        "resolved",
    ),
    (
        "Scholarship",
        {
            "scholarship": "Minority scholarship",
            "what_do_you_need": "The portal wants the institute code.",
        },
        2,
        "new",
    ),
    (
        "Other",
        {"in_one_line": "Lost ID card", "tell_us_more": "I lost it on the bus to the lake campus."},
        4,
        "resolved",
    ),
    (
        "Other",
        {
            "in_one_line": "Room for the chess club",
            "tell_us_more": "Fridays from five to seven, twelve people.",
        },
        6,
        "asked back",
    ),
    (
        "Other",
        {"in_one_line": "Wrong spelling of my name", "tell_us_more": "It is Shivani with one n."},
        2,
        "assigned",
    ),
    (
        "Other",
        {
            "in_one_line": "Change of bus route 7",
            "tell_us_more": "The stop at the market was taken away.",
        },
        18,
        "rejected",
    ),
    (
        "Grievance",
        {
            "what_happened": "Marks of the lab were read aloud with names.",
            "what_would_help": "That it does not happen again.",
        },
        5,
        "working",
    ),
    ("Grievance", {"what_happened": "Seniors take money for the common room."}, 2, "new"),
    ("Grievance", {"what_happened": "I was shouted at in the office."}, 28, "resolved"),
    ("Leave", {"kind_of_leave": "Medical", "reason": "Physiotherapy twice a week."}, 5, "assigned"),
)

"""What the demo college is made of. Everybody and everything in it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

COLLEGE = "Nandi Valley Institute of Technology"
DOMAIN = "nvit.example"
TIME_ZONE = "Asia/Kolkata"
SEED = 20261121


@dataclass(frozen=True)
class PlannedTerm:
    """A term; `number` counts from the first semester of the oldest batch."""

    code: str
    name: str
    starts_on: date
    ends_on: date


TERMS = (
    PlannedTerm("2024-ODD", "Odd term 2024–25", date(2024, 8, 5), date(2024, 12, 21)),
    PlannedTerm("2024-EVEN", "Even term 2024–25", date(2025, 1, 20), date(2025, 6, 7)),
    PlannedTerm("2025-ODD", "Odd term 2025–26", date(2025, 8, 4), date(2025, 12, 20)),
    PlannedTerm("2025-EVEN", "Even term 2025–26", date(2026, 1, 19), date(2026, 6, 6)),
    PlannedTerm("2026-ODD", "Odd term 2026–27", date(2026, 8, 3), date(2026, 12, 19)),
)

DEPARTMENTS = {
    "CSE": "Computer Science and Engineering",
    "ECE": "Electronics and Communication",
    "MEC": "Mechanical Engineering",
    "CIV": "Civil Engineering",
    "MAT": "Mathematics",
}
# Department: (programme code, name).
PROGRAMMES = {
    "CSE": ("BE-CSE", "B.E. Computer Science"),
    "ECE": ("BE-ECE", "B.E. Electronics"),
    "MEC": ("BE-MEC", "B.E. Mechanical"),
    "CIV": ("BE-CIV", "B.E. Civil"),
}
CREDITS_REQUIRED = 160
SEMESTERS = 8

# Semester of study: (code suffix, title, credits). Each programme has its own course of each line.
CURRICULUM: dict[str, dict[int, tuple[tuple[str, str, int], ...]]] = {
    "CSE": {
        1: (
            ("11", "Programming in Python", 4),
            ("12", "Discrete Structures", 4),
            ("13", "Digital Logic", 3),
        ),
        2: (
            ("21", "Data Structures", 4),
            ("22", "Computer Organisation", 4),
            ("23", "Communication Skills", 2),
        ),
        3: (("31", "Algorithms", 4), ("32", "Object-oriented Design", 4), ("33", "Probability", 3)),
        4: (
            ("41", "Database Management", 4),
            ("42", "Software Engineering", 3),
            ("43", "Web Technology", 3),
        ),
        5: (
            ("51", "Theory of Computation", 3),
            ("52", "Operating Systems", 4),
            ("53", "Distributed Databases", 4),
            ("54", "Computer Networks", 4),
        ),
    },
    "ECE": {
        1: (("11", "Circuits I", 4), ("12", "Engineering Physics", 4), ("13", "Workshop", 2)),
        2: (("21", "Circuits II", 4), ("22", "Signals", 4), ("23", "Technical Writing", 2)),
        3: (
            ("31", "Analogue Electronics", 4),
            ("32", "Electromagnetics", 4),
            ("33", "Statistics", 3),
        ),
        4: (
            ("41", "Digital Communication", 4),
            ("42", "Control Systems", 4),
            ("43", "Microcontrollers", 3),
        ),
        5: (("51", "Antennas", 3), ("52", "Embedded Systems", 4), ("53", "Signal Processing", 4)),
    },
    "MEC": {
        1: (
            ("11", "Engineering Drawing", 4),
            ("12", "Mechanics I", 4),
            ("13", "Workshop Practice", 2),
        ),
        2: (("21", "Mechanics II", 4), ("22", "Materials", 4), ("23", "Economics", 2)),
        3: (
            ("31", "Thermodynamics", 4),
            ("32", "Fluid Mechanics", 4),
            ("33", "Numerical Methods", 3),
        ),
        4: (("41", "Heat Transfer", 4), ("42", "Machine Design", 4), ("43", "Metrology", 3)),
        5: (("51", "Robotics", 4), ("52", "Manufacturing", 4), ("53", "Vibrations", 3)),
    },
    "CIV": {
        1: (("11", "Surveying", 4), ("12", "Statics", 4), ("13", "Geology", 3)),
        2: (
            ("21", "Strength of Materials", 4),
            ("22", "Building Materials", 4),
            ("23", "Environment", 2),
        ),
        3: (("31", "Structural Analysis", 4), ("32", "Hydraulics", 4), ("33", "Estimation", 3)),
        4: (("41", "Concrete Structures", 4), ("42", "Soil Mechanics", 4), ("43", "Transport", 3)),
        5: (("51", "Steel Structures", 4), ("52", "Foundations", 4), ("53", "Water Supply", 3)),
    },
}

# Of every offering: its name, kind, maximum and weight in per cent.
COMPONENTS = (
    ("Attendance", "attendance", 5, 5),
    ("Assignment 1", "assignment", 10, 7),
    ("Assignment 2", "assignment", 10, 8),
    ("Internal 1", "internal", 30, 15),
    ("Internal 2", "internal", 30, 15),
    ("External", "external", 100, 50),
)
WRITTEN_SO_FAR = 4  # of the current term's components

# Batch: (admission year, semester now, students per programme).
BATCHES = ((2024, 5, 24), (2025, 3, 18), (2026, 1, 18))

FIRST_NAMES = (
    "Aarav",
    "Aditi",
    "Aisha",
    "Amara",
    "Ananya",
    "Anton",
    "Bhavesh",
    "Bilal",
    "Camila",
    "Chen",
    "Chiara",
    "Daniel",
    "Devansh",
    "Diego",
    "Divya",
    "Elena",
    "Emeka",
    "Eshwar",
    "Farah",
    "Fatima",
    "Gurpreet",
    "Hana",
    "Harini",
    "Hiroshi",
    "Ines",
    "Ishaan",
    "Jana",
    "Jyothi",
    "Kabir",
    "Kavya",
    "Lakshmi",
    "Leila",
    "Linh",
    "Lucas",
    "Mateo",
    "Meenakshi",
    "Mei",
    "Mohan",
    "Nadia",
    "Nikhil",
    "Noor",
    "Olga",
    "Omar",
    "Pooja",
    "Priya",
    "Rafael",
    "Rahul",
    "Rekha",
    "Rohan",
    "Sakura",
    "Samira",
    "Sanjay",
    "Sofia",
    "Sunita",
    "Tariq",
    "Tenzin",
    "Uma",
    "Varun",
    "Vikram",
    "Wanjiru",
    "Yusuf",
    "Zara",
    "José",
    "Zoë",
    "Søren",
    "Łukasz",
    "小明",
    "Đức",
)
LAST_NAMES = (
    "Agarwal",
    "Almeida",
    "Banerjee",
    "Begum",
    "Bello",
    "Bhattacharya",
    "Castro",
    "Chowdhury",
    "D'Souza",
    "Das",
    "Fernandes",
    "Ferrari",
    "Garcia",
    "Gowda",
    "Hegde",
    "Hussain",
    "Ibrahim",
    "Iyer",
    "Jain",
    "Joshi",
    "Kaur",
    "Khan",
    "Kim",
    "Kulkarni",
    "Kumar",
    "Kowalski",
    "Li",
    "Lyngdoh",
    "Martins",
    "Mehta",
    "Menon",
    "Mukherjee",
    "Müller",
    "Nair",
    "Nguyen",
    "O'Neill",
    "Okafor",
    "Okonkwo",
    "Patel",
    "Pereira",
    "Pillai",
    "Prasad",
    "Rahman",
    "Ramesh",
    "Rao",
    "Reddy",
    "Rossi",
    "Sait",
    "Saxena",
    "Sharma",
    "Shetty",
    "Silva",
    "Singh",
    "Tanaka",
    "Thomas",
    "Tshering",
    "Verma",
    "Watanabe",
    "Wu",
    "Yoshida",
    "Yılmaz",
    "Zhang",
    "王",
    "Østergaard",
)
DESIGNATIONS = ("Professor", "Associate professor", "Assistant professor")
TEACHERS_PER_DEPARTMENT = 4

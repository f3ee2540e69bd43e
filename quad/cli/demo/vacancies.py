"""The jobs of the demo college. Every company in it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Vacancy:
    """One job: what it is, who may apply, and how far its applications come (`story`)."""

    title: str
    company: str
    kind: str
    location: str
    workplace: str
    low: int
    high: int
    per: str
    required: tuple[str, ...]
    nice: tuple[str, ...]
    departments: tuple[str, ...] = ()
    semesters: tuple[int, ...] = (5, 7)
    cgpa: str = ""
    backlogs: int | None = None
    places: int = 4
    drive: bool = False
    office: bool = False
    state: str = "open"
    only: bool = False
    # The furthest stage that applications reach, one entry each.
    story: tuple[str, ...] = ()
    roles: tuple[str, ...] = ("student",)

    @property
    def least(self) -> Decimal | None:
        """The average that is asked."""
        return Decimal(self.cgpa) if self.cgpa else None


CODE, DATA, CHIP = ("CSE",), ("CSE", "ECE"), ("ECE",)
IN_ALL = ("applied", "under_review", "shortlisted", "interview", "offered", "hired", "rejected")

# ruff: noqa: E501 - a table reads best with a row on each line
# fmt: off
VACANCIES: tuple[Vacancy, ...] = (
    Vacancy("Platform engineering intern", "Paisa Switch", "internship", "Bengaluru", "hybrid", 60000, 75000, "month", ("Python", "SQL"), ("Linux", "Go"), DATA, (5,), "7.5", 1, story=(*IN_ALL, "withdrawn", "applied")),
    Vacancy("Graduate software engineer", "Kaveri Cloud", "full_time", "Bengaluru", "on_site", 900000, 1200000, "year", ("Java", "SQL"), ("Spring Boot", "Docker"), CODE, (7,), "7.0", 0, 12, drive=True, office=True, story=("hired", "hired", "hired", "offered", "offered", "interview", "rejected", "rejected", "shortlisted")),
    Vacancy("Embedded systems engineer", "Tarang Motion", "full_time", "Pune", "on_site", 650000, 800000, "year", ("C", "MATLAB"), ("VHDL",), CHIP, (7,), "6.5", 1, 6, drive=True, office=True, story=("hired", "hired", "offered", "interview", "rejected")),
    Vacancy("Design engineer", "Garuda Pumps", "full_time", "Coimbatore", "on_site", 550000, 650000, "year", ("SolidWorks", "AutoCAD"), ("MATLAB",), ("MEC",), (7,), "6.0", 2, 5, drive=True, office=True, story=("hired", "hired", "hired", "offered", "hired", "rejected")),
    Vacancy("Site engineer", "Setu Infrastructure", "full_time", "Hyderabad", "on_site", 500000, 600000, "year", ("AutoCAD",), ("Excel",), ("CIV",), (7,), "6.0", 2, 8, drive=True, office=True, story=("hired", "offered", "shortlisted", "applied")),
    Vacancy("Data engineering intern", "Monsoon Analytics", "internship", "Chennai", "remote", 45000, 55000, "month", ("Python", "SQL"), ("PostgreSQL", "Tableau"), DATA, (5, 7), "7.0", None, story=("interview", "shortlisted", "applied")),
    Vacancy("Front end developer", "Little Lantern", "full_time", "Mumbai", "hybrid", 700000, 950000, "year", ("JavaScript", "React"), ("TypeScript", "Figma"), CODE, (7,), "6.5", story=("under_review", "applied")),
    Vacancy("Machine learning research intern", "Aravalli Labs", "internship", "Gurugram", "on_site", 80000, 80000, "month", ("Python", "PyTorch"), ("TensorFlow", "R"), DATA, (5, 7), "8.5", 0, 2, only=True, story=("shortlisted",)),
    Vacancy("Site reliability engineer", "Paisa Switch", "full_time", "Bengaluru", "hybrid", 1100000, 1500000, "year", ("Linux", "Kubernetes"), ("Go", "Terraform"), CODE, (7,), "7.5", 0, 3, story=("applied",)),
    Vacancy("Mobile developer", "Chai Time Games", "full_time", "Kochi", "remote", 600000, 900000, "year", ("Kotlin",), ("Java", "Git"), CODE, (7,), "6.0"),
    Vacancy("Analogue design intern", "Neelam Semiconductors", "internship", "Bengaluru", "on_site", 50000, 50000, "month", ("Verilog",), ("MATLAB",), CHIP, (5, 7), "7.5", 0, story=("applied", "under_review")),
    Vacancy("Teaching assistant in programming", "Nandi Valley Institute of Technology", "part_time", "Nandi Valley", "on_site", 350, 350, "hour", ("Python",), ("Java",), CODE, (5, 7), "8.0", 0, 6, office=True, story=("hired", "hired", "applied")),
    Vacancy("Structural analysis trainee", "Setu Infrastructure", "internship", "Hyderabad", "on_site", 25000, 30000, "month", ("AutoCAD",), (), ("CIV",), (5, 7), story=("applied",)),
    Vacancy("Manufacturing engineer", "Tarang Motion", "full_time", "Pune", "on_site", 520000, 620000, "year", ("SolidWorks",), ("Excel",), ("MEC",), (7,), "6.0", 2, story=("applied", "rejected")),
    Vacancy("Quality engineer", "Garuda Pumps", "full_time", "Coimbatore", "on_site", 450000, 520000, "year", ("Excel",), (), ("MEC", "CIV"), (7,), office=True, drive=True),
    Vacancy("Security analyst", "Kavach Systems", "full_time", "New Delhi", "on_site", 800000, 1000000, "year", ("Linux", "Python"), ("Bash",), CODE, (7,), "7.0", 0),
    Vacancy("Technical writer", "Little Lantern", "contract", "Remote", "remote", 12000, 15000, "week", ("Git",), (), (), (5, 7)),
    Vacancy("Database administrator", "Sahyadri Bank", "full_time", "Mumbai", "on_site", 750000, 900000, "year", ("SQL", "PostgreSQL"), ("Linux",), CODE, (7,), "6.5", 1),
    Vacancy("Senior backend engineer", "Kaveri Cloud", "full_time", "Bengaluru", "hybrid", 2200000, 2800000, "year", ("Java", "Kubernetes"), ("AWS",), roles=("alumnus",), semesters=()),
    Vacancy("Mentor for a start-up weekend", "Chai Time Games", "contract", "Kochi", "on_site", 20000, 20000, "week", (), (), roles=("alumnus",), semesters=()),
    Vacancy("Robotics intern", "Tarang Motion", "internship", "Pune", "on_site", 35000, 40000, "month", ("C++", "MATLAB"), ("Python",), ("MEC", "ECE", "CSE"), (5,), "7.0", 1),
    Vacancy("Cloud support associate", "Kaveri Cloud", "full_time", "Hyderabad", "hybrid", 550000, 650000, "year", ("Linux",), ("AWS", "Docker"), DATA, (7,), state="waiting"),
    Vacancy("Growth analyst", "Monsoon Analytics", "internship", "Chennai", "remote", 30000, 35000, "month", ("Excel", "SQL"), ("Tableau",), (), (5, 7), state="waiting"),
    Vacancy("Firmware engineer", "Neelam Semiconductors", "full_time", "Bengaluru", "on_site", 700000, 850000, "year", ("C",), ("Verilog",), CHIP, (7,), "7.0", state="draft"),
    Vacancy("Summer analyst 2026", "Sahyadri Bank", "internship", "Mumbai", "on_site", 70000, 70000, "month", ("Excel", "SQL"), (), (), (5, 7), "7.0", 1, state="closed", story=("hired", "rejected", "offered", "hired")),
)
# fmt: on

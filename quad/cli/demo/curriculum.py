"""What the demo college teaches. Invented, and plausible enough to click through."""

from __future__ import annotations

Line = tuple[str, int]  # title, credits

COURSES: dict[str, dict[int, tuple[Line, ...]]] = {
    "CSE": {
        1: (("Programming in Python", 4), ("Discrete Structures", 4), ("Digital Logic", 3)),
        2: (("Data Structures", 4), ("Computer Organisation", 4), ("Communication Skills", 2)),
        3: (("Algorithms", 4), ("Object-oriented Design", 4), ("Probability", 3)),
        4: (("Database Management", 4), ("Software Engineering", 3), ("Web Technology", 3)),
        5: (
            ("Theory of Computation", 3),
            ("Operating Systems", 4),
            ("Distributed Databases", 4),
            ("Computer Networks", 4),
        ),
        6: (("Compilers", 4), ("Machine Learning", 4), ("Information Security", 3)),
        7: (("Cloud Computing", 3), ("Natural Language Processing", 3), ("Project I", 6)),
        8: (("Professional Ethics", 2), ("Project II", 10)),
    },
    "ECE": {
        1: (("Circuits I", 4), ("Engineering Physics", 4), ("Workshop", 2)),
        2: (("Circuits II", 4), ("Signals", 4), ("Technical Writing", 2)),
        3: (("Analogue Electronics", 4), ("Electromagnetics", 4), ("Statistics", 3)),
        4: (("Digital Communication", 4), ("Control Systems", 4), ("Microcontrollers", 3)),
        5: (("Antennas", 3), ("Embedded Systems", 4), ("Signal Processing", 4)),
        6: (("VLSI Design", 4), ("Wireless Networks", 4), ("Optical Communication", 3)),
        7: (("Radar Systems", 3), ("Internet of Things", 3), ("Project I", 6)),
        8: (("Professional Ethics", 2), ("Project II", 10)),
    },
    "MEC": {
        1: (("Engineering Drawing", 4), ("Mechanics I", 4), ("Workshop Practice", 2)),
        2: (("Mechanics II", 4), ("Materials", 4), ("Economics", 2)),
        3: (("Thermodynamics", 4), ("Fluid Mechanics", 4), ("Numerical Methods", 3)),
        4: (("Heat Transfer", 4), ("Machine Design", 4), ("Metrology", 3)),
        5: (("Robotics", 4), ("Manufacturing", 4), ("Vibrations", 3)),
        6: (("Turbomachines", 4), ("Finite Elements", 4), ("Operations Research", 3)),
        7: (("Automobile Engineering", 3), ("Refrigeration", 3), ("Project I", 6)),
        8: (("Professional Ethics", 2), ("Project II", 10)),
    },
    "CIV": {
        1: (("Surveying", 4), ("Statics", 4), ("Geology", 3)),
        2: (("Strength of Materials", 4), ("Building Materials", 4), ("Environment", 2)),
        3: (("Structural Analysis", 4), ("Hydraulics", 4), ("Estimation", 3)),
        4: (("Concrete Structures", 4), ("Soil Mechanics", 4), ("Transport", 3)),
        5: (("Steel Structures", 4), ("Foundations", 4), ("Water Supply", 3)),
        6: (("Earthquake Engineering", 4), ("Irrigation", 4), ("Construction Planning", 3)),
        7: (("Bridges", 3), ("Remote Sensing", 3), ("Project I", 6)),
        8: (("Professional Ethics", 2), ("Project II", 10)),
    },
}

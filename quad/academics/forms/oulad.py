"""One line of each file of the Open University Learning Analytics Dataset, as far as records need it.

Days are counted from the first day of a presentation; 0 and before is possible.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from quad.core.forms import Form

Module = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,20}$")]
Presentation = Annotated[str, StringConstraints(pattern=r"^20\d\d[BJ]$")]
Number = Annotated[int, Field(ge=1, le=10**12)]
Day = Annotated[int, Field(ge=-3_650, le=3_650)]


class PresentationLine(Form):
    code_module: Module
    code_presentation: Presentation
    module_presentation_length: Annotated[int, Field(ge=1, le=1_000)]


class AssessmentLine(Form):
    code_module: Module
    code_presentation: Presentation
    id_assessment: Number
    assessment_type: Literal["TMA", "CMA", "Exam"]
    date: Day | None = None
    weight: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)]


class StudentLine(Form):
    code_module: Module
    code_presentation: Presentation
    id_student: Number
    num_of_prev_attempts: Annotated[int, Field(ge=0, le=100)]
    studied_credits: Annotated[int, Field(ge=0, le=5_000)]
    final_result: Literal["Pass", "Distinction", "Fail", "Withdrawn"]


class RegistrationLine(Form):
    code_module: Module
    code_presentation: Presentation
    id_student: Number
    date_registration: Day | None = None
    date_unregistration: Day | None = None


class ResultLine(Form):
    id_assessment: Number
    id_student: Number
    is_banked: bool
    score: Annotated[Decimal, Field(ge=0, le=100, decimal_places=2)] | None = None

"""Numbers that administrators set: each refuses what is out of its bounds, in its own words."""

from __future__ import annotations

import pytest

from quad.core.settings import Setting
from quad.web.site import Site

PHOTO = "Write a number of megabytes from 1 to 25."
SIZE = "Write a number of megabytes from 0 to 100,000."
YEAR = "Write a number of days from 0 to 365."
BOUNDS = {
    "academics.attendance_limit": (0, 100, "Use a number from 0 to 100."),
    "academics.attendance_warn_after": (1, 100, "Use a number from 1 to 100."),
    "academics.promotion.undo_days": (0, 365, YEAR),
    "academics.reevaluation.answer_days": (1, 365, "Write a number of days from 1 to 365."),
    "academics.reevaluation.days": (0, 365, YEAR),
    "coding.inactive_days": (1, 365, "Write a number from 1 to 365."),
    "coding.sync_from": (0, 23, "Write a number from 0 to 23."),
    "coding.weight_easy": (0, 100, "Write a number from 0 to 100."),
    "identity.invitation_days": (1, 90, "Write a number of days from 1 to 90."),
    "identity.photo_megabytes": (1, 25, PHOTO),
    "identity.step_up_minutes": (1, 1440, "Write a number of minutes from 1 to 1440."),
    "materials.course_megabytes": (0, 100_000, SIZE),
    "materials.pdf_megabytes": (0, 100_000, SIZE),
    "materials.undo_days": (0, 3_650, "Write a number of days from 0 to 3,650."),
    "welfare.attachment_megabytes": (1, 25, PHOTO),
    "welfare.escalate_days": (0, 60, "Write a number of days from 0 to 60."),
    "welfare.remind_days": (0, 60, "Write a number of days from 0 to 60."),
    "welfare.reopen_days": (0, 365, YEAR),
}


def test_numbers_out_of_their_bounds_are_refused_in_the_words_of_the_setting(app: Site) -> None:
    for key, (least, most, said) in BOUNDS.items():
        setting = Setting.registry[key]
        assert (setting.cleaned(least), setting.cleaned(str(most))) == (least, most)
        for wrong in (least - 1, most + 1):
            with pytest.raises(ValueError, match=r"\.$") as refused:
                setting.cleaned(wrong)
            assert str(refused.value) == said, key

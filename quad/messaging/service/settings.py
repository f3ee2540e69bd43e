"""What the institution decides about messages."""

from __future__ import annotations

from quad.core.i18n import lazy_gettext as _l
from quad.core.settings import Setting, between
from quad.core.taking import Purpose
from quad.core.uploads import PAPERS, PICTURES

GROUP = _l("Messages")

EDIT_MINUTES = Setting(
    key="messaging.edit_minutes",
    label=_l("Minutes in which a message can be changed or taken back"),
    hint=_l("0: never."),
    default=15,
    kind="int",
    group=GROUP,
    check=between(0, 1_440),
    order=10,
)
NEW_PER_DAY = Setting(
    key="messaging.new_per_day",
    label=_l("New conversations somebody may begin within a day"),
    default=20,
    kind="int",
    group=GROUP,
    check=between(1, 1_000),
    order=20,
)
MAIL_AFTER_MINUTES = Setting(
    key="messaging.mail_after_minutes",
    label=_l("Minutes after which unread messages are told of"),
    hint=_l("Once for each conversation, by bell and mail as each person chose. 0: never."),
    default=30,
    kind="int",
    group=GROUP,
    check=between(0, 10_080),
    order=30,
)
FILE_MEGABYTES = Setting(
    key="messaging.file_megabytes",
    label=_l("Largest file that comes with a message"),
    hint=_l("In megabytes."),
    default=10,
    kind="int",
    group=GROUP,
    check=between(1, 25, _l("Write a number of megabytes from 1 to 25.")),
    order=40,
)
FILES = Purpose((*PAPERS, *PICTURES), FILE_MEGABYTES)
MOST_FILES = 5

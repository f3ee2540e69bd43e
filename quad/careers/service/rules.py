"""How the institution wants careers to work."""

from __future__ import annotations

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.core.settings import Setting, between

GROUP = _l("Careers")
ALUMNI, EVERYBODY, NOBODY = "alumni", "everybody", "nobody"


def _code(given: str) -> None:
    if not (len(given) == 3 and given.isascii() and given.isalpha() and given.isupper()):
        raise ValueError(_("Write the three letters of the currency, such as INR or EUR."))


APPROVAL = Setting(
    key="careers.approval",
    label=_l("Whose jobs the placement office approves before they open"),
    default=ALUMNI,
    kind="choice",
    choices=(
        (ALUMNI, _l("Those of alumni")),
        (EVERYBODY, _l("Those of alumni and staff")),
        (NOBODY, _l("Nobody’s: every job opens at once")),
    ),
    group=GROUP,
    order=10,
)
CURRENCY = Setting(
    key="careers.currency",
    label=_l("Currency of salaries"),
    hint=_l("Stands in the form of a new job; the placement report begins with it."),
    default="INR",
    kind="text",
    group=GROUP,
    check=_code,
    order=20,
)
SMALL_GROUP = Setting(
    key="careers.small_group",
    label=_l("Least number of offers in a line of the placement report"),
    hint=_l("A line about fewer shows no salary, so that nobody’s can be read from it."),
    default=5,
    kind="int",
    group=GROUP,
    check=between(1, 100),
    order=30,
)
ON_THE_HOME_PAGE = Setting(
    key="careers.home_page",
    label=_l("Show the newest jobs on the public home page"),
    hint=_l("Title, company and place. Jobs for some people only never stand there."),
    default=True,
    kind="bool",
    group=GROUP,
    order=40,
)

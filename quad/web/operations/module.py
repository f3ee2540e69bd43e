"""What looking after the machinery adds to the product."""

from __future__ import annotations

from quad.core.backup import nightly
from quad.core.i18n import lazy_gettext as _l
from quad.core.jobs import upkeep
from quad.core.mail import jobs as mail_jobs
from quad.web.module import Module, Nav
from quad.web.operations import api, mail_api, mailbox, views

ADMIN = frozenset({"admin"})
GROUP = _l("Administration")

MODULE = Module(
    "operations",
    blueprints=(views.bp, api.bp, mail_api.bp, mailbox.bp),
    nav=(
        Nav(_l("Jobs"), "operations.jobs", "list-check", GROUP, ADMIN, order=97),
        Nav(_l("Mail"), "operations.mails", "mail", GROUP, ADMIN, order=98),
    ),
    label=_l("Jobs and mail"),
    parts=(upkeep, mail_jobs, nightly),
)

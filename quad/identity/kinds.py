"""What people call devices and the entries of their security log."""

from __future__ import annotations

from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l
from quad.identity.models.profiles import SecurityKind

BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device_name(user_agent: str) -> str:
    """Return what a person calls the device: "Firefox on Linux"."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or user_agent.split("/", maxsplit=1)[0][:60] or _("Unknown device")


# The mark (open, going, done, warn, stop) and the words of each kind.
SECURITY_WORDS: dict[SecurityKind, tuple[str, str]] = {
    SecurityKind.SIGNED_IN: ("done", _l("Signed in")),
    SecurityKind.NEW_DEVICE: ("warn", _l("Signed in with a new device")),
    SecurityKind.SIGN_IN_FAILED: ("stop", _l("Sign-in refused")),
    SecurityKind.LOCKED: ("stop", _l("Sign-in paused after failed tries")),
    SecurityKind.SIGNED_OUT: ("open", _l("Signed out")),
    SecurityKind.PASSWORD_CHANGED: ("done", _l("Password changed")),
    SecurityKind.PASSWORD_ASKED: ("going", _l("Link for a new password asked for")),
    SecurityKind.PASSWORD_GIVEN: ("warn", _l("New one-time password by an administrator")),
    SecurityKind.EMAIL_ASKED: ("going", _l("Change of the e-mail address asked for")),
    SecurityKind.EMAIL_CHANGED: ("warn", _l("E-mail address changed")),
    SecurityKind.EMAIL_KEPT: ("done", _l("Change of the e-mail address undone")),
    SecurityKind.TOKEN_MADE: ("going", _l("Personal access token made")),
    SecurityKind.TOKEN_ENDED: ("open", _l("Personal access token ended")),
    SecurityKind.TOKEN_REUSED: ("stop", _l("An old token was used again; that session was ended")),
    SecurityKind.FACTOR_ADDED: ("done", _l("Second factor added")),
    SecurityKind.FACTOR_REMOVED: ("warn", _l("Second factor removed")),
    SecurityKind.RECOVERY_MADE: ("done", _l("New recovery codes made")),
    SecurityKind.RECOVERY_USED: ("warn", _l("Recovery code used")),
    SecurityKind.PROVIDER_LINKED: ("done", _l("Sign-in of another service linked")),
    SecurityKind.PROVIDER_UNLINKED: ("open", _l("Sign-in of another service unlinked")),
    SecurityKind.DATA_ASKED: ("going", _l("Copy of one's own data asked for")),
    SecurityKind.DELETION_ASKED: ("warn", _l("Deletion of the account asked for")),
    SecurityKind.DELETION_UNDONE: ("done", _l("Deletion of the account undone")),
}

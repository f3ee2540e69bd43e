"""What identity, and the ground below it, says about the things of a person when two accounts are merged."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from quad.core.export.models import Export
from quad.core.i18n import lazy_gettext as _l
from quad.core.listing.columns import ListColumns
from quad.core.listing.saved import SavedSearch
from quad.core.merging import Merge, dropped, moved, one_of, stays
from quad.identity.models.accounts import (
    LoginChallenge,
    PasswordReset,
    PersonalToken,
    RoleGrant,
    SignInGuard,
    UserSession,
)
from quad.identity.models.factors import (
    ExternalIdentity,
    OidcFlow,
    Passkey,
    PasskeyCeremony,
    RecoveryCode,
    TotpFactor,
    TrustedDevice,
)
from quad.identity.models.joining import AccountLink, Invitation, Registration
from quad.identity.models.mentors import MentorAssignment
from quad.identity.models.profiles import OwnDataCopy, Profile, SecurityEvent

_mentees = moved(_l("People looked after"), MentorAssignment.mentor_id)


def _move_mentees(db: Session, kept: int, gone: int) -> None:
    _mentees.move(db, kept, gone)
    # Nobody looks after themselves.
    db.execute(
        delete(MentorAssignment).where(
            MentorAssignment.mentor_id == kept, MentorAssignment.mentee_id == kept
        )
    )


MERGES: tuple[Merge, ...] = (
    moved(_l("Roles"), RoleGrant.user_id, once_per=(RoleGrant.role, RoleGrant.scope)),
    one_of(_l("Profile"), Profile.user_id),
    moved(_l("Mentors"), MentorAssignment.mentee_id, once_per=(MentorAssignment.kind,)),
    Merge(_mentees.label, _mentees.columns, _mentees.count, _move_mentees),
    moved(_l("Registrations"), Registration.user_id),
    moved(_l("Invitations"), Invitation.user_id),
    moved(_l("Exports"), Export.owner_id),
    moved(_l("Chosen columns"), ListColumns.user_id, once_per=(ListColumns.list_name,)),
    moved(
        _l("Kept searches"),
        SavedSearch.user_id,
        once_per=(SavedSearch.list_name, SavedSearch.name_key),
    ),
    # Nobody gets in with what belonged to the account that goes.
    dropped("", LoginChallenge.user_id),
    dropped("", PasswordReset.user_id),
    dropped("", AccountLink.user_id),
    dropped("", SignInGuard.user_id),
    dropped("", TotpFactor.user_id),
    dropped("", Passkey.user_id),
    dropped("", PasskeyCeremony.user_id),
    dropped("", RecoveryCode.user_id),
    dropped("", TrustedDevice.user_id),
    dropped("", ExternalIdentity.user_id),
    dropped("", OidcFlow.user_id),
    dropped("", OwnDataCopy.user_id),
    stays(UserSession.user_id, PersonalToken.user_id, SecurityEvent.user_id),
)

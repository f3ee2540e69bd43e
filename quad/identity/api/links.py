"""What mailed links open, for programs: a new password, a first one, and staying after all."""

from __future__ import annotations

from apiflask import APIBlueprint

from quad.core.i18n import gettext as _
from quad.identity.forms.accounts import Forgot
from quad.identity.forms.joining import ConfirmBody, SetPasswordBody
from quad.identity.models.joining import AccountLinkPurpose
from quad.identity.service import activation, leaving, links, resets
from quad.identity.service.hashing import hasher
from quad.identity.service.passwords import require_good
from quad.web.api import Answer, operation
from quad.web.kit import current_db, runtime
from quad.web.limits import limit

bp = APIBlueprint("identity_links_api", __name__, url_prefix="/api/v1/auth", tag="Signing in")


def _hashed(body: SetPasswordBody, *, email: str, name: str) -> str:
    """Judge and hash the password, before the transaction begins."""
    password = body.password.get_secret_value()
    require_good(password, email=email, name=name)
    return hasher(runtime().settings).hash(password)


def _over() -> Answer:
    return Answer(error=resets.link_is_over(), status=409)


@operation(bp, "POST", "/forgot-password", body=Forgot, status=202, public=True)
@limit("5 per minute; 30 per hour", scope="reset")
def forgot(body: Forgot) -> Answer:
    """Ask for a link that sets a new password. The answer is the same whoever asks."""
    resets.ask_for_reset(current_db(), body.email)
    return Answer(None, message=_("If there is such an account, a link is on its way."), status=202)


@operation(
    bp,
    "POST",
    "/reset-password",
    body=SetPasswordBody,
    message="Password set",
    errors=(409,),
    public=True,
)
@limit("20 per minute", scope="reset-link")
def reset(body: SetPasswordBody) -> Answer:
    """Set a new password by the mailed link; every session ends, and signing in asks for the rest."""
    with runtime().database.reading() as looking:
        holder = resets.find_link(looking, body.token)
    if holder is None:
        return _over()
    kept = _hashed(body, email=holder.email, name=holder.name)
    resets.complete_reset(current_db(), body.token, kept)
    return Answer(None)


@operation(
    bp,
    "POST",
    "/activate",
    body=SetPasswordBody,
    message="Password set",
    errors=(409,),
    public=True,
)
@limit("20 per minute", scope="joining-link")
def activate(body: SetPasswordBody) -> Answer:
    """Set the first password of an account that was made for one."""
    with runtime().database.reading() as looking:
        holder = links.find_account_link(looking, body.token, AccountLinkPurpose.ACTIVATE)
    if holder is None:
        return _over()
    kept = _hashed(body, email=holder.email, name=holder.name)
    activation.activate_account(current_db(), body.token, kept)
    return Answer(None)


@operation(
    bp, "POST", "/stay", body=ConfirmBody, message="The account stays", errors=(409,), public=True
)
@limit("20 per minute", scope="joining-link")
def stay(body: ConfirmBody) -> None:
    """Keep an account whose deletion was asked for, by the mailed link."""
    leaving.come_back_by_link(current_db(), body.token)

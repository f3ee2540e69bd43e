from __future__ import annotations

import re
from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field

from quad.core.forms import Form, words
from quad.core.i18n import gettext as _
from quad.core.i18n import languages
from quad.core.i18n import lazy_gettext as _l
from quad.core.web_addresses import web_host
from quad.identity.forms.accounts import Email, FullName, Username
from quad.identity.models.accounts import Theme

MOST_LINKS = 5
LONGEST_LINK = 300
PHONE = re.compile(r"\+?[\d\s()./-]{5,40}")


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError(_("Choose a time zone from the list, such as Europe/Berlin."))
    return value


def _language(value: str) -> str:
    if value not in dict(languages()):
        raise ValueError(_("Quad does not speak this language yet."))
    return value


def _phone(value: str) -> str:
    if value and not PHONE.fullmatch(value):
        raise ValueError(_("Write a phone number with digits, such as +91 820 255 0000."))
    return value


def _lines(value: Any) -> Any:
    """A text box holds one address a line; JSON gives a list."""
    if isinstance(value, str):
        return value.split()
    if isinstance(value, list):
        return [
            part for item in value for part in (item.split() if isinstance(item, str) else [item])
        ]
    return value


def _links(value: list[str]) -> list[str]:
    if len(value) > MOST_LINKS:
        raise ValueError(_("Use at most %(n)s addresses.", n=MOST_LINKS))
    for address in value:
        if "." not in web_host(address):
            raise ValueError(
                _(
                    "“%(address)s” is not a web address such as https://example.org.",
                    address=address[:60],
                )
            )
        if len(address) > LONGEST_LINK:
            raise ValueError(_("A web address may have at most %(n)s characters.", n=LONGEST_LINK))
    return list(dict.fromkeys(value))


class EditProfile(Form):
    """Everything a person says about themselves; one class for the page and the API."""

    full_name: FullName
    pronouns: Annotated[
        str, words(_l("Pronouns"), longest=40, shortest=0, hint=_l("Optional, such as she/her."))
    ] = ""
    bio: Annotated[
        str, words(_l("About you"), longest=2_000, shortest=0, widget="textarea", rows=4)
    ] = ""
    phone: Annotated[
        str,
        words(_l("Phone"), longest=40, shortest=0, widget="tel", autocomplete="tel"),
        AfterValidator(_phone),
    ] = ""
    links: Annotated[
        list[str],
        BeforeValidator(_lines),
        AfterValidator(_links),
        Field(
            title=_l("Web addresses"),
            description=_l("One a line, at most five."),
            json_schema_extra={"widget": "textarea", "rows": 3},
        ),
    ] = []
    language: Annotated[
        str,
        words(_l("Language"), longest=20, shortest=0, widget="select"),
        AfterValidator(_language),
    ]
    zone: Annotated[str, words(_l("Time zone"), longest=64, widget="select"), AfterValidator(_zone)]
    theme: Annotated[Theme, Field(title=_l("Colours"))] = Theme.AUTO
    version: Annotated[
        int | None, Field(title=_l("Version"), ge=0, json_schema_extra={"widget": "hidden"})
    ] = None


class UploadPhoto(Form):
    file: Annotated[
        str,
        Field(
            title=_l("Photo"),
            description=_l(
                "JPEG, PNG or WebP. It is cut to a square; place and camera are taken out."
            ),
            json_schema_extra={"widget": "file", "accept": "image/jpeg,image/png,image/webp"},
        ),
    ]


class ChangeUsername(Form):
    username: Username = None


class ChangeEmail(Form):
    email: Email


class Leave(Form):
    sure: Annotated[bool, Field(title=_l("I have read this and want to leave."))] = False

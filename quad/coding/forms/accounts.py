"""Input about platforms and accounts."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from quad.coding.models.accounts import HEAVIEST, KEY_LENGTH
from quad.core.forms import Form, words
from quad.core.i18n import gettext as _
from quad.core.i18n import lazy_gettext as _l

LONGEST_ADDRESS = 200


def _lowered(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


class LinkAccount(Form):
    """`platform_name` is the key of a platform; the username may be given as the address of the profile."""

    platform_name: Annotated[
        str,
        BeforeValidator(_lowered),
        Field(title=_l("Platform"), max_length=120, json_schema_extra={"widget": "select"}),
    ]
    username: Annotated[
        str,
        words(
            _l("Username there"),
            longest=LONGEST_ADDRESS,
            hint=_l("Or the address of your profile page."),
            autocomplete="off",
        ),
    ]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(_("This is not a regular expression.")) from error
    return text


def _address(text: str) -> str:
    if text and not (text.startswith("https://") and "{handle}" in text):
        raise ValueError(_("Write an https:// address with {handle} where the username goes."))
    return text


class PlatformForm(Form):
    """A platform; `version` is the one that was opened."""

    name: Annotated[str, words(_l("Name"), longest=80)]
    handle_pattern: Annotated[
        str,
        words(
            _l("What usernames look like"),
            longest=200,
            hint=_l("A regular expression that fits the whole username."),
        ),
        AfterValidator(_pattern),
    ] = r"[A-Za-z0-9_.\-]{1,40}"
    handle_hint: Annotated[
        str, words(_l("The same in words, for students"), longest=200, shortest=0)
    ] = ""
    profile_url: Annotated[
        str,
        words(
            _l("Address of a profile"),
            longest=200,
            shortest=0,
            hint=_l("With {handle} where the username goes."),
        ),
        AfterValidator(_address),
    ] = ""
    weight: Annotated[
        int,
        Field(
            title=_l("Weight in the score, in percent"),
            description=_l("100 counts a problem once, 150 one and a half times, 0 not at all."),
            ge=0,
            le=HEAVIEST,
        ),
    ] = 100
    open: Annotated[bool, Field(title=_l("Students may link accounts"))] = True
    version: Annotated[int, Field(json_schema_extra={"widget": "hidden"})] = 0


class NewPlatform(PlatformForm):
    """A platform of one's own; `key` is its word on the wire and stays."""

    key: Annotated[
        str,
        BeforeValidator(_lowered),
        words(_l("Key"), longest=KEY_LENGTH, hint=_l("Small letters and digits, stays as it is.")),
        Field(pattern=r"^[a-z0-9]+$"),
    ]


class HideName(Form):
    hide_name: Annotated[bool, Field(title=_l("Keep my name from other students"))] = False

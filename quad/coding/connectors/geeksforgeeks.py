"""GeeksforGeeks: the JSON its own profile page loads. It is not documented, so nothing in it is taken for granted."""

from __future__ import annotations

import re

from quad.coding.connectors.base import Connector, Place
from quad.coding.connectors.reading import MOST_SOLVED, Reading, mapping, strange, text, whole
from quad.coding.connectors.troubles import Trouble, VisitFailed
from quad.coding.connectors.wire import Wire


class GeeksForGeeks(Connector):
    """One request for the count; its profiles hold no text to prove an account by."""

    name = "geeksforgeeks"
    label = "GeeksforGeeks"
    site = "https://www.geeksforgeeks.org/user/"
    interval = 2.0
    handles = re.compile(r"(?!\.+$)[A-Za-z0-9_.@-]{1,60}", re.ASCII)

    def read(self, wire: Wire, place: Place, handle: str) -> Reading:
        asked = {"handle": handle, "article_count": "false", "redirect": "true"}
        answer = wire.get(place.at("/api-get/user-profile-info/"), asked)
        if answer.status in (401, 403):
            raise VisitFailed(Trouble.REFUSED, str(answer.status))
        told = mapping(answer.data, "answer")
        message = text(told.get("message"), "message")
        if answer.status in (400, 404) and "not found" in message.lower():
            raise VisitFailed(Trouble.UNKNOWN_HANDLE, message[:200])
        if answer.status != 200:
            raise strange(f"{answer.status} {message}")
        data = mapping(told.get("data"), "data")
        solved = whole(data.get("total_problems_solved"), "total_problems_solved", most=MOST_SOLVED)
        return Reading(handle=handle, total_solved=solved)

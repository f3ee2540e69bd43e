"""How strong a password is: reasons in words while it is typed, and a list of leaked ones on request."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from structlog.testing import capture_logs

from quad.core.errors import Invalid
from quad.identity.service import breaches
from quad.identity.service.breaches import BreachList, is_leaked, use_breach_list
from quad.identity.service.passwords import judge, require_good, weakness

pytestmark = pytest.mark.feature("L8")
WHO = {"email": "meera.fernandes@nvit.example", "name": "Meera Anjali Fernandes"}
LEAKED = "plum harbour violet 9"


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("p4ssw0rd", "much like one of the first passwords"),
        ("drowssap", "much like one of the first passwords"),
        ("qwertyuiop", "first passwords"),
        ("anjali1998", "too close to your name"),
        ("Fernandes1", "too close to your name"),
        ("nvit2024", "too close to your name"),
        ("abcdefghij", "Rows such as"),
        ("12.05.1987", "Dates are guessed"),
        ("elephant", "one of the first passwords"),
    ],
)
def test_the_reason_fits_the_weakness(password, says):
    assert says in (weakness(password, **WHO) or "taken")


def test_the_score_grows_and_a_good_one_has_nothing_against_it():
    scores = [judge(word, **WHO).score for word in ("password", "kettle drum 5", LEAKED)]
    assert scores == sorted(scores)
    assert judge(LEAKED, **WHO).reason is None
    assert judge(LEAKED, **WHO).level == "Strong"


def test_the_page_judges_while_one_types(client, as_user, somebody):
    weak = client.post("/password-strength", data={"password": "password1"})
    assert "first passwords" in weak.text
    named = client.post(
        "/password-strength", data={"password": "zarathustra9", "full_name": "Nila Zarathustra"}
    )
    assert "too close to your name" in named.text
    user = somebody(name="Otto Quatermain")
    mine = as_user(user.id).post("/password-strength", data={"password": "quatermain1"})
    assert "too close to your name" in mine.text
    assert "Strong" in client.post("/password-strength", data={"password": LEAKED}).text
    assert client.post("/password-strength", data={}).text.strip() == ""


def test_the_field_of_a_new_password_asks_the_judge(as_user, somebody):
    page = as_user(somebody().id).get("/change-password").text
    assert 'hx-post="/password-strength"' in page
    assert page.count('hx-post="/password-strength"') == 1


class ListServer(BaseHTTPRequestHandler):
    """A list of leaked passwords in the k-anonymous shape; it remembers what it was asked."""

    asked: list[str] = []
    mode = "knows"

    def do_GET(self) -> None:
        type(self).asked.append(self.path)
        if type(self).mode == "broken":
            self.send_error(503)
            return
        digest = hashlib.sha1(LEAKED.encode(), usedforsecurity=False).hexdigest().upper()
        count = "0" if type(self).mode == "padding" else "37"
        body = f"{'0' * 35}:2\r\n{digest[5:]}:{count}\r\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        return


@pytest.fixture
def server() -> Iterator[type[ListServer]]:
    """A local list, in use until the test ends."""
    ListServer.asked, ListServer.mode = [], "knows"
    http = ThreadingHTTPServer(("127.0.0.1", 0), ListServer)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    use_breach_list(BreachList(f"http://127.0.0.1:{http.server_port}/range/", 5.0))
    yield ListServer
    use_breach_list(BreachList())
    http.shutdown()
    http.server_close()


def test_a_leaked_password_is_refused_and_only_five_characters_leave(server):
    with pytest.raises(Invalid, match="correct the marked") as refused:
        require_good(LEAKED, **WHO)
    assert "list of leaked ones" in refused.value.fields["password"]
    digest = hashlib.sha1(LEAKED.encode(), usedforsecurity=False).hexdigest().upper()
    assert server.asked == [f"/range/{digest[:5]}"]
    require_good("amber tricycle monsoon 4", **WHO)


def test_a_padding_line_is_no_leak(server):
    server.mode = "padding"
    assert not is_leaked(LEAKED)


def test_a_list_that_fails_stops_nobody_and_the_log_says_so(server):
    server.mode = "broken"
    with capture_logs() as lines:
        require_good(LEAKED, **WHO)
    assert [line["event"] for line in lines] == ["breach_list_silent"]
    assert LEAKED not in str(lines)


def test_a_list_that_hangs_is_given_up_on():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        use_breach_list(BreachList(f"http://127.0.0.1:{silent.getsockname()[1]}/", 0.2))
        try:
            with capture_logs() as lines:
                assert not is_leaked(LEAKED)
        finally:
            use_breach_list(BreachList())
    assert [line["event"] for line in lines] == ["breach_list_silent"]


def test_without_an_address_nobody_is_asked(monkeypatch):
    def refuse(*_args: object) -> list[str]:
        raise AssertionError("asked")

    monkeypatch.setattr(breaches, "_ask", refuse)
    assert not is_leaked(LEAKED)

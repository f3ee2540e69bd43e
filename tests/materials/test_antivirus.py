"""Nobody gets a file before the scanner was asked, and what it finds stays away from people for good."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import select

from quad.core import clock
from quad.core.antivirus import Scanner, ScannerUnavailable, parse
from quad.core.config import Misconfigured, load_settings
from quad.core.jobs.models import Job
from quad.core.jobs.runner import perform_due
from quad.core.jobs.runtime import attach
from quad.core.looking.viruses import TEST_VIRUS
from tests.materials import papers, samples
from tests.materials.clamd import ILL, Clamd
from tests.materials.conftest import API, versions_of


@pytest.fixture
def clamd():
    made = Clamd()
    yield made
    made.close()


@pytest.fixture
def guarded(clamd, app, database, settings):
    """Attach the installation with the scanner; return what does the worker's work."""
    values = {"antivirus_url": clamd.url, "antivirus_timeout": 5}
    runtime = attach(database, settings.model_copy(update=values))
    return lambda: perform_due(runtime)


def states(database, made):
    return [version.state.value for version in versions_of(database, made["id"])]


@pytest.mark.feature("M17", "M18")
@pytest.mark.parametrize("name", ["theory.pdf", "scale.mp3"])
def test_a_file_waits_until_the_scanner_says_that_it_is_clean(
    clamd, guarded, add, sign_in, database, name
):
    content = papers.pdf() if name.endswith("pdf") else samples.mp3()
    made = add(content, name)
    for who in ("asha", "teacher"):
        answer = sign_in(who).get(f"/materials/{made['id']}/content")
        assert answer.status_code == 409
        assert "X-Quad-File" not in answer.headers
    page = sign_in("asha").get(f"/materials/{made['id']}").text
    assert "Being checked" in page
    assert f"/materials/{made['id']}/content" not in page
    guarded()
    assert states(database, made) == ["clean"]
    assert clamd.scanned == [len(content)]
    assert sign_in("asha").get(f"/materials/{made['id']}/content").headers["X-Quad-File"]


@pytest.mark.feature("M17", "M18")
def test_what_the_scanner_finds_is_never_given_out_read_or_found(
    guarded, add, sign_in, database, clamd
):
    made = add(papers.pdf(extra=b"<< /Note (" + ILL + b") >>"), "ill.pdf")
    guarded()
    assert states(database, made) == ["refused"]
    for who in ("asha", "teacher", "admin"):
        client = sign_in(who)
        assert client.get(f"/materials/{made['id']}/content").status_code == 409
        assert client.get(f"{API}/materials/{made['id']}/content").status_code == 409
        assert client.get(f"{API}/materials/{made['id']}/summary").status_code == 404
    page = sign_in("teacher").get(f"/materials/{made['id']}").text
    assert "A virus was found in this file: Win.Test.Ill-1." in page
    answer = sign_in("asha").get(f"{API}/search", query_string={"q": "arpeggio"})
    assert "ill" not in answer.text


@pytest.mark.feature("M17")
def test_a_scanner_that_does_not_answer_keeps_the_file_waiting_and_is_asked_again(
    guarded, add, sign_in, database, clamd
):
    clamd.silent = True
    made = add(papers.pdf(), "theory.pdf")
    guarded()
    assert states(database, made) == ["waiting"]
    assert sign_in("asha").get(f"/materials/{made['id']}/content").status_code == 409
    with database.reader() as db:
        job = db.scalars(select(Job).where(Job.kind == "materials.read")).one()
        assert job.last_error == "The virus scanner does not answer. It is asked again in a while."
        again = job.run_at
    clamd.silent = False
    with clock.travel(again):
        guarded()
    assert states(database, made) == ["clean"]


@pytest.mark.feature("M17")
@pytest.mark.parametrize("name", ["eicar.pdf", "eicar.vtt"])
def test_the_test_virus_is_refused_without_any_scanner(sign_in, school, name):
    content = papers.pdf(extra=b"<< /Note (" + TEST_VIRUS + b") >>")
    answer = sign_in("teacher").post(
        f"{API}/courses/{school.course}/materials",
        data=content if name.endswith("pdf") else samples.VTT + TEST_VIRUS,
        query_string={"name": name, "offering_id": school.offering},
        content_type="application/octet-stream",
    )
    assert answer.status_code == 422
    said = answer.json["fields"]["file"]
    assert said.startswith("A virus was found" if name.endswith("pdf") else "This kind of file")


def test_the_scanner_is_spoken_to_over_a_local_socket_too(tmp_path):
    made = Clamd(str(tmp_path / "clamd.ctl"))
    try:
        scanner = parse(made.url, 5)
        assert scanner.scan(BytesIO(b"x" * 200_000)).clean
        assert scanner.scan(BytesIO(b"a" + ILL)).virus == "Win.Test.Ill-1"
        made.most = 1_000
        with pytest.raises(ScannerUnavailable, match="larger than the virus scanner takes"):
            scanner.scan(BytesIO(b"x" * 5_000_000))
        made.most, made.strange = 1_000_000, True
        with pytest.raises(ScannerUnavailable):
            scanner.scan(BytesIO(b"x"))
    finally:
        made.close()
    with pytest.raises(ScannerUnavailable):
        scanner.scan(BytesIO(b"x"))


@pytest.mark.parametrize(
    "address", ["http://a", "clamd://", "clamd+unix://host/x", "clamd://u@h", "clamd://h/x"]
)
def test_a_wrong_address_stops_the_start(address):
    with pytest.raises(Misconfigured, match="QUAD_ANTIVIRUS_URL"):
        load_settings(mode="test", antivirus_url=address, _env_file=None)
    with pytest.raises(Misconfigured, match="QUAD_LLM_URL"):
        load_settings(mode="test", llm_url="ftp://x", _env_file=None)


def test_no_address_asks_nobody():
    assert Scanner.from_settings(load_settings(mode="test", _env_file=None)) is None
    (known,) = {parse(a, 1) for a in ("clamd://scan:3310", "clamd://scan", "clamd://scan/")}
    assert (known.host, known.port) == ("scan", 3310)

"""Several hundred files that nobody should send: one plain sentence each, little memory, and nothing that runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from quad.core import settings
from quad.core.extracting.reading import can_read, extract
from quad.core.facts import unit
from quad.core.policy import SYSTEM
from tests.materials.conftest import API, work
from tests.materials.hostile.corpus import corpus
from tests.materials.hostile.making import EITHER, REFUSED, TAKEN

MEGABYTES = 400
CHOSEN = (
    *("script in an object stream", "attachment", "password", "archive behind", "something behind"),
    *(
        "macros",
        "object",
        "picture from elsewhere",
        "entities",
        "bomb",
        "pdf as docx",
        "docx as pdf",
    ),
    *("zero bytes pdf", "pdf at 90 %", "html as pdf", "svg as png", "windows program as pdf"),
    *(
        "too many pixels",
        "film: nothing in it",
        "sound: one frame",
        "jpeg with a page in its comment",
    ),
    *("png with a page behind", "two thousand pages", "page content bomb", "link", "good jpg"),
    *("tables in tables", "pdf 0"),
)
ODD_TEXTS = (
    *("two thousand pages", "a million pages that are not there", "page content bomb"),
    *("pages that are their own children", "tables in tables", "one endless paragraph"),
)


@pytest.fixture(scope="module")
def cases():
    return list(corpus())


@pytest.fixture(scope="module")
def results(cases, tmp_path_factory):
    """What became of each file in a process that does nothing else."""
    folder = tmp_path_factory.mktemp("hostile")
    for number, case in enumerate(cases):
        (folder / str(number)).write_bytes(case.content)
    names = "\n".join(json.dumps([number, case.name]) for number, case in enumerate(cases))
    (folder / "names.jsonl").write_text(names)
    command = [sys.executable, "-m", "tests.materials.hostile.run", str(folder)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()[-2_000:]
    return json.loads(done.stdout) | {"folder": folder}


@pytest.mark.feature("M17", "M18")
def test_every_hostile_file_is_taken_or_refused_in_one_sentence(cases, results):
    assert len(cases) >= 300
    assert len(results["files"]) == len(cases)
    for case, (_number, sha256, said) in zip(cases, results["files"], strict=True):
        about = f"{case.group}: {case.what}"
        assert bool(sha256) != bool(said), about
        if case.expected != EITHER:
            assert (REFUSED if said else TAKEN) == case.expected, f"{about}: {said}"
        if said:
            assert said.endswith("."), about
            assert "\n" not in said, about
            assert len(said) < 250, about
            assert "Error" not in said, about


@pytest.mark.feature("M17")
def test_looking_at_all_of_them_takes_less_than_400_megabytes(results):
    assert results["megabytes"] < MEGABYTES


@pytest.mark.feature("M18")
def test_pictures_are_kept_without_what_was_hidden_in_them(cases, results):
    kept = {
        case.what: Path(results["folder"], "store", sha256[:2], sha256[2:4], sha256)
        for case, (_number, sha256, _said) in zip(cases, results["files"], strict=True)
        if case.group == "picture" and case.expected == TAKEN
    }
    assert len(kept) == 3
    for what, path in kept.items():
        content = path.read_bytes()
        assert b"<?php" not in content, what
        assert b"<script>" not in content, what
        with Image.open(path) as picture:
            assert picture.size == (40, 30), what


@pytest.mark.feature("M20")
def test_documents_that_never_end_are_read_as_far_as_they_go(cases, tmp_path):
    known = {case.what: case for case in cases}
    for what in ODD_TEXTS:
        case = known[what]
        path = tmp_path / case.name
        path.write_bytes(case.content)
        text = extract(path, MEDIA_TYPES[not case.name.endswith("pdf")])
        if what == "two thousand pages":
            assert (text.total, len(text.pages)) == (2_000, 2_000)
            assert text.pages[1_999].text == "This is page 1999."
        elif what == "one endless paragraph":
            assert len(text.pages[0].text) <= 200_000
        else:
            assert text.problem or text.pages, what


MEDIA_TYPES = (
    "application/pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
)


def test_a_reader_that_takes_too_much_is_ended(cases, tmp_path):
    big = next(case for case in cases if case.what == "a hundred thousand paragraphs")
    path = tmp_path / "a.docx"
    path.write_bytes(big.content)
    for limits in ({"megabytes": 60}, {"seconds": 1, "patience": 0.2}):
        text = extract(path, MEDIA_TYPES[1], **limits)
        assert text.problem, limits


def send(client, school, case):
    return client.post(
        f"{API}/courses/{school.course}/materials",
        data=case.content,
        query_string={"name": case.name, "offering_id": school.offering},
        content_type="application/octet-stream",
    )


# Types that a browser shows by itself without running anything in them.
SHOWN = ("application/pdf", "audio/mpeg", "video/mp4", "image/png", "image/jpeg", "image/webp")


def assert_harmless(client, answer, about):
    """Refused in one sentence; or taken, and then given out as what it is and never to run."""
    assert answer.status_code in (201, 413, 422), about
    if answer.status_code != 201:
        said = answer.json.get("fields", {}).get("file") or answer.json["error"]
        assert said.endswith("."), about
        return
    made = answer.json["data"]
    for place in (f"/materials/{made['id']}/content", f"{API}/materials/{made['id']}/content"):
        given = client.get(place)
        assert given.status_code == 200, about
        assert given.headers["X-Content-Type-Options"] == "nosniff", about
        shown = not given.headers["Content-Disposition"].startswith("attachment")
        assert given.mimetype in SHOWN or (not shown and can_read(given.mimetype)), about
        policy = given.headers["Content-Security-Policy"]
        assert "sandbox" in policy or given.mimetype == "application/pdf", about
        assert "unsafe" not in policy, about
        for words in ("html", "svg", "javascript", "xml+", "x-"):
            assert words not in given.mimetype, about


@pytest.fixture
def take_everything(school, database):
    """Let slides and pictures in too."""
    given = {"materials.pptx_megabytes": 25, "materials.image_megabytes": 25}
    with database.writer() as db, unit(db):
        settings.change(db, SYSTEM, given | {"materials.course_megabytes": 0})


@pytest.mark.feature("M17", "M18")
def test_the_front_door_stands(cases, sign_in, school, database, take_everything):
    teacher = sign_in("teacher")
    chosen = [case for case in cases if case.what in CHOSEN or f"{case.what}" == "jpg"]
    assert len(chosen) >= len(CHOSEN) - 2
    for case in chosen:
        assert_harmless(teacher, send(teacher, school, case), f"{case.group}: {case.what}")
    work(database)
    page = sign_in("asha").get(f"/courses/{school.course}")
    assert page.status_code == 200


@pytest.mark.torture
@pytest.mark.feature("M17", "M18", "M20")
def test_the_whole_corpus_comes_in_by_the_front_door(
    cases, sign_in, school, database, take_everything
):
    """Every file over HTTP, and the worker reads what was taken."""
    teacher = sign_in("teacher")
    for number, case in enumerate(cases):
        answer = send(teacher, school, case)
        about = f"{case.group}: {case.what}"
        assert_harmless(teacher, answer, about)
        if case.expected != EITHER:
            assert answer.status_code == (201 if case.expected == TAKEN else 422), about
        if number % 50 == 0:
            work(database)
    work(database)
    assert sign_in("asha").get(f"/courses/{school.course}").status_code == 200

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from PIL.Image import Exif
from sqlalchemy import select

from quad.core import settings as stored
from quad.core.facts import unit
from quad.core.files import Files, StoredFile
from quad.core.policy import SYSTEM
from quad.identity.models.accounts import User
from quad.identity.models.profiles import Profile

pytestmark = pytest.mark.feature("A20", "A49")

ADDRESS = re.compile(r'src="(/people/\d+/photo/[0-9a-f]{16})"')


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 400), **options) -> BytesIO:
    made = BytesIO()
    Image.new("RGB", size, "teal").save(made, kind, **options)
    made.seek(0)
    return made


def upload(client, content: BytesIO, name: str = "me.jpg"):
    return client.post("/profile/photo", data={"file": (content, name)})


def test_a_photo_is_cut_square_written_anew_and_shown(as_user, somebody, database, settings):
    user = somebody()
    client = as_user(user.id)
    assert upload(client, picture()).location == "/profile/edit"
    address = ADDRESS.search(client.get("/").text)
    assert address is not None
    answer = client.get(address[1])
    assert answer.status_code == 200
    assert answer.mimetype == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    files = Files.from_settings(settings)
    with database.reading() as db:
        for stored_file, side in zip(_files(db, user.id), (512, 96), strict=True):
            with files.open(stored_file.sha256) as content, Image.open(content) as seen:
                assert (seen.format, seen.size) == ("WEBP", (side, side))


def _files(db, user_id: int) -> list[StoredFile]:
    profile = db.scalars(select(Profile).where(Profile.user_id == user_id)).one()
    return [db.get_one(StoredFile, number) for number in (profile.photo_id, profile.small_photo_id)]


def test_place_camera_and_comments_are_taken_out(as_user, somebody, database, settings):
    exif = Exif()
    exif[0x010F] = "Secret Camera"
    exif.get_ifd(0x8825)[1] = "N"
    user = somebody()
    original = picture(exif=exif.tobytes(), comment=b"hidden words")
    assert b"Secret Camera" in original.getvalue()
    upload(as_user(user.id), original)
    files = Files.from_settings(settings)
    with database.reading() as db:
        for stored_file in _files(db, user.id):
            with files.open(stored_file.sha256) as content:
                kept = content.read()
                assert b"Secret Camera" not in kept
                assert b"hidden words" not in kept
                assert b"EXIF" not in kept


def _png_of(width: int, height: int) -> BytesIO:
    """A tiny file that says it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    written = b"\x89PNG\r\n\x1a\n"
    for name, data in chunks:
        written += struct.pack(">I", len(data)) + name + data
        written += struct.pack(">I", zlib.crc32(name + data))
    return BytesIO(written)


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "me.svg", "kind of file"),
        (BytesIO(b"not a picture at all"), "me.jpg", "kind of file"),
        (BytesIO(b"GIF89a" + bytes(20)), "me.gif", "kind of file"),
        (_png_of(60_000, 60_000), "me.png", "too many pixels"),
        (_png_of(200, 200), "me.png", "damaged"),
        (BytesIO(picture().getvalue()[:400]), "me.jpg", "damaged"),
        (picture(size=(8, 8)), "me.jpg", "too small"),
        (picture("PNG"), "me.jpg", "does not end in"),
        (BytesIO(b""), "me.jpg", "empty"),
    ],
)
def test_what_is_no_picture_gets_a_sentence(as_role, content, name, sentence):
    answer = upload(as_role("student"), BytesIO(content.getvalue()), name)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_webp_bomb_is_refused_before_it_is_decoded(as_role):
    enormous = picture("WEBP", size=(8000, 8000), quality=1)
    answer = upload(as_role("student"), enormous, "me.webp")
    assert answer.status_code == 422
    assert "too many pixels" in answer.text


def test_the_size_limit_is_a_setting(as_role, database):
    with database.writer() as db, unit(db):
        stored.change(db, SYSTEM, {"identity.photo_megabytes": 1})
    large = picture().getvalue() + bytes(1024 * 1024)
    client = as_role("student")
    answer = client.put("/api/v1/me/photo", data=large, content_type="image/jpeg")
    assert answer.status_code == 413
    assert "at most 1 MB" in answer.json["error"]
    assert "At most 1 MB." in client.get("/profile/edit").text


def test_without_a_file_the_page_says_so(as_role):
    assert as_role("student").post("/profile/photo", data={}).status_code == 422


def test_a_photo_is_seen_by_people_who_are_signed_in_and_know_its_mark(
    client, as_user, as_role, somebody, database
):
    user = somebody()
    mine = as_user(user.id)
    upload(mine, picture("PNG"), "me.png")
    with database.reading() as db:
        mark = db.get_one(User, user.id).photo
    assert client.get(f"/people/{user.id}/photo/{mark}").status_code == 303
    assert as_role("student").get(f"/people/{user.id}/photo/{mark}").status_code == 200
    assert mine.get(f"/people/{user.id}/photo/{'0' * 16}").status_code == 404
    assert mine.get(f"/people/{user.id + 1}/photo/{mark}").status_code == 404
    assert mark in as_role("admin").get("/users").text
    assert mark in as_role("admin").get(f"/users/{user.id}").text


def test_it_is_replaced_and_removed_and_the_files_go(as_user, somebody, database):
    user = somebody()
    client = as_user(user.id)
    upload(client, picture())
    with database.reading() as db:
        first = db.get_one(User, user.id).photo
    upload(client, picture(size=(500, 700)))
    with database.reading() as db:
        assert len(db.scalars(select(StoredFile).where(StoredFile.owner_id == user.id)).all()) == 2
    assert client.post("/profile/photo/delete").status_code == 303
    assert client.get(f"/people/{user.id}/photo/{first}").status_code == 404
    assert "/photo/" not in client.get("/profile").text
    with database.reading() as db:
        assert not db.scalars(select(StoredFile).where(StoredFile.owner_id == user.id)).all()


def test_the_api_takes_the_body_as_the_picture(as_role):
    client = as_role("student")
    answer = client.put("/api/v1/me/photo", data=picture().read(), content_type="image/jpeg")
    assert answer.status_code == 200
    assert client.get(answer.json["data"]["photo"]).status_code == 200
    nothing = client.put("/api/v1/me/photo", data=b"<svg/>", content_type="image/svg+xml")
    assert nothing.status_code == 422
    assert client.delete("/api/v1/me/photo").status_code == 200
    assert client.get("/api/v1/me/profile").json["data"]["photo"] is None

"""Rate limits, switched on: at every door, counted for all processes where Redis is there."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import RedisError

from quad.app import create_app
from quad.core.config import Settings
from quad.core.db.engine import Database
from quad.web.limits import limiter
from quad.web.site import Site
from tests.conftest import Client, make_settings

pytestmark = pytest.mark.feature("L14")
REDIS = os.environ.get("QUAD_TEST_REDIS_URL", "redis://127.0.0.1:6379/9")
WHO = {"email": "nobody@college.example", "password": "wrong horse"}


@pytest.mark.parametrize(
    ("path", "body", "allowed"),
    [
        ("/api/v1/auth/login", WHO, 30),
        ("/api/v1/auth/verify", {"challenge": "none", "code": "123456"}, 30),
        ("/api/v1/auth/resend", {"challenge": "none"}, 6),
        ("/api/v1/auth/register", WHO | {"full_name": "Nobody"}, 10),
    ],
)
def test_the_api_is_limited_like_the_pages(limited_client, path, body, allowed):
    answers = [limited_client.post(path, json=body) for _ in range(allowed + 1)]
    assert 429 not in [answer.status_code for answer in answers[:allowed]]
    last = answers[allowed]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) >= 1
    assert last.json["success"] is False


def test_pages_and_api_share_one_count_so_neither_is_a_way_around(limited_client):
    for _ in range(15):
        limited_client.post("/login", data=WHO)
        limited_client.post("/api/v1/auth/login", json=WHO)
    assert limited_client.post("/login", data=WHO).status_code == 429
    assert limited_client.post("/api/v1/auth/login", json=WHO).status_code == 429


def test_another_address_is_not_held_up(limited_client):
    for _ in range(31):
        last = limited_client.post("/login", data=WHO)
    assert last.status_code == 429
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
    assert limited_client.post("/login", data=WHO, environ_base=elsewhere).status_code == 401


@pytest.fixture
def shared(settings: Settings) -> Iterator[Settings]:
    """Settings with rate limits kept in Redis; skips where there is none."""
    redis = Redis.from_url(REDIS, socket_connect_timeout=1)
    try:
        redis.ping()
    except RedisError as error:
        pytest.skip(f"Redis does not answer here ({type(error).__name__})")
    yield make_settings(settings.data_dir, rate_limits="on", redis_url=REDIS)
    limiter.reset()
    redis.close()


def test_two_processes_share_the_count_through_redis(shared: Settings, database: Database):
    def site() -> Site:
        made = create_app(shared, database)
        made.test_client_class = Client
        return made

    elsewhere = {"REMOTE_ADDR": f"198.51.100.{os.getpid() % 250}"}
    first = site().test_client()
    for _ in range(6):
        assert first.post("/sign-in/code/resend", environ_base=elsewhere).status_code == 303
    # A second process knows nothing but what is in Redis: the limiter is set up anew for it.
    second = site().test_client()
    for _ in range(2):  # refusing does not count as a broken Redis, which would open the door again
        assert second.post("/sign-in/code/resend", environ_base=elsewhere).status_code == 429

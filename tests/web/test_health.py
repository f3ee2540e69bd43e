"""What monitors ask."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from quad.core.db.engine import Database
from quad.web.site import Site
from tests.conftest import make_settings


@pytest.mark.feature("L44", "L52")
def test_healthz_is_ok_while_the_database_answers(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok", "db": "ok"})


@pytest.mark.feature("L44")
def test_healthz_is_503_when_the_database_is_gone(app: Site) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:9/none")
    app.extensions["quad"] = replace(app.extensions["quad"], database=nowhere)
    answer = app.test_client().get("/healthz")
    assert (answer.status_code, answer.get_json()) == (503, {"status": "error", "db": "error"})


@pytest.mark.feature("L45")
def test_readyz_names_each_dependency_with_its_latency(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    body = answer.get_json()
    assert answer.status_code == 200
    assert body["checks"]["db"]["status"] == "ok"
    assert body["checks"]["db"]["ms"] >= 0


@pytest.mark.feature("L45")
def test_readyz_is_503_when_mail_or_redis_is_down(
    app: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    settings = make_settings(
        tmp_path_factory.mktemp("down"),
        mail_url="smtp://127.0.0.1:9",
        redis_url="redis://127.0.0.1:9/0",
    )
    app.extensions["quad"] = replace(app.extensions["quad"], settings=settings)
    answer = app.test_client().get("/readyz")
    body = answer.get_json()
    assert answer.status_code == 503
    assert body["checks"]["db"]["status"] == "ok"
    assert body["checks"]["redis"]["status"] == "error"
    assert body["checks"]["smtp"]["status"] == "error"


def test_metrics_count_requests_and_jobs(client: FlaskClient) -> None:
    client.get("/login")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    counted = 'quad_request_seconds_count{endpoint="identity.login",method="GET",status="200"}'
    assert counted in answer.text
    assert 'quad_jobs{state="dead"} 0.0' in answer.text


def test_metrics_are_for_this_machine_only_unless_a_token_is_set(
    app: Site, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = {"REMOTE_ADDR": "203.0.113.7"}
    assert app.test_client().get("/metrics", environ_base=elsewhere).status_code == 404
    settings = make_settings(tmp_path_factory.mktemp("token"), metrics_token="a long token")
    app.extensions["quad"] = replace(app.extensions["quad"], settings=settings)
    client = app.test_client()
    assert client.get("/metrics").status_code == 404
    allowed = {"Authorization": "Bearer a long token"}
    assert client.get("/metrics", environ_base=elsewhere, headers=allowed).status_code == 200

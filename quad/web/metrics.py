"""Figures for Prometheus: how many requests, how long they took, and how the jobs stand."""

from __future__ import annotations

import hmac
import time
from functools import cache
from ipaddress import ip_address

from flask import Blueprint, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, Histogram, generate_latest

from quad.core.errors import NotFound
from quad.core.jobs.upkeep import count_by_state
from quad.core.measures import MEASURES, Measure
from quad.web.limits import client_address
from quad.web.site import Site, current_db, runtime

REQUESTS = Histogram(
    "quad_request_seconds",
    "Time Flask took to answer, by address and status",
    ("method", "endpoint", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
JOBS = Gauge("quad_jobs", "Jobs in the outbox, by state", ("state",))
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

bp = Blueprint("metrics", __name__)


def init_metrics(app: Site) -> None:
    """Measure every request of `app`."""
    app.before_request(_start)
    app.after_request(_measure)


def _start() -> None:
    g.started = time.perf_counter()


def _measure(response: Response) -> Response:
    started = g.get("started")
    if started is not None:
        method = request.method if request.method in METHODS else "other"
        labels = (method, request.endpoint or "none", str(response.status_code))
        REQUESTS.labels(*labels).observe(time.perf_counter() - started)
    return response


@bp.get("/metrics")
def metrics() -> Response:
    """Answer the figures of this process, to callers on this machine or with QUAD_METRICS_TOKEN."""
    if not _may_measure():
        raise NotFound
    for state, count in count_by_state(current_db()).items():
        JOBS.labels(state.value).set(count)
    for measure in MEASURES.values():
        gauge = _gauge(measure)
        for labels, found in measure.read(current_db()):
            gauge.labels(*labels).set(found)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


@cache
def _gauge(measure: Measure) -> Gauge:
    return Gauge(measure.name, measure.about, measure.labels)


def _may_measure() -> bool:
    token = runtime().settings.metrics_token.get_secret_value()
    if not token:
        return _on_this_machine(client_address())
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), token.encode())


def _on_this_machine(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False

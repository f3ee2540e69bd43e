"""`quad serve` and `quad worker`."""

from __future__ import annotations

import click

from quad.asgi.serve import serve as serve_site
from quad.core.config import load_settings
from quad.worker import run_worker


@click.command()
@click.option("--host", help="Address to listen on (QUAD_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (QUAD_PORT).")
@click.option("--workers", type=click.IntRange(1, 256), help="Web processes; 1 on SQLite.")
@click.option("--no-worker", is_flag=True, help="Start no worker process beside the site.")
def serve(host: str | None, port: int | None, workers: int | None, no_worker: bool) -> int:
    """Serve the site, with one worker process beside it."""
    settings = load_settings()
    return serve_site(
        host=host or settings.host,
        port=settings.port if port is None else port,
        workers=workers or settings.workers,
        with_worker=not no_worker,
        settings=settings,
    )


@click.command()
def worker() -> None:
    """Run the worker alone: mail, imports, nightly work."""
    run_worker(load_settings())

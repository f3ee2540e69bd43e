"""`quad serve` and `quad worker`."""

from __future__ import annotations

import click
from sqlalchemy.exc import OperationalError

from quad.app import open_database
from quad.asgi.serve import serve as serve_site
from quad.core.config import Misconfigured, Settings, load_settings
from quad.core.db import migration
from quad.worker import run_worker


@click.command()
@click.option("--host", help="Address to listen on (QUAD_HOST).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on (QUAD_PORT).")
@click.option("--workers", type=click.IntRange(1, 256), help="Web processes; 1 on SQLite.")
@click.option("--no-worker", is_flag=True, help="Start no worker process beside the site.")
def serve(host: str | None, port: int | None, workers: int | None, no_worker: bool) -> int:
    """Serve the site, with one worker process beside it."""
    settings = load_settings()
    require_tables(settings)
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
    settings = load_settings()
    require_tables(settings)
    run_worker(settings)


def require_tables(settings: Settings) -> None:
    """Raise Misconfigured, with what to do, when the database cannot be reached or its tables are not the newest."""
    database = open_database(settings)
    try:
        state = migration.current(database)
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        raise Misconfigured(f"The database does not answer: {reason}") from error
    finally:
        database.dispose()
    if state.current != state.newest:
        raise Misconfigured("The tables are missing or old. Run: quad db upgrade")

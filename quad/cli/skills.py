"""`quad skills`: the catalogue of skills that comes with Quad."""

from __future__ import annotations

import click

from quad.cli.group import say
from quad.cli.work import in_unit
from quad.core.policy import SYSTEM
from quad.skills.service.loading import load as load_shipped


@click.group()
def skills() -> None:
    """Look after the catalogue of skills."""


@skills.command()
def load() -> None:
    """Add the skills that come with Quad and are not there yet. Running it again changes nothing."""
    told = in_unit(lambda db, _settings: load_shipped(db, SYSTEM))
    say(f"{told.added} skills and {told.synonyms} synonyms added.")

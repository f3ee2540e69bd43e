"""`quad routes`, `quad openapi`, `quad permissions`: what this installation offers."""

from __future__ import annotations

import click

from quad.app import create_app
from quad.cli.group import json_option, say_json, say_table
from quad.core.config import load_settings
from quad.core.policy import REGISTRY, reach
from quad.web.surrounding import ROLE_ORDER


@click.command()
@json_option
def routes(as_json: bool) -> None:
    """List every address of the site."""
    rules = sorted(create_app(load_settings()).url_map.iter_rules(), key=lambda rule: rule.rule)
    rows = [
        [rule.rule, " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})), rule.endpoint]
        for rule in rules
    ]
    if as_json:
        say_json([dict(zip(("path", "methods", "endpoint"), row, strict=True)) for row in rows])
    else:
        say_table(["Path", "Methods", "Endpoint"], rows)


@click.command()
def openapi() -> None:
    """Print the API description (OpenAPI 3.1)."""
    app = create_app(load_settings())
    with app.app_context():
        say_json(app.spec)


@click.command()
@json_option
def permissions(as_json: bool) -> None:
    """Print who may do what."""
    create_app(load_settings())
    rows = [
        [name, str(item.label), *(reach(item, role) for role in ROLE_ORDER)]
        for name, item in sorted(REGISTRY.items())
    ]
    headers = ["permission", "label", *ROLE_ORDER]
    if as_json:
        say_json([dict(zip(headers, row, strict=True)) for row in rows])
    else:
        say_table(headers, rows)

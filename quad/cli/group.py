"""How a command is found, run, and how its end becomes an exit code and a sentence."""

from __future__ import annotations

import importlib
import sys
import traceback
from importlib.metadata import version
from typing import Any

import click
import orjson
from rich.console import Console
from rich.table import Table

from quad.cli.main import COMMANDS, USAGE
from quad.core.config import Misconfigured
from quad.core.errors import Invalid, QuadError
from quad.core.loading import loading

REFUSED, MISCONFIGURED, FAULT = 1, 3, 70
BUSY = "The database is busy with other work and did not let this through. Try again in a minute."


class LazyGroup(click.Group):
    """A group whose commands are imported when they are run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        where = COMMANDS.get(cmd_name)
        if where is None:
            return None
        module, name = where[0].split(":")
        with loading():
            command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyGroup, name="quad", help=USAGE)
@click.version_option(version("quad"), prog_name="quad")
def cli() -> None:
    """Collect the commands."""


def run_command(arguments: list[str]) -> int:
    """Run one command line; return the exit code."""
    try:
        result = cli.main(arguments, prog_name="quad", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.exceptions.Abort:
        say_error("Stopped.")
        return REFUSED
    except Misconfigured as error:
        say_error(str(error))
        return MISCONFIGURED
    except QuadError as error:
        say_error(_whole_sentence(error))
        return REFUSED
    except Exception as error:
        if _only_busy(error):
            say_error(BUSY)
            return REFUSED
        traceback.print_exc()
        return FAULT
    return result if isinstance(result, int) else 0


def _only_busy(error: Exception) -> bool:
    """Tell whether the database gave way to other work, as often as it was asked."""
    from quad.core.db.engine import may_run_again  # by now it is loaded; for help it would not be

    return may_run_again(error)


def _whole_sentence(error: QuadError) -> str:
    if isinstance(error, Invalid):
        return "\n".join(f"{name}: {text}" if name else text for name, text in error.fields.items())
    return str(error)


def say(text: str) -> None:
    """Print a line to standard output."""
    click.echo(text)


def say_error(text: str) -> None:
    """Print a line to standard error."""
    click.echo(text, err=True)


def say_json(value: Any) -> None:
    """Print `value` as indented JSON."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode())


def say_table(headers: list[str], rows: list[list[Any]]) -> None:
    """Print a table; plain and unwrapped when the output is not a terminal."""
    if not sys.stdout.isatty():
        for row in [headers, *rows]:
            click.echo("\t".join("" if cell is None else str(cell) for cell in row))
        return
    table = Table(*headers, box=None, header_style="bold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console().print(table)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

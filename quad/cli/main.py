"""The command `quad`. Nothing heavy is imported until a command is chosen, so that help is immediate."""

from __future__ import annotations

import sys

COMMANDS: dict[str, tuple[str, str]] = {
    "serve": ("quad.cli.serve:serve", "Serve the site, with one worker process beside it."),
    "worker": ("quad.cli.serve:worker", "Run the worker alone: mail, imports, nightly work."),
    "demo": ("quad.cli.demo.command:demo", "Fill a demo college and serve it."),
    "db": ("quad.cli.database:db", "Upgrade, downgrade, inspect or reset the database."),
    "user": ("quad.cli.people:user", "Create, disable or reset accounts; hash passwords."),
    "token": ("quad.cli.people:token", "Create a personal access token."),
    "export": ("quad.cli.exporting:export_file", "Export everything of a kind (CSV or XLSX)."),
    "import": ("quad.cli.importing:import_file", "Import a table file (CSV or XLSX)."),
    "skills": ("quad.cli.skills:skills", "Load the catalogue of skills that comes with Quad."),
    "semesters": (
        "quad.cli.semesters:semesters",
        "Give old records their semesters, from when courses were taken.",
    ),
    "backup": ("quad.cli.backup:backup", "Take, list and verify backups."),
    "restore": ("quad.cli.backup:restore", "Put a backup back."),
    "doctor": ("quad.cli.doctor:doctor", "Check that this installation is sound."),
    "rebuild": ("quad.cli.rebuild:rebuild", "Make counted and derived numbers anew."),
    "mail": ("quad.cli.mail:mail", "List what was mailed."),
    "audit": ("quad.cli.audit:audit", "Prove that nobody changed the log of what was done."),
    "routes": ("quad.cli.inspect:routes", "List every address of the site."),
    "openapi": ("quad.cli.inspect:openapi", "Print the API description (OpenAPI 3.1)."),
    "permissions": ("quad.cli.inspect:permissions", "Print who may do what."),
}

USAGE = "Usage: quad [--version] [--help] COMMAND [ARGUMENTS]…"


def overview() -> str:
    """Return the text of `quad --help`."""
    width = max(map(len, COMMANDS)) + 2
    lines = [f"  {name.ljust(width)}{summary}" for name, (_where, summary) in COMMANDS.items()]
    return "\n".join(
        [
            USAGE,
            "",
            "Quad, the campus platform. Settings come from QUAD_… variables and from .env.",
            "",
            "Commands:",
            *lines,
            "",
            "“quad COMMAND --help” explains a command. Exit codes: 0 done, 1 refused, 2 wrong usage,",
            "3 wrong settings, 70 a fault of ours.",
        ]
    )


def main() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] in ("--help", "-h"):
        print(overview())  # noqa: T201
        raise SystemExit(0)
    from quad.cli.group import run_command

    raise SystemExit(run_command(arguments))


if __name__ == "__main__":
    main()

"""How Alembic reaches our database. `quad db …` passes an open connection."""

from __future__ import annotations

from alembic import context

from quad.core.db.migration import run_with

run_with(context)

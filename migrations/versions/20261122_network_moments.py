"""Jobs on the way in: the last moment as the file has it, and the name of a poster without an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261122_network_moments"
down_revision = "20261122_follows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("careers_staged_job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("poster_name", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("deadline_typed", sa.String(length=40), nullable=True))
        batch_op.drop_column("deadline_on")


def downgrade() -> None:
    with op.batch_alter_table("careers_staged_job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("deadline_on", sa.Date(), nullable=True))
        batch_op.drop_column("deadline_typed")
        batch_op.drop_column("poster_name")

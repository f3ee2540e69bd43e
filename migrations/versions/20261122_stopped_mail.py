"""What mail came before its link was used, so that undoing brings back the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261122_stopped_mail"
down_revision = "20261122_told_followers"
branch_labels = None
depends_on = None

CHECK = "ck_notifications_preference_stopped"
ONE_OF_FOUR = "stopped IN ('off', 'instant', 'daily', 'weekly')"


def upgrade() -> None:
    with op.batch_alter_table("notifications_preference", schema=None) as batch_op:
        batch_op.add_column(sa.Column("stopped", sa.String(length=30), nullable=True))
        batch_op.create_check_constraint(batch_op.f(CHECK), ONE_OF_FOUR)


def downgrade() -> None:
    with op.batch_alter_table("notifications_preference", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(CHECK), type_="check")
        batch_op.drop_column("stopped")

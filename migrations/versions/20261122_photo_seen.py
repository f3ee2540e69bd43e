"""Who sees the photo of a member of the network: everybody there, until they choose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261122_photo_seen"
down_revision = "20261122_network_moments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alumni_member", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("photo_seen", sa.SmallInteger(), server_default="3", nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("alumni_member", schema=None) as batch_op:
        batch_op.drop_column("photo_seen")

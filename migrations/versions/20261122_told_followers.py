"""How far the followers of what a post belongs to were told of it; followers in the order of their numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261122_told_followers"
down_revision = "20261122_photo_seen"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
FOLLOWS = {"community_department_follow": "department_id", "community_skill_follow": "skill_id"}


def upgrade() -> None:
    with op.batch_alter_table("community_post", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_to", BIG, server_default="0", nullable=False))
    # Posts that others see already are news to nobody.
    op.execute(
        "UPDATE community_post SET told_to = (SELECT COALESCE(MAX(id), 0) FROM identity_user) "
        "WHERE state <> 'waiting'"
    )
    for table, column in FOLLOWS.items():
        # The new one first: MariaDB keeps an index for each foreign key.
        op.create_index(op.f(f"ix_{table}_{column}_user_id"), table, [column, "user_id"])
        op.drop_index(op.f(f"ix_{table}_{column}"), table_name=table)


def downgrade() -> None:
    for table, column in FOLLOWS.items():
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
        op.drop_index(op.f(f"ix_{table}_{column}_user_id"), table_name=table)
    with op.batch_alter_table("community_post", schema=None) as batch_op:
        batch_op.drop_column("told_to")

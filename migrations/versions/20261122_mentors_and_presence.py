"""Announcements of mentors to their students; whether others see that somebody is here."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import Utc

revision = "20261122_mentors_and_presence"
down_revision = "20261122_network_files"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
CHECK = "ck_announcements_announcement_one_target"
FOREIGN_KEY = "fk_announcements_announcement_mentor_id"
INDEX = "ix_announcements_announcement_mentor_id_state_rank"
ONE_OF_TWO = "(audience_id IS NULL) <> (offering_id IS NULL)"
ONE_OF_THREE = (
    "(CASE WHEN audience_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN offering_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN mentor_id IS NULL THEN 0 ELSE 1 END) = 1"
)


def upgrade() -> None:
    with op.batch_alter_table("announcements_announcement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mentor_id", BIG, nullable=True))
        batch_op.create_index(batch_op.f(INDEX), ["mentor_id", "state", "rank"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f(FOREIGN_KEY), "identity_user", ["mentor_id"], ["id"], ondelete="RESTRICT"
        )
        batch_op.drop_constraint(batch_op.f(CHECK), type_="check")
        batch_op.create_check_constraint(batch_op.f(CHECK), ONE_OF_THREE)
    with op.batch_alter_table("messaging_wish", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("presence", sa.Boolean(), server_default=sa.true(), nullable=False)
        )
    op.create_table(
        "messaging_presence",
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("here_at", Utc(), nullable=False),
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("created_by", BIG, nullable=True),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column("updated_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_messaging_presence_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messaging_presence")),
        sa.UniqueConstraint("user_id", name=op.f("uq_messaging_presence_user_id")),
        mysql_engine="InnoDB",
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
    )


def downgrade() -> None:
    op.drop_table("messaging_presence")
    with op.batch_alter_table("messaging_wish", schema=None) as batch_op:
        batch_op.drop_column("presence")
    # Without the column they are meant for nobody, which the tables do not allow.
    announcement = sa.table("announcements_announcement", sa.column("id"), sa.column("mentor_id"))
    for_mentees = sa.select(announcement.c.id).where(announcement.c.mentor_id.is_not(None))
    for name in ("attachment", "comment", "recipient"):
        child = sa.table(f"announcements_{name}", sa.column("announcement_id"))
        op.execute(sa.delete(child).where(child.c.announcement_id.in_(for_mentees)))
    op.execute(sa.delete(announcement).where(announcement.c.mentor_id.is_not(None)))
    with op.batch_alter_table("announcements_announcement", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(FOREIGN_KEY), type_="foreignkey")
        batch_op.drop_index(batch_op.f(INDEX))
        batch_op.drop_constraint(batch_op.f(CHECK), type_="check")
        batch_op.create_check_constraint(batch_op.f(CHECK), ONE_OF_TWO)
        batch_op.drop_column("mentor_id")

"""Announcements; how soon mail comes, quiet hours, and addresses that take no mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import NormalisedKey, Utc

revision = "20261122_announcements"
down_revision = "20261122_network_figures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "core_mail_address",
        sa.Column("address", NormalisedKey(254), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("last_at", Utc(), nullable=False),
        sa.Column("suppressed_at", Utc(), nullable=True),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_mail_address")),
        sa.UniqueConstraint("address", name=op.f("uq_core_mail_address_address")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("core_mail_address", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_core_mail_address_last_at_id"), ["last_at", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_core_mail_address_suppressed_at_id"),
            ["suppressed_at", "id"],
            unique=False,
        )

    op.create_table(
        "notifications_habit",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("quiet_from", sa.Integer(), nullable=True),
        sa.Column("quiet_until", sa.Integer(), nullable=True),
        sa.Column("digest_hour", sa.Integer(), nullable=False),
        sa.Column("digest_day", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_until IS NULL)",
            name=op.f("ck_notifications_habit_quiet_both"),
        ),
        sa.CheckConstraint("digest_day BETWEEN 0 AND 6", name=op.f("ck_notifications_habit_a_day")),
        sa.CheckConstraint(
            "digest_hour BETWEEN 0 AND 23", name=op.f("ck_notifications_habit_an_hour")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_notifications_habit_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_habit")),
        sa.UniqueConstraint("user_id", name=op.f("uq_notifications_habit_user_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "notifications_held",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("url", sa.String(length=300), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column(
            "rhythm",
            sa.Enum(
                "instant",
                "daily",
                "weekly",
                "off",
                name="rhythm",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("due_at", Utc(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_notifications_held_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notifications_held")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("notifications_held", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notifications_held_due_at_user_id"), ["due_at", "user_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_notifications_held_user_id_due_at_id"),
            ["user_id", "due_at", "id"],
            unique=False,
        )

    op.create_table(
        "announcements_announcement",
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("sort_title", NormalisedKey(320), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column(
            "author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "waiting",
                "scheduled",
                "published",
                "withdrawn",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column(
            "priority",
            sa.Enum(
                "normal",
                "important",
                "urgent",
                name="priority",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("pinned", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("begins_at", Utc(), nullable=True),
        sa.Column("ends_at", Utc(), nullable=True),
        sa.Column("published_at", Utc(), nullable=True),
        sa.Column(
            "audience_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column(
            "offering_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("acknowledge", sa.Boolean(), nullable=False),
        sa.Column("comments", sa.Boolean(), nullable=False),
        sa.Column("refusal", sa.String(length=1000), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("unseen", sa.Integer(), nullable=False),
        sa.Column("unacknowledged", sa.Integer(), nullable=False),
        sa.Column("commented", sa.Integer(), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("deleted_at", Utc(), nullable=True),
        sa.Column(
            "live",
            sa.Integer(),
            sa.Computed("CASE WHEN deleted_at IS NULL THEN 1 END", persisted=True),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(audience_id IS NULL) <> (offering_id IS NULL)",
            name=op.f("ck_announcements_announcement_one_target"),
        ),
        sa.ForeignKeyConstraint(
            ["audience_id"],
            ["audience.id"],
            name=op.f("fk_announcements_announcement_audience_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["identity_user.id"],
            name=op.f("fk_announcements_announcement_author_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["offering_id"],
            ["academics_offering.id"],
            name=op.f("fk_announcements_announcement_offering_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements_announcement")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("announcements_announcement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcements_announcement_audience_id_state_rank"),
            ["audience_id", "state", "rank"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_announcements_announcement_author_id_rank_id"),
            ["author_id", "rank", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_announcements_announcement_offering_id_state_rank"),
            ["offering_id", "state", "rank"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_announcements_announcement_rank_id"), ["rank", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_announcements_announcement_sort_title_id"),
            ["sort_title", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_announcements_announcement_state_begins_at"),
            ["state", "begins_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_announcements_announcement_state_rank_id"),
            ["state", "rank", "id"],
            unique=False,
        )

    op.create_table(
        "announcements_attachment",
        sa.Column(
            "announcement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("file_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements_announcement.id"],
            name=op.f("fk_announcements_attachment_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["core_file.id"],
            name=op.f("fk_announcements_attachment_file_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements_attachment")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("announcements_attachment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcements_attachment_announcement_id_id"),
            ["announcement_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_announcements_attachment_file_id"), ["file_id"], unique=False
        )

    op.create_table(
        "announcements_comment",
        sa.Column(
            "announcement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "author_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("deleted_at", Utc(), nullable=True),
        sa.Column(
            "live",
            sa.Integer(),
            sa.Computed("CASE WHEN deleted_at IS NULL THEN 1 END", persisted=True),
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements_announcement.id"],
            name=op.f("fk_announcements_comment_announcement_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["identity_user.id"],
            name=op.f("fk_announcements_comment_author_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements_comment")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("announcements_comment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcements_comment_announcement_id_id"),
            ["announcement_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_announcements_comment_author_id"), ["author_id"], unique=False
        )

    op.create_table(
        "announcements_recipient",
        sa.Column(
            "announcement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sort_name", NormalisedKey(360), nullable=False),
        sa.Column("seen_at", Utc(), nullable=True),
        sa.Column("acknowledged_at", Utc(), nullable=True),
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column(
            "created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("updated_at", Utc(), nullable=False),
        sa.Column(
            "updated_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements_announcement.id"],
            name=op.f("fk_announcements_recipient_announcement_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["identity_user.id"],
            name=op.f("fk_announcements_recipient_user_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements_recipient")),
        sa.UniqueConstraint(
            "announcement_id",
            "user_id",
            name=op.f("uq_announcements_recipient_announcement_id_user_id"),
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("announcements_recipient", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_announcements_recipient_announcement_id_sort_name_id"),
            ["announcement_id", "sort_name", "id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_announcements_recipient_open",
            ["user_id", "acknowledged_at", "announcement_id"],
            unique=False,
        )

    with op.batch_alter_table("core_mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("headers", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("bounced_at", Utc(), nullable=True))

    with op.batch_alter_table("notifications_notification", schema=None) as batch_op:
        batch_op.create_index(
            "ix_notifications_notification_kind", ["user_id", "kind", "id"], unique=False
        )

    with op.batch_alter_table("notifications_preference", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("mail", sa.String(length=30), server_default="off", nullable=False)
        )
    op.execute("UPDATE notifications_preference SET mail = 'instant' WHERE by_mail")
    with op.batch_alter_table("notifications_preference", schema=None) as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_notifications_preference_mail"),
            "mail IN ('instant', 'daily', 'weekly', 'off')",
        )
        batch_op.drop_column("by_mail")


def downgrade() -> None:
    with op.batch_alter_table("notifications_preference", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("by_mail", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.execute("UPDATE notifications_preference SET by_mail = true WHERE mail <> 'off'")
    with op.batch_alter_table("notifications_preference", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_notifications_preference_mail"), type_="check")
        batch_op.drop_column("mail")
    with op.batch_alter_table("notifications_notification", schema=None) as batch_op:
        batch_op.drop_index("ix_notifications_notification_kind")
    with op.batch_alter_table("core_mail", schema=None) as batch_op:
        batch_op.drop_column("bounced_at")
        batch_op.drop_column("headers")
    # MariaDB drops no index that a foreign key needs; they go with their tables.
    op.drop_table("announcements_recipient")
    op.drop_table("announcements_comment")
    op.drop_table("announcements_attachment")
    op.drop_table("announcements_announcement")
    op.drop_table("notifications_held")
    op.drop_table("notifications_habit")
    op.drop_table("core_mail_address")

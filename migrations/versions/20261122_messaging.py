"""Messaging."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from quad.core.db.types import Utc

revision = "20261122_messaging"
down_revision = "20261122_announcements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "messaging_conversation",
        sa.Column("low_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("high_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "opener_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "requested",
                "declined",
                name="conversationstate",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("last_message_at", Utc(), nullable=False),
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
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_messaging_conversation_ordered")),
        sa.ForeignKeyConstraint(
            ["high_id"],
            ["identity_user.id"],
            name=op.f("fk_messaging_conversation_high_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["low_id"],
            ["identity_user.id"],
            name=op.f("fk_messaging_conversation_low_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["opener_id"],
            ["identity_user.id"],
            name=op.f("fk_messaging_conversation_opener_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messaging_conversation")),
        sa.UniqueConstraint(
            "low_id", "high_id", name=op.f("uq_messaging_conversation_low_id_high_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("messaging_conversation", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messaging_conversation_high_id"), ["high_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_messaging_conversation_opener_id_created_at"),
            ["opener_id", "created_at"],
            unique=False,
        )

    op.create_table(
        "messaging_wish",
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("receipts", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("requests", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_until", sa.Time(), nullable=True),
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
            name=op.f("fk_messaging_wish_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messaging_wish")),
        sa.UniqueConstraint("user_id", name=op.f("uq_messaging_wish_user_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_table(
        "messaging_side",
        sa.Column(
            "conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("other_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "box",
            sa.Enum(
                "inbox",
                "requests",
                "away",
                name="box",
                native_enum=False,
                create_constraint=True,
                length=30,
            ),
            nullable=False,
        ),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("muted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("last_message_at", Utc(), nullable=False),
        sa.Column("waiting_since", Utc(), nullable=True),
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
            ["conversation_id"],
            ["messaging_conversation.id"],
            name=op.f("fk_messaging_side_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["identity_user.id"],
            name=op.f("fk_messaging_side_other_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["identity_user.id"],
            name=op.f("fk_messaging_side_person_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messaging_side")),
        sa.UniqueConstraint(
            "conversation_id", "person_id", name=op.f("uq_messaging_side_conversation_id_person_id")
        ),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("messaging_side", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_messaging_side_other_id"), ["other_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_messaging_side_person_id_box_last_message_at_id"),
            ["person_id", "box", "last_message_at", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_messaging_side_person_id_unread"), ["person_id", "unread"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_messaging_side_waiting_since"), ["waiting_since"], unique=False
        )

    op.create_table(
        "messaging_message",
        sa.Column(
            "conversation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "sender_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("side_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=True),
        sa.Column("delivered_at", Utc(), nullable=True),
        sa.Column("read_at", Utc(), nullable=True),
        sa.Column("edited_at", Utc(), nullable=True),
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
            ["conversation_id"],
            ["messaging_conversation.id"],
            name=op.f("fk_messaging_message_conversation_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["sender_id"],
            ["identity_user.id"],
            name=op.f("fk_messaging_message_sender_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["side_id"],
            ["messaging_side.id"],
            name=op.f("fk_messaging_message_side_id"),
            ondelete="RESTRICT",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messaging_message")),
        sa.UniqueConstraint("sender_id", "key", name=op.f("uq_messaging_message_sender_id_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("messaging_message", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messaging_message_conversation_id_created_at"),
            ["conversation_id", "created_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_messaging_message_conversation_id_id"),
            ["conversation_id", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_messaging_message_conversation_id_updated_at"),
            ["conversation_id", "updated_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_messaging_message_side_id_read_at"), ["side_id", "read_at"], unique=False
        )

    op.create_table(
        "messaging_attachment",
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
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
            ["file_id"],
            ["core_file.id"],
            name=op.f("fk_messaging_attachment_file_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["messaging_message.id"],
            name=op.f("fk_messaging_attachment_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messaging_attachment")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("messaging_attachment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messaging_attachment_file_id"), ["file_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_messaging_attachment_message_id"), ["message_id"], unique=False
        )

    op.create_table(
        "messaging_revision",
        sa.Column(
            "message_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("text", sa.Text(), nullable=False),
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
            ["message_id"],
            ["messaging_message.id"],
            name=op.f("fk_messaging_revision_message_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messaging_revision")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("messaging_revision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_messaging_revision_message_id"), ["message_id"], unique=False
        )


def downgrade() -> None:
    # MariaDB drops no index that a foreign key needs; they go with their tables.
    op.drop_table("messaging_revision")

    op.drop_table("messaging_attachment")

    op.drop_table("messaging_message")

    op.drop_table("messaging_side")
    op.drop_table("messaging_wish")

    op.drop_table("messaging_conversation")
